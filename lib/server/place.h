// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a server runs: its database, its sockets and its certificate. This is what differs between
// local mode and `serve` (decisions 18).

#include <optional>
#include <string>

#include "config/config.h"
#include "net/server.h"
#include "server/state_directory.h"

namespace collab::server {

struct Place {
    std::optional<StateDirectory> state;  // of local mode
    std::string database_url;
    net::ServerOptions net;
    std::string fingerprint;   // of the own authority; empty: none
    std::string admin_socket;  // path; empty: none
};

// Makes what is missing. Errors: of StateDirectory::open(); of the certificate.
Result<Place> local_place(const config::Config& config, const std::string& host,
                          const Clock& clock);
// Error invalid: no database is named; of the certificate.
Result<Place> cloud_place(const config::Config& config);

struct Certificate {
    std::string chain_pem;
    std::string key_pem;
};
// The files of tls_cert and tls_key. Error: as of config::read_file().
Result<Certificate> read_certificate(const config::Config& config);

}  // namespace collab::server
