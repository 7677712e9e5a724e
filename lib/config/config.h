// SPDX-License-Identifier: Apache-2.0
#pragma once

// What can be configured, as the program uses it. Names, defaults and help of each field stand in
// config/keys.cc; a test compares the two.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"

namespace collab::config {

enum class Mode { local, cloud };
enum class Environment { local, development, production };
enum class Migrate { automatic, check, off };
enum class Tls { both, only, off };

struct Bytes {
    std::uint64_t value = 0;

    auto operator<=>(const Bytes&) const = default;
};

inline constexpr std::uint64_t kMiB = 1024 * 1024;

// What bounds a stranger (decisions 2 and 29). Counts are of the thing named, per what is named.
struct Limits {
    Bytes message_decoded{64 * kMiB};
    Bytes message_wire{16 * kMiB};
    std::uint32_t connections_per_user = 64;
    std::uint32_t connections_per_second_per_address = 200;
    std::uint32_t half_open_per_address = 64;
    std::uint32_t requests_in_flight = 1024;
    Bytes queue_bytes{8 * kMiB};
    Duration queue_age = std::chrono::seconds(10);
    std::uint32_t project_entries = 2'000'000;
    std::uint32_t project_worktrees = 64;
    Bytes project_journal{512 * kMiB};
    Bytes note_operation{1 * kMiB};
    std::uint32_t channels_per_root = 10'000;
};

// Empty texts, and 0 of `port` and `auto_join_channel_id`: not set.
struct Config {
    Mode mode = Mode::local;
    Environment environment = Environment::local;
    std::vector<std::string> listen = {"[::]:45454"};  // host:port; `port` is folded in by load()
    std::uint16_t port = 0;
    std::string public_url;  // without a slash at the end
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> allowed_hosts;
    Tls tls = Tls::both;
    std::string tls_cert;
    std::string tls_key;
    bool insecure_http = false;
    std::string database_url;
    Migrate migrate = Migrate::automatic;
    std::uint32_t readers = 2;
    std::string state_dir;
    std::string socket_dir;
    std::string api_token;
    bool require_auth = true;
    std::string min_app_version = "0.157.0";
    Duration reconnect_timeout = std::chrono::seconds(30);
    Duration cleanup_timeout = std::chrono::seconds(15);
    bool mdns_enabled = false;
    bool enable_livekit = true;
    std::string livekit_server;  // without a slash at the end
    std::string livekit_key;
    std::string livekit_secret;
    std::string llm_api_secret;
    std::int64_t auto_join_channel_id = 0;
    bool eager_flush = true;
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
    bool metrics_public = false;
    Limits limits;
};

}  // namespace collab::config
