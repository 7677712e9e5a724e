// SPDX-License-Identifier: Apache-2.0
#include "crypto/rsa.h"

#include <gtest/gtest.h>

#include "crypto/base64.h"
#include "crypto/openssl_command.h"
#include "crypto/token_hash.h"

namespace collab::crypto {
namespace {

class EncryptForClient : public ::testing::Test {
protected:
    // What a client with a fresh key of so many bits sends.
    std::string given_client_key(int bits) {
        const auto made = openssl_.run("genrsa -out key.pem " + std::to_string(bits));
        EXPECT_EQ(made.status, 0) << made.output;
        openssl_.run("rsa -in key.pem -RSAPublicKey_out -outform DER -out public.der");
        return encode_url_base64(openssl_.read("public.der"), Padding::with);
    }

    test::OpensslCommand openssl_;
};

TEST_F(EncryptForClient, GivesWhatTheClientsKeyDecrypts) {
    const auto token = format_access_token({7, std::string(64, 'x')});

    const auto cipher = encrypt_for_client(given_client_key(2048), token);

    ASSERT_TRUE(cipher.ok()) << cipher.error().message;
    EXPECT_EQ(cipher->size(), 344u);
    openssl_.write("cipher", decode_url_base64(*cipher, Padding::with).value());
    EXPECT_EQ(openssl_
                  .run("pkeyutl -decrypt -inkey key.pem -in cipher -pkeyopt rsa_padding_mode:oaep "
                       "-pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256")
                  .output,
              token);
}

TEST_F(EncryptForClient, RefusesAKeyTooSmallToBeSafe) {
    EXPECT_FALSE(encrypt_for_client(given_client_key(1024), "hello").ok());
}

TEST_F(EncryptForClient, RefusesTextLongerThanTheKeyCarries) {
    const auto key = given_client_key(2048);
    EXPECT_TRUE(encrypt_for_client(key, std::string(190, 'x')).ok());
    EXPECT_FALSE(encrypt_for_client(key, std::string(191, 'x')).ok());
}

TEST_F(EncryptForClient, RefusesWhatIsNoKey) {
    const auto key = given_client_key(2048);
    const auto longer = decode_url_base64(key, Padding::with).value() + '\0';

    EXPECT_FALSE(encrypt_for_client("", "hello").ok());
    EXPECT_FALSE(encrypt_for_client("AAAA", "hello").ok());
    EXPECT_FALSE(encrypt_for_client(key.substr(0, key.size() - 4), "hello").ok());
    EXPECT_FALSE(encrypt_for_client(encode_url_base64(longer, Padding::with), "hello").ok());
    EXPECT_FALSE(encrypt_for_client(std::string(1 << 20, 'A'), "hello").ok());
}

}  // namespace
}  // namespace collab::crypto
