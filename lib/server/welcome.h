// SPDX-License-Identifier: Apache-2.0
#pragma once

// The first screen of local mode: that it runs, and how to join from Zed.

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"

namespace collab::server {

struct Welcome {
    std::string host;
    std::string state_directory;
    std::string fingerprint;  // empty: no TLS
    std::vector<std::uint16_t> ports;
    const config::Config& config;
};

void print_welcome(const Welcome& welcome);
std::string welcome_text(const Welcome& welcome);

}  // namespace collab::server
