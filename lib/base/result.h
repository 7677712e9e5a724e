// SPDX-License-Identifier: Apache-2.0
#pragma once

// Result<T>, Status and Error: how every layer says that something did not work. Exceptions stay
// inside the adapter of the library that throws them. Codes become wire codes in one place,
// rpc/error_reply.cc.

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace collab {

// Append only. The first eight are the base codes; the rest name wire errors that clients branch
// on.
enum class ErrorCode {
    invalid,      // the request is wrong in itself
    conflict,     // it contradicts what is stored
    not_found,    // what it names does not exist (or may not be seen)
    denied,       // the caller may not
    too_many,     // a limit
    unavailable,  // try again later: the other side or the database is gone
    internal,     // a bug of ours
    unsupported,  // a version or a type that we do not serve
    no_such_channel,
    forbidden,
    needs_cla,
    not_a_root_channel,
    bad_public_nesting,
    circular_nesting,
    wrong_move_target,
    malformed,  // bytes that are no message: the connection that sent them is closed
};

// `message` is for people: lower case, no full stop, user-supplied text in single quotes, no
// secrets.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::vector<std::string> tags = {};  // "key=value", sent along with the wire error
};

// A value or an Error. Requires ok() before value(), !ok() before error().
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {
    }  // NOLINT(google-explicit-constructor)
    Result(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {
    }  // NOLINT(google-explicit-constructor)

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

// Success or an Error.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    bool ok() const { return !error_; }
    explicit operator bool() const { return ok(); }
    const Error& error() const& { return *error_; }
    Error&& error() && { return std::move(*error_); }

private:
    std::optional<Error> error_;
};

inline Status ok() {
    return {};
}

}  // namespace collab

#define COLLAB_CONCAT_INNER(a, b) a##b
#define COLLAB_CONCAT(a, b) COLLAB_CONCAT_INNER(a, b)

// COLLAB_TRY(auto row, find_row(...)): the value, or return the error to the caller.
#define COLLAB_TRY(declaration, ...)                                       \
    auto COLLAB_CONCAT(collab_result_, __LINE__) = (__VA_ARGS__);          \
    if (!COLLAB_CONCAT(collab_result_, __LINE__).ok())                     \
        return std::move(COLLAB_CONCAT(collab_result_, __LINE__)).error(); \
    declaration = std::move(COLLAB_CONCAT(collab_result_, __LINE__)).value()

// COLLAB_DO(delete_row(...)): go on, or return the error to the caller.
#define COLLAB_DO(...)                                               \
    do {                                                             \
        if (auto collab_status = (__VA_ARGS__); !collab_status.ok()) \
            return std::move(collab_status).error();                 \
    } while (false)

// The same inside a coroutine.
#define COLLAB_CO_TRY(declaration, ...)                                       \
    auto COLLAB_CONCAT(collab_result_, __LINE__) = (__VA_ARGS__);             \
    if (!COLLAB_CONCAT(collab_result_, __LINE__).ok())                        \
        co_return std::move(COLLAB_CONCAT(collab_result_, __LINE__)).error(); \
    declaration = std::move(COLLAB_CONCAT(collab_result_, __LINE__)).value()

#define COLLAB_CO_DO(...)                                            \
    do {                                                             \
        if (auto collab_status = (__VA_ARGS__); !collab_status.ok()) \
            co_return std::move(collab_status).error();              \
    } while (false)

// A bug if false: stops the program, in release builds too.
#define COLLAB_ASSERT(condition)                                                      \
    do {                                                                              \
        if (!(condition)) ::collab::assertion_failed(#condition, __FILE__, __LINE__); \
    } while (false)

namespace collab {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}
