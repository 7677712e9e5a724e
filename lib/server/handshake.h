// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who may open /rpc: the order of checks and their statuses are those of spec 1, 1.3 and 1.4. No
// SQL: tokens are known to the loop (decisions 28).

#include <optional>
#include <string>
#include <variant>

#include "areas/users/token_table.h"
#include "net/http.h"
#include "rpc/call.h"
#include "rpc/live.h"

namespace collab::server {

struct HandshakeSettings {
    std::string environment;
    std::optional<std::string> api_token;
    Semver min_app_version;
    std::size_t connections_per_user = 64;
};

// Who may open /rpc.
struct Admitted {
    rpc::Caller caller;                  // without its peer and base_url
    std::optional<UserId> impersonator;  // the admin who is signed in as that user
};

// The user of an Authorization header of the form "<user id> <token>", or the refusal.
// 401 only for bad credentials; 503 while tokens are not loaded.
std::variant<users::Verified, net::HttpResponse> authenticate(const net::HttpRequest& request,
                                                              rpc::Live& live,
                                                              const HandshakeSettings& settings);

// The client's version, or the refusal: no version, no proper WebSocket handshake, another
// protocol, too old.
std::variant<Semver, net::HttpResponse> check_version(const net::HttpRequest& request,
                                                      const HandshakeSettings& settings);

// Who asks to open /rpc, or the refusal.
std::variant<Admitted, net::HttpResponse> check_handshake(const net::HttpRequest& request,
                                                          rpc::Live& live,
                                                          const HandshakeSettings& settings);

}  // namespace collab::server
