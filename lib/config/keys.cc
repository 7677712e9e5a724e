// SPDX-License-Identifier: Apache-2.0
#include "config/keys.h"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <vector>

#include "base/text.h"
#include "config/values.h"

namespace collab::config {
namespace {

using Check = Status (*)(std::string_view text);

Status anything(std::string_view) {
    return ok();
}

Error refuse(std::string wanted, std::string_view text) {
    return {ErrorCode::invalid, "takes " + std::move(wanted) + ", not '" + std::string(text) + "'"};
}

Status check_addresses(std::string_view text) {
    std::vector<std::string> addresses;
    COLLAB_DO(parse_value(text, addresses));
    for (const auto& address : addresses) {
        const auto colon = address.rfind(':');
        const auto port = colon == std::string::npos
                              ? std::nullopt
                              : parse_uint32(std::string_view(address).substr(colon + 1));
        const bool bare_ipv6 = address[0] != '[' && address.find(':') != colon;
        if (!port || *port > 65535 || colon == 0 || bare_ipv6)
            return refuse("addresses such as [::]:45454 or 127.0.0.1:8080", address);
    }
    return addresses.empty() ? Status(refuse("at least one address", text)) : ok();
}

std::string_view without_slashes(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
}

Status check_http_url(std::string_view text) {
    if (text.empty()) return ok();
    for (std::string_view scheme : {"http://", "https://"})
        if (text.starts_with(scheme) && !without_slashes(text.substr(scheme.size())).empty())
            return ok();
    return refuse("an http or https url", text);
}

Status check_version(std::string_view text) {
    const auto parts = split(text, '.');
    const bool right = parts.size() == 3 && std::all_of(parts.begin(), parts.end(), parse_uint32);
    return right ? ok() : Status(refuse("a version such as 0.157.0", text));
}

Status check_positive(std::string_view text) {
    if (text.find_first_of("123456789") != std::string_view::npos) return ok();
    return refuse("more than 0", text);
}

// The field of a Config that a pointer to a member of Config or of Limits names.
template <auto Member>
auto& field(auto& config) {
    if constexpr (std::is_invocable_v<decltype(Member), Config&>)
        return config.*Member;
    else
        return config.limits.*Member;
}

template <auto Member, Check check>
Status set(Config& config, std::string_view text) {
    COLLAB_DO(check(text));
    if (check == check_http_url) text = without_slashes(text);
    return parse_value(text, field<Member>(config));
}

template <auto Member>
std::string get(const Config& config) {
    const auto& value = field<Member>(config);
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>)
        return format_value(static_cast<std::int64_t>(value));
    else
        return format_value(value);
}

struct Names {
    std::string_view name, flag, variable, alias;
};

struct Defaults {
    std::string_view local, cloud = {};
};

template <auto Member, Check check = anything>
constexpr Key key(Names names, Defaults defaults, Reload reload, std::string_view help,
                  Secrecy secrecy = Secrecy::open) {
    Config* const none = nullptr;
    using Value = std::remove_cvref_t<decltype(field<Member>(*none))>;
    const auto shape = std::is_same_v<Value, bool> ? Shape::yes_or_no : Shape::value;
    return {names.name,          names.flag,  names.variable, names.alias, defaults.local,
            defaults.cloud,      reload,      secrecy,        shape,       help,
            &set<Member, check>, &get<Member>};
}

constexpr auto kReload = Reload::yes;
constexpr auto kRestart = Reload::restart;
constexpr auto kSecret = Secrecy::secret;

// clang-format off
constexpr Key kKeys[] = {
    //   field                  name             flag              variable           alias
    //   default (in cloud mode), when it counts, help
    key<&Config::mode>({"mode", "--mode", "COLLAB_MODE", ""},
        {"local", "cloud"}, kRestart, "local: a server for this network that needs nothing else; cloud: does exactly what is configured"),
    key<&Config::environment>({"environment", "--environment", "COLLAB_ENVIRONMENT", "ZED_ENVIRONMENT"},
        {"local"}, kRestart, "local, development (accepts ADMIN_TOKEN) or production"),
    key<&Config::listen, check_addresses>({"listen", "--listen", "COLLAB_LISTEN", ""},
        {"[::]:45454"}, kRestart, "addresses to listen at, separated by commas"),
    key<&Config::port>({"port", "--port", "COLLAB_PORT", "HTTP_PORT"},
        {"0"}, kRestart, "the port to listen at, on all addresses"),
    key<&Config::public_url, check_http_url>({"public_url", "--public-url", "COLLAB_PUBLIC_URL", ""},
        {""}, kReload, "the address under which clients reach the server, behind a proxy"),
    key<&Config::trusted_proxies>({"trusted_proxies", "--trusted-proxies", "COLLAB_TRUSTED_PROXIES", ""},
        {""}, kReload, "addresses of proxies whose forwarded headers count, separated by commas"),
    key<&Config::allowed_hosts>({"allowed_hosts", "--allowed-hosts", "COLLAB_ALLOWED_HOSTS", ""},
        {""}, kReload, "further names by which clients may call the server"),
    key<&Config::tls>({"tls", "--tls", "COLLAB_TLS", ""},
        {"both", "off"}, kRestart, "both: TLS, and plain on private addresses; only: TLS; off: plain (cloud mode with a certificate: only)"),
    key<&Config::tls_cert>({"tls_cert", "--tls-cert", "COLLAB_TLS_CERT", ""},
        {""}, kReload, "file with the certificate chain, in PEM form"),
    key<&Config::tls_key>({"tls_key", "--tls-key", "COLLAB_TLS_KEY", ""},
        {""}, kReload, "file with the key of the certificate, in PEM form"),
    key<&Config::insecure_http>({"insecure_http", "--insecure-http", "COLLAB_INSECURE_HTTP", ""},
        {"false"}, kReload, "accept plain connections from public addresses too"),
    key<&Config::database_url>({"database_url", "--database-url", "COLLAB_DATABASE_URL", "DATABASE_URL"},
        {""}, kRestart, "sqlite:PATH, sqlite::memory: or postgres://...", kSecret),
    key<&Config::migrate>({"migrate", "--migrate", "COLLAB_MIGRATE", ""},
        {"auto", "check"}, kRestart, "auto: bring the database up to date at start; check: refuse to start if it is not (PostgreSQL in cloud mode); off"),
    key<&Config::readers, check_positive>({"readers", "", "COLLAB_READERS", ""},
        {"2"}, kRestart, "threads that read from the database"),
    key<&Config::state_dir>({"state_dir", "--state-dir", "COLLAB_STATE_DIR", ""},
        {""}, kRestart, "folder of local mode: database, authority, identity"),
    key<&Config::socket_dir>({"socket_dir", "--socket-dir", "COLLAB_SOCKET_DIR", ""},
        {""}, kRestart, "folder of the sockets rpc.sock and admin.sock"),
    key<&Config::api_token>({"api_token", "", "COLLAB_API_TOKEN", "API_TOKEN"},
        {""}, kReload, "opens the admin routes; without one they do not exist", kSecret),
    key<&Config::require_auth>({"require_auth", "--require-auth", "COLLAB_REQUIRE_AUTH", ""},
        {"true"}, kRestart, "whether people need a token or an invitation to sign in; this version refuses false"),
    key<&Config::min_app_version, check_version>({"min_app_version", "--min-app-version", "COLLAB_MIN_APP_VERSION", ""},
        {"0.157.0"}, kReload, "older editors are asked to upgrade"),
    key<&Config::reconnect_timeout, check_positive>({"reconnect_timeout", "--reconnect-timeout", "COLLAB_RECONNECT_TIMEOUT", ""},
        {"30s"}, kRestart, "how long a call waits for somebody who lost the connection"),
    key<&Config::cleanup_timeout, check_positive>({"cleanup_timeout", "--cleanup-timeout", "COLLAB_CLEANUP_TIMEOUT", ""},
        {"15s"}, kRestart, "silence after which a server counts as gone"),
    key<&Config::mdns_enabled>({"mdns_enabled", "--mdns-enabled", "COLLAB_MDNS_ENABLED", ""},
        {"false"}, kRestart, "announce the server on the local network; not in this version, which warns"),
    key<&Config::enable_livekit>({"enable_livekit", "--enable-livekit", "COLLAB_ENABLE_LIVEKIT", ""},
        {"true"}, kReload, "give out media tokens when a media server is configured"),
    key<&Config::livekit_server, check_http_url>({"livekit_server", "--livekit-server", "COLLAB_LIVEKIT_SERVER", "LIVEKIT_SERVER"},
        {""}, kReload, "address of the LiveKit server, as clients reach it"),
    key<&Config::livekit_key>({"livekit_key", "", "COLLAB_LIVEKIT_KEY", "LIVEKIT_KEY"},
        {""}, kReload, "name of the key that the LiveKit server shares with this one"),
    key<&Config::livekit_secret>({"livekit_secret", "", "COLLAB_LIVEKIT_SECRET", "LIVEKIT_SECRET"},
        {""}, kReload, "that key", kSecret),
    key<&Config::llm_api_secret>({"llm_api_secret", "", "COLLAB_LLM_API_SECRET", "LLM_API_SECRET"},
        {""}, kReload, "signs tokens for language models", kSecret),
    key<&Config::auto_join_channel_id>({"auto_join_channel_id", "", "COLLAB_AUTO_JOIN_CHANNEL_ID", "AUTO_JOIN_CHANNEL_ID"},
        {"0"}, kReload, "the channel that users join as guests whom the admin routes make; 0: none"),
    key<&Config::eager_flush>({"eager_flush", "", "COLLAB_EAGER_FLUSH", ""},
        {"true"}, kReload, "write to sockets at once rather than at the end of the loop's turn"),
    key<&Config::log_level>({"log_level", "--log-level", "COLLAB_LOG", ""},
        {"info"}, kReload, "debug, info, warning or error"),
    key<&Config::log_format>({"log_format", "--log-format", "COLLAB_LOG_FORMAT", ""},
        {"text"}, kRestart, "text or json"),
    key<&Config::metrics_public>({"metrics_public", "--metrics-public", "COLLAB_METRICS_PUBLIC", ""},
        {"false"}, kReload, "serve /metrics to everybody, not to this machine only"),
    key<&Limits::message_decoded, check_positive>({"limits.message_decoded", "", "COLLAB_LIMITS_MESSAGE_DECODED", ""},
        {"64MiB"}, kReload, "largest message, unpacked"),
    key<&Limits::message_wire, check_positive>({"limits.message_wire", "", "COLLAB_LIMITS_MESSAGE_WIRE", ""},
        {"16MiB"}, kReload, "largest message, as it arrives"),
    key<&Limits::connections_per_user, check_positive>({"limits.connections_per_user", "", "COLLAB_LIMITS_CONNECTIONS_PER_USER", ""},
        {"64"}, kReload, "connections of one user"),
    key<&Limits::connections_per_second_per_address, check_positive>({"limits.connections_per_second_per_address", "", "COLLAB_LIMITS_CONNECTIONS_PER_SECOND_PER_ADDRESS", ""},
        {"200"}, kReload, "new connections a second from one address"),
    key<&Limits::half_open_per_address, check_positive>({"limits.half_open_per_address", "", "COLLAB_LIMITS_HALF_OPEN_PER_ADDRESS", ""},
        {"64"}, kReload, "connections from one address that have not signed in yet"),
    key<&Limits::requests_in_flight, check_positive>({"limits.requests_in_flight", "", "COLLAB_LIMITS_REQUESTS_IN_FLIGHT", ""},
        {"1024"}, kReload, "forwarded requests of one connection that wait for an answer"),
    key<&Limits::queue_bytes, check_positive>({"limits.queue_bytes", "", "COLLAB_LIMITS_QUEUE_BYTES", ""},
        {"8MiB"}, kReload, "what may wait for one connection"),
    key<&Limits::queue_age, check_positive>({"limits.queue_age", "", "COLLAB_LIMITS_QUEUE_AGE", ""},
        {"10s"}, kReload, "how long it may wait"),
    key<&Limits::project_entries, check_positive>({"limits.project_entries", "", "COLLAB_LIMITS_PROJECT_ENTRIES", ""},
        {"2000000"}, kReload, "files and folders of one project"),
    key<&Limits::project_worktrees, check_positive>({"limits.project_worktrees", "", "COLLAB_LIMITS_PROJECT_WORKTREES", ""},
        {"64"}, kReload, "worktrees of one project"),
    key<&Limits::project_journal, check_positive>({"limits.project_journal", "", "COLLAB_LIMITS_PROJECT_JOURNAL", ""},
        {"512MiB"}, kReload, "stored worktree updates of one project"),
    key<&Limits::note_operation, check_positive>({"limits.note_operation", "", "COLLAB_LIMITS_NOTE_OPERATION", ""},
        {"1MiB"}, kReload, "one change of a channel note"),
    key<&Limits::channels_per_root, check_positive>({"limits.channels_per_root", "", "COLLAB_LIMITS_CHANNELS_PER_ROOT", ""},
        {"10000"}, kReload, "channels below one root channel"),
};
// clang-format on

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t change = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::span<const Key> keys() {
    return kKeys;
}

const Key* find_key(std::string_view name) {
    const auto* found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                     [&](const Key& key) { return key.name == name; });
    return found == std::end(kKeys) ? nullptr : found;
}

std::string_view closest_key(std::string_view name) {
    constexpr std::size_t kLongestGuess = 64;  // what is longer is no slip of the finger
    if (name.size() > kLongestGuess) return {};
    std::string_view closest;
    std::size_t best = std::max<std::size_t>(name.size() / 3, 2) + 1;
    for (const auto& key : kKeys) {
        const auto distance = edit_distance(name, key.name);
        if (distance >= best) continue;
        best = distance;
        closest = key.name;
    }
    return closest;
}

}  // namespace collab::config
