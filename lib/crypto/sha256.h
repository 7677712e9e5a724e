// SPDX-License-Identifier: Apache-2.0
#pragma once

// SHA-256, of texts that are in memory.

#include <string>
#include <string_view>

namespace collab::crypto {

// The 32 bytes of the hash.
std::string sha256(std::string_view bytes);

// The hash as 64 lower case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

// Any bytes as lower case hexadecimal digits.
std::string to_hex(std::string_view bytes);

}  // namespace collab::crypto
