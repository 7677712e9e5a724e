// SPDX-License-Identifier: Apache-2.0
#include "crypto/rsa.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <optional>

#include "crypto/base64.h"

namespace collab::crypto {
namespace {

constexpr int kMinBits = 2048;
constexpr int kMaxBits = 4096;
constexpr std::size_t kMaxKeyText = 1024;  // 4096 bits are 702 characters

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

Error bad_key() {
    ERR_clear_error();
    return {ErrorCode::invalid, "not an rsa public key of 2048 to 4096 bits"};
}

Result<Key> parse_key(std::string_view text) {
    if (text.size() > kMaxKeyText) return bad_key();
    const auto der = decode_url_base64(text, Padding::with);
    if (!der) return bad_key();

    const auto* at = reinterpret_cast<const unsigned char*>(der->data());
    const auto* end = at + der->size();
    Key key(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der->size())),
            &EVP_PKEY_free);
    if (!key || at != end) return bad_key();
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < kMinBits || bits > kMaxBits) return bad_key();
    return key;
}

std::optional<std::string> encrypt_oaep(EVP_PKEY* key, std::string_view plain) {
    KeyContext context(EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free);
    if (!context || EVP_PKEY_encrypt_init(context.get()) <= 0) return std::nullopt;
    if (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) <= 0 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256()) <= 0 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) <= 0)
        return std::nullopt;

    std::size_t size = EVP_PKEY_get_size(key);
    std::string cipher(size, '\0');
    if (EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(cipher.data()), &size,
                         reinterpret_cast<const unsigned char*>(plain.data()), plain.size()) <= 0)
        return std::nullopt;
    cipher.resize(size);
    return cipher;
}

}  // namespace

Result<std::string> encrypt_for_client(std::string_view public_key, std::string_view plain) {
    COLLAB_TRY(auto key, parse_key(public_key));
    const auto cipher = encrypt_oaep(key.get(), plain);
    if (!cipher) {
        ERR_clear_error();
        return Error{ErrorCode::invalid, "cannot encrypt with this rsa key"};
    }
    return encode_url_base64(*cipher, Padding::with);
}

}  // namespace collab::crypto
