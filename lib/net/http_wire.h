// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests out of libwebsockets and answers into it. Internal to this layer. Thread: loop.

#include <optional>
#include <span>
#include <string>

#include "net/connection.h"

namespace collab::net {

// The request whose head libwebsockets has just parsed on `wsi`; nothing when its method or target
// is none that we serve. The body is empty.
std::optional<HttpRequest> read_request(lws* wsi, const Peer& peer,
                                        std::span<const std::string> extra_headers);

// What the request says about its body: its length, or the refusal it deserves.
struct BodyLength {
    std::size_t bytes = 0;
    // No length was given, which means none; libwebsockets waits for a body all the same.
    bool unannounced = false;
    std::optional<HttpResponse> refusal;
};
BodyLength body_length(const HttpRequest& request, std::size_t limit);

// The answer as it goes over the wire; `head_only` answers a HEAD.
std::string format_response(const HttpResponse& response, bool head_only, bool close_after);

}  // namespace collab::net
