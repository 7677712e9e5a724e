// SPDX-License-Identifier: Apache-2.0
#pragma once

// Coroutines on the loop. Task<T> is a piece of a conversation that somebody awaits; Later<T> is a
// value that somebody else will deliver. Nothing here is locked: one thread, the loop.
//
// Requires of callers: bind what a coroutine needs to named locals before the first co_await; a
// lambda coroutine must not have captures.

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"

namespace collab::rpc {

// Delivered at most once, awaited at most once. Copies share the value.
template <class T>
class Later {
public:
    Later() : state_(std::make_shared<State>()) {}

    bool resolved() const { return state_->value.has_value(); }
    // Hands over the value and resumes who waits, before it returns. A second value is dropped.
    void resolve(T value) const {
        if (state_->value) return;
        state_->value.emplace(std::move(value));
        if (auto waiter = std::exchange(state_->waiter, nullptr)) waiter.resume();
    }

    bool await_ready() const { return resolved(); }
    void await_suspend(std::coroutine_handle<> waiter) { state_->waiter = waiter; }
    T await_resume() { return std::move(*state_->value); }

private:
    struct State {
        std::optional<T> value;
        std::coroutine_handle<> waiter;
    };
    std::shared_ptr<State> state_;
};

// Starts when awaited; resumes its awaiter when done. Move only; destroying an unfinished one
// destroys the frame.
template <class T>
class [[nodiscard]] Task {
public:
    struct promise_type {
        std::optional<T> value;
        std::coroutine_handle<> awaiter;

        Task get_return_object() {
            return Task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Resume {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(
                    std::coroutine_handle<promise_type> done) noexcept {
                    if (done.promise().awaiter) return done.promise().awaiter;
                    return std::noop_coroutine();
                }
                void await_resume() noexcept {}
            };
            return Resume{};
        }
        template <class U>
        void return_value(U&& result) {
            value.emplace(std::forward<U>(result));
        }
        void unhandled_exception() { std::terminate(); }
    };

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) {
        handle_.promise().awaiter = awaiter;
        return handle_;
    }
    T await_resume() { return std::move(*handle_.promise().value); }

private:
    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

// The outermost coroutine: runs at once, frees itself when done.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

}  // namespace collab::rpc
