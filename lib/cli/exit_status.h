// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every program of ours tells its caller when it ends. 10 to 19 belong to single programs and
// stand in their man pages; death by a signal is a real one.

#include <optional>
#include <utility>

#include "base/result.h"

namespace collab::cli {

enum class ExitStatus {
    success = 0,
    failure = 1,           // something went wrong at run time
    usage = 2,             // wrong command line or configuration; trying again does not help
    negative = 3,          // nothing found, pending, expired, would change
    denied = 4,            // authentication or permission
    unreachable = 5,       // no server, database or network; trying again may help
    integrity = 6,         // drift, changed identity, burned code
    busy = 7,              // a lock or limit timed out; trying again may help
    version_mismatch = 8,  // of schema or protocol
};

// What an error means for the caller if the program does not say otherwise.
ExitStatus exit_status_of(ErrorCode code);

// How the work of a program ended: what a Status says, or more exactly. Converts from what work
// functions return, so COLLAB_TRY and COLLAB_DO work in a function that returns it.
class Outcome {
public:
    Outcome(ExitStatus status) : status_(status) {}  // NOLINT(google-explicit-constructor)
    Outcome(Error error)                             // NOLINT(google-explicit-constructor)
        : status_(exit_status_of(error.code)), error_(std::move(error)) {}
    Outcome(Status status) {  // NOLINT(google-explicit-constructor)
        if (!status.ok()) *this = Outcome(std::move(status).error());
    }
    Outcome(ExitStatus status, Error error) : status_(status), error_(std::move(error)) {}

    ExitStatus status() const { return status_; }
    // What to tell the user; none when the answer on standard output says it all.
    const std::optional<Error>& error() const { return error_; }

private:
    ExitStatus status_ = ExitStatus::success;
    std::optional<Error> error_;
};

}  // namespace collab::cli
