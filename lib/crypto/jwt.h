// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON web tokens signed with a shared secret (RFC 7519, HS256).

#include <string>
#include <string_view>

namespace collab::crypto {

// header.payload.signature. `payload` is a JSON object, used as it is.
std::string sign_hs256(std::string_view payload, std::string_view secret);

}  // namespace collab::crypto
