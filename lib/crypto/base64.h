// SPDX-License-Identifier: Apache-2.0
#pragma once

// URL-safe base64 (RFC 4648 section 5), as keys, ciphertexts, hashes and tokens travel.

#include <optional>
#include <string>
#include <string_view>

namespace collab::crypto {

enum class Padding { with, without };

std::string encode_url_base64(std::string_view bytes, Padding padding);

// The bytes, or nothing. Strict: padding exactly as `padding` says, no other alphabet, no white
// space, no bits left over.
std::optional<std::string> decode_url_base64(std::string_view text, Padding padding);

}  // namespace collab::crypto
