// SPDX-License-Identifier: Apache-2.0
#pragma once

// Encryption for one client that sent its RSA public key along with a sign-in (spec 4, 8.3).

#include <string>
#include <string_view>

#include "base/result.h"

namespace collab::crypto {

// `plain` under RSA-OAEP with SHA-256 (MGF1 too, no label), as URL-safe base64 with padding.
// `public_key` is a PKCS#1 RSAPublicKey in DER, URL-safe base64 with padding; 2048 bits as clients
// make them, up to 4096. A key of 2048 bits carries at most 190 bytes.
// Error invalid: not such a key, or `plain` is too long for it.
Result<std::string> encrypt_for_client(std::string_view public_key, std::string_view plain);

}  // namespace collab::crypto
