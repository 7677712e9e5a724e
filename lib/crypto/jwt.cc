// SPDX-License-Identifier: Apache-2.0
#include "crypto/jwt.h"

#include <sodium.h>

#include "crypto/base64.h"

namespace collab::crypto {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac_sha256(std::string_view message, std::string_view key) {
    crypto_auth_hmacsha256_state state;
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    return mac;
}

}  // namespace

std::string sign_hs256(std::string_view payload, std::string_view secret) {
    std::string token = encode_url_base64(R"({"typ":"JWT","alg":"HS256"})", Padding::without);
    token += '.';
    token += encode_url_base64(payload, Padding::without);
    const std::string signature = hmac_sha256(token, secret);
    token += '.';
    token += encode_url_base64(signature, Padding::without);
    return token;
}

}  // namespace collab::crypto
