// SPDX-License-Identifier: Apache-2.0
#pragma once

// Access tokens: how they are made, stored as hashes, handed to a client and read back
// (spec 4, 8.1). Rows and limits are the users area's business.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace collab::crypto {

// What a client presents. `secret` is never logged.
struct AccessToken {
    std::int64_t id = 0;  // the token's row
    std::string secret;
};

// A fresh secret: 48 random bytes as 64 characters of URL-safe base64.
std::string make_token(Random& random);

// What is stored: "$sha256$" and the URL-safe base64, padded, of the hash; 52 characters.
std::string hash_token(std::string_view secret);

// Whether `stored` is the hash of `secret`. Takes the same time for every stored hash. A hash of
// another kind ("$scrypt$...") never matches; see is_legacy_hash().
bool token_matches(std::string_view secret, std::string_view stored);

// A scrypt row of an old installation: refused, with a reason of its own.
bool is_legacy_hash(std::string_view stored);

// {"version":1,"id":7,"token":"..."} without white space, because the header that carries it is
// split there.
std::string format_access_token(const AccessToken& token);

// Error invalid: not JSON, a member missing or of another type, id not positive, or longer than
// 4096 bytes. The version is not compared; unknown members are ignored.
Result<AccessToken> parse_access_token(std::string_view json);

}  // namespace collab::crypto
