// SPDX-License-Identifier: Apache-2.0
#include "server/place.h"

#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "config/default_paths.h"
#include "config/sources.h"
#include "server/settings_from_config.h"
#include "server/tls_identity.h"

namespace collab::server {
namespace {

constexpr const char* kAdminGroup = "collab";

// Whether that group exists and this process may give files to it.
bool may_give_to(const char* name) {
    std::array<char, 4096> buffer{};
    group entry{};
    group* found = nullptr;
    ::getgrnam_r(name, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) return false;
    if (::geteuid() == 0 || ::getegid() == found->gr_gid) return true;
    std::vector<gid_t> own(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    if (own.empty() || ::getgroups(static_cast<int>(own.size()), own.data()) < 0) return false;
    return std::ranges::find(own, found->gr_gid) != own.end();
}

// rpc.sock asks for tokens like a port. Who may open admin.sock is an admin: the group, or without
// it nobody but the user that the server runs as.
void add_sockets(Place& place, const std::string& folder) {
    place.net.unix_sockets.push_back({folder + "/rpc.sock", 0660});
    place.admin_socket = folder + "/admin.sock";
    if (may_give_to(kAdminGroup)) {
        place.net.unix_sockets.push_back({place.admin_socket, 0660, kAdminGroup});
    } else {
        place.net.unix_sockets.push_back({place.admin_socket, 0600});
    }
}

Status use_own_certificate(const config::Config& config, Place& place) {
    COLLAB_TRY(auto certificate, read_certificate(config));
    place.net.certificate_pem = std::move(certificate.chain_pem);
    place.net.private_key_pem = std::move(certificate.key_pem);
    return ok();
}

net::TlsMode tls_mode(config::Tls tls) {
    switch (tls) {
        case config::Tls::both:
            return net::TlsMode::both;
        case config::Tls::only:
            return net::TlsMode::only;
        case config::Tls::off:
            return net::TlsMode::off;
    }
    return net::TlsMode::off;
}

}  // namespace

Result<Certificate> read_certificate(const config::Config& config) {
    Certificate certificate;
    COLLAB_TRY(certificate.chain_pem, config::read_file(config.tls_cert));
    COLLAB_TRY(certificate.key_pem, config::read_file(config.tls_key));
    return certificate;
}

Result<Place> local_place(const config::Config& config, const std::string& host,
                          const Clock& clock) {
    Place place;
    place.net = net_options(config);
    const auto standard =
        config::default_state_directory(config::process_environment(), ::geteuid() == 0);
    COLLAB_TRY(place.state,
               StateDirectory::open(config.state_dir.empty() ? standard : config.state_dir));
    place.database_url = config.database_url;
    if (place.database_url.empty()) {
        place.database_url = "sqlite:" + config::database_in(place.state->path());
    }
    add_sockets(place, config.socket_dir.empty() ? default_socket_directory() : config.socket_dir);
    place.net.tls = tls_mode(config.tls);
    if (config.tls == config::Tls::off) return place;
    if (!config.tls_cert.empty()) {
        COLLAB_DO(use_own_certificate(config, place));
        return place;
    }
    COLLAB_TRY(const auto identity,
               load_or_make_identity(*place.state, {host, host + ".local", "localhost"},
                                     clock.wall_now()));
    place.net.certificate_pem = identity.certificate_pem;
    place.net.private_key_pem = identity.key_pem;
    place.fingerprint = identity.fingerprint;
    return place;
}

Result<Place> cloud_place(const config::Config& config) {
    Place place;
    place.net = net_options(config);
    place.database_url = config.database_url;
    if (place.database_url.empty()) {
        return Error{ErrorCode::invalid,
                     "no database: set DATABASE_URL, for example postgres://… or "
                     "sqlite:///var/lib/collab/collab.sqlite3?mode=rwc"};
    }
    if (!config.socket_dir.empty()) add_sockets(place, config.socket_dir);
    if (config.tls_cert.empty()) return place;
    COLLAB_DO(use_own_certificate(config, place));
    place.net.tls = tls_mode(config.tls);
    return place;
}

}  // namespace collab::server
