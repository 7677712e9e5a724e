// SPDX-License-Identifier: Apache-2.0
#pragma once

// How people see the identity of a server: the first 60 bits of its authority's key hash.

#include <string>
#include <string_view>

namespace collab::crypto {

// XXXX-XXXX-XXXX, 12 symbols of the base32 alphabet of RFC 4648 (A-Z, 2-7) with 5 bits each.
// Requires at least 8 bytes of hash.
std::string display_fingerprint(std::string_view hash);

}  // namespace collab::crypto
