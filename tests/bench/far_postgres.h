// SPDX-License-Identifier: Apache-2.0
#pragma once

// Moves a PostgreSQL that is near into the distance: a process that hands bytes on, each a set time
// after it came.

#include <sys/types.h>

#include <chrono>
#include <string>

#include "support/test_database.h"

namespace collab::bench {

class FarPostgres {
public:
    // `url` names its server by the folder of its Unix socket (?host=). Each direction is delayed
    // by `one_way`.
    FarPostgres(const std::string& url, std::chrono::microseconds one_way);
    ~FarPostgres();
    FarPostgres(const FarPostgres&) = delete;
    FarPostgres& operator=(const FarPostgres&) = delete;

    // The same database, by the long way.
    const std::string& url() const { return url_; }

private:
    test::TemporaryFolder folder_;
    std::string url_;
    pid_t pid_ = -1;
};

}  // namespace collab::bench
