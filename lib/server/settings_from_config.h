// SPDX-License-Identifier: Apache-2.0
#pragma once

// From the configuration to what each part of the server wants to know.

#include "config/config.h"
#include "net/server.h"
#include "rpc/settings.h"
#include "server/application.h"

namespace collab::server {

rpc::Settings core_settings(const config::Config& config);
// Without listeners' certificates and Unix sockets, which depend on the state directory.
net::ServerOptions net_options(const config::Config& config);
// Error invalid: min_app_version is no version.
Result<ApplicationSettings> application_settings(const config::Config& config,
                                                 const std::string& mode);

}  // namespace collab::server
