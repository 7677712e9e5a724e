// SPDX-License-Identifier: Apache-2.0
#include "server/settings_from_config.h"

#include <unistd.h>

#include "base/version.h"
#include "config/sources.h"

namespace collab::server {
namespace {

std::string_view environment_name(config::Environment environment) {
    switch (environment) {
        case config::Environment::local:
            return "local";
        case config::Environment::development:
            return "development";
        case config::Environment::production:
            return "production";
    }
    return "local";
}

std::string host_name() {
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0) return "localhost";
    return name;
}

// What was built, as whoever starts the program says it; upstream's name.
std::string revision() {
    const auto environment = config::process_environment();
    const auto found = environment.find("GITHUB_SHA");
    return found == environment.end() || found->second.empty() ? "unknown" : found->second;
}

std::optional<std::string> optional(const std::string& text) {
    if (text.empty()) return {};
    return text;
}

}  // namespace

rpc::Settings core_settings(const config::Config& config) {
    rpc::Settings settings;
    settings.environment = environment_name(config.environment);
    settings.reconnect_timeout = config.reconnect_timeout;
    settings.cleanup_timeout = config.cleanup_timeout;
    if (config.enable_livekit && !config.livekit_server.empty() && !config.livekit_key.empty() &&
        !config.livekit_secret.empty()) {
        settings.livekit = {config.livekit_server, config.livekit_key, config.livekit_secret};
    }
    settings.llm_api_secret = optional(config.llm_api_secret);
    if (config.auto_join_channel_id != 0) {
        settings.auto_join_channel = ChannelId{config.auto_join_channel_id};
    }
    auto& limits = settings.limits;
    limits.message_decoded = config.limits.message_decoded.value;
    limits.requests_in_flight = config.limits.requests_in_flight;
    limits.queue_bytes = config.limits.queue_bytes.value;
    limits.queue_age = config.limits.queue_age;
    limits.project_entries = config.limits.project_entries;
    limits.project_worktrees = config.limits.project_worktrees;
    limits.project_journal = config.limits.project_journal.value;
    limits.note_operation = config.limits.note_operation.value;
    limits.channels_per_root = config.limits.channels_per_root;
    return settings;
}

net::ServerOptions net_options(const config::Config& config) {
    net::ServerOptions options;
    options.listen = config.listen;
    options.insecure_http = config.insecure_http;
    options.trusted_proxies = config.trusted_proxies;
    options.half_open_per_address = config.limits.half_open_per_address;
    options.connects_per_second = config.limits.connections_per_second_per_address;
    options.max_message = config.limits.message_wire.value;
    options.eager_flush = config.eager_flush;
    return options;
}

Result<ApplicationSettings> application_settings(const config::Config& config,
                                                 const std::string& mode) {
    const auto oldest = parse_semver(config.min_app_version);
    if (!oldest) {
        return Error{ErrorCode::invalid,
                     "min_app_version '" + config.min_app_version + "' is no version like 0.157.0"};
    }
    ApplicationSettings settings;
    settings.mode = mode;
    settings.version = version();
    settings.revision = revision();
    settings.metrics_public = config.metrics_public;
    settings.door = {optional(config.public_url), config.trusted_proxies, config.allowed_hosts,
                     host_name()};
    settings.handshake = {std::string(environment_name(config.environment)),
                          optional(config.api_token), *oldest, config.limits.connections_per_user};
    return settings;
}

}  // namespace collab::server
