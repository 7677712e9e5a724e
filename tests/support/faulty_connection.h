// SPDX-License-Identifier: Apache-2.0
#pragma once

// A real connection that fails on demand: statements, whole transactions, commits whose answer is
// lost. What it does is decided by a Faults object that the test holds. Thread: one at a time.

#include <functional>
#include <memory>

#include "db/connection.h"

namespace collab::test {

struct Faults {
    // Asked before each statement, commit and connect; true makes it fail.
    std::function<bool()> statement = [] { return false; };
    std::function<bool()> transaction = [] { return false; };      // as PostgreSQL's 40001
    std::function<bool()> lose_connection = [] { return false; };  // at a statement
    std::function<bool()> refuse_connect = [] { return false; };
    enum class Commit { works, lost_after, lost_before };
    std::function<Commit()> commit = [] { return Commit::works; };
};

// `faults` must outlive the connection.
std::unique_ptr<db::Connection> make_faulty(std::unique_ptr<db::Connection> inner,
                                            const Faults& faults);

}  // namespace collab::test
