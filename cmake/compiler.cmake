# Warnings, sanitizers and the compiler cache: what every target gets.
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-Wthread-safety)
endif()
if(COLLAB_UNITY)
    # An anonymous namespace of an included file is taken for one of a header.
    add_compile_options(-Wno-subobject-linkage)
endif()
if(COLLAB_WERROR)
    add_compile_options(-Werror)
endif()

if(COLLAB_SANITIZE)
    add_compile_options(-fsanitize=${COLLAB_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${COLLAB_SANITIZE})
    if(COLLAB_SANITIZE MATCHES undefined)
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()

# Debug information is for backtraces; -g1 keeps objects small and builds quick.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
# g++ 12 takes moved-from alternatives of std::variant for uninitialised when it optimises.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -Wno-maybe-uninitialized")

find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()
