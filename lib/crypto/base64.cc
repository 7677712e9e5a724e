// SPDX-License-Identifier: Apache-2.0
#include "crypto/base64.h"

#include <sodium.h>

namespace collab::crypto {
namespace {

int variant(Padding padding) {
    return padding == Padding::with ? sodium_base64_VARIANT_URLSAFE
                                    : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

}  // namespace

std::string encode_url_base64(std::string_view bytes, Padding padding) {
    std::string text(sodium_base64_encoded_len(bytes.size(), variant(padding)), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      variant(padding));
    text.pop_back();  // the length counts a closing NUL
    return text;
}

std::optional<std::string> decode_url_base64(std::string_view text, Padding padding) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const int failed = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
        /*ignore=*/nullptr, &size, /*b64_end=*/nullptr, variant(padding));
    if (failed != 0) return std::nullopt;
    bytes.resize(size);
    return bytes;
}

}  // namespace collab::crypto
