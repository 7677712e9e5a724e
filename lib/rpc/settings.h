// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of the configuration the layers from rpc upwards need. Filled by lib/server from the config.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"

namespace collab::rpc {

struct Limits {
    std::size_t message_decoded = std::size_t{64} << 20;
    std::size_t requests_in_flight = 1024;  // of each kind, per connection (decisions 5)
    std::size_t held_messages = 4096;       // waiting for a commit, per connection
    std::size_t queue_bytes = std::size_t{8} << 20;
    Duration queue_age = std::chrono::seconds(10);
    std::size_t project_entries = 2'000'000;
    std::size_t project_worktrees = 64;
    std::size_t project_journal = std::size_t{512} << 20;
    std::size_t note_operation = std::size_t{1} << 20;
    std::size_t channels_per_root = 10'000;
};

struct LiveKitSettings {
    std::string url;  // without trailing slash
    std::string key;
    std::string secret;

    bool operator==(const LiveKitSettings&) const = default;
};

struct Settings {
    std::string environment = "local";
    Duration reconnect_timeout = std::chrono::seconds(30);
    Duration cleanup_timeout = std::chrono::seconds(15);
    Duration database_patience = std::chrono::seconds(10);  // a request waits no longer for it
    std::optional<LiveKitSettings> livekit;
    std::optional<std::string> llm_api_secret;
    std::optional<ChannelId> auto_join_channel;  // whom the admin routes make is a guest there
    Limits limits;
};

// Settings that a reload may replace while others read: what get() returned stays valid and as it
// was. Thread: any.
class CurrentSettings {
public:
    // These for ever. Both must outlive this.
    CurrentSettings(const Settings& fixed) : fixed_(&fixed) {}  // NOLINT(*-explicit-*)
    // Whatever `latest` points to; what it has pointed to must outlive this too.
    CurrentSettings(const std::atomic<const Settings*>& latest)  // NOLINT(*-explicit-*)
        : latest_(&latest) {}

    const Settings& get() const { return latest_ != nullptr ? *latest_->load() : *fixed_; }
    const Settings* operator->() const { return &get(); }

private:
    const Settings* fixed_ = nullptr;
    const std::atomic<const Settings*>* latest_ = nullptr;
};

}  // namespace collab::rpc
