# The only CMake logic of our own.

# collab_library(<name> SOURCES <file>... MAY_USE <layer>... [PRIVATE_LINK <target>...] [PUBLIC_LINK <target>...])
# One static library per lib/ folder. MAY_USE is the whole list of collab layers it may include;
# scripts/check-layers reads the same list.
function(collab_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MAY_USE;PRIVATE_LINK;PUBLIC_LINK")
    list(TRANSFORM arg_MAY_USE PREPEND collab_)
    if(arg_SOURCES)
        add_library(collab_${name} STATIC ${arg_SOURCES})
        set(scope PUBLIC)
        target_link_libraries(collab_${name} PRIVATE ${arg_PRIVATE_LINK})
    else()
        add_library(collab_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(collab_${name} ${scope} ${PROJECT_SOURCE_DIR}/lib)
    target_link_libraries(collab_${name} ${scope} ${arg_MAY_USE} ${arg_PUBLIC_LINK})
endfunction()

# collab_program(<name> MAY_USE <layer>...): cmd/<name>/main.cc and nothing else.
function(collab_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "MAY_USE")
    list(TRANSFORM arg_MAY_USE PREPEND collab_)
    add_executable(${name} main.cc)
    target_link_libraries(${name} PRIVATE ${arg_MAY_USE})
endfunction()

# collab_test(<name> SOURCES <file>... MAY_USE <layer>... [LABELS <label>...])
# One test program; ctest runs each TEST in it by itself (discovered at build time).
function(collab_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MAY_USE;LABELS;LINK")
    list(TRANSFORM arg_MAY_USE PREPEND collab_)
    add_executable(${name} ${arg_SOURCES})
    # What is under test is optimised; the stories about it need not be, and build twice as fast.
    target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${name} PRIVATE COLLAB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE ${arg_MAY_USE} ${arg_LINK} GTest::gmock GTest::gtest_main)
    set(labels unit)
    if(arg_LABELS)
        set(labels ${arg_LABELS})
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${labels}")
endfunction()
