// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_status.h"

namespace collab::cli {

ExitStatus exit_status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::denied:
        case ErrorCode::forbidden:
        case ErrorCode::needs_cla:
            return ExitStatus::denied;
        case ErrorCode::unavailable:
            return ExitStatus::unreachable;
        case ErrorCode::too_many:
            return ExitStatus::busy;
        case ErrorCode::unsupported:
            return ExitStatus::version_mismatch;
        default:
            return ExitStatus::failure;
    }
}

}  // namespace collab::cli
