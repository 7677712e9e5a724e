// SPDX-License-Identifier: Apache-2.0
#include "crypto/token_hash.h"

#include <gtest/gtest.h>

#include "crypto/base64.h"

namespace collab::crypto {
namespace {

TEST(AccessToken, HasASecretOf48RandomBytes) {
    SystemRandom random;
    const auto secret = make_token(random);

    EXPECT_EQ(secret.size(), 64u);
    EXPECT_EQ(decode_url_base64(secret, Padding::without).value().size(), 48u);
    EXPECT_NE(secret, make_token(random));
}

TEST(AccessToken, IsStoredAsAPaddedSha256) {
    EXPECT_EQ(hash_token("abc"), "$sha256$ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=");
}

TEST(AccessToken, MatchesItsOwnHashOnly) {
    EXPECT_TRUE(token_matches("abc", hash_token("abc")));
    EXPECT_FALSE(token_matches("abd", hash_token("abc")));
    EXPECT_FALSE(token_matches("abc", ""));
    EXPECT_FALSE(token_matches("abc", "abc"));
}

TEST(AccessToken, KnowsAHashOfAnOldInstallation) {
    const std::string_view scrypt = "$scrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA";
    EXPECT_TRUE(is_legacy_hash(scrypt));
    EXPECT_FALSE(is_legacy_hash(hash_token("abc")));
    EXPECT_FALSE(token_matches("abc", scrypt));
}

TEST(AccessToken, TravelsAsJsonWithoutWhiteSpace) {
    EXPECT_EQ(format_access_token({7, "s3cret"}), R"({"version":1,"id":7,"token":"s3cret"})");
}

TEST(AccessToken, IsReadBackWhateverItsVersionAndOrder) {
    const auto token = parse_access_token(R"({"token":"s3cret","id":7,"version":2,"more":[]})");

    ASSERT_TRUE(token.ok());
    EXPECT_EQ(token->id, 7);
    EXPECT_EQ(token->secret, "s3cret");
}

TEST(AccessToken, IsRefusedWhenAMemberIsMissingOrOdd) {
    for (const char* text :
         {"", "{", "7", "[]", R"({"version":1,"id":7})", R"({"version":1,"token":"x"})",
          R"({"id":7,"token":"x"})", R"({"version":-1,"id":7,"token":"x"})",
          R"({"version":1,"id":"7","token":"x"})", R"({"version":1,"id":-7,"token":"x"})",
          R"({"version":1,"id":0,"token":"x"})", R"({"version":1,"id":7.5,"token":"x"})",
          R"({"version":1,"id":18446744073709551615,"token":"x"})",
          R"({"version":1,"id":7,"token":null})", R"({"version":1,"id":7,"token":"x"} trailing)"})
        EXPECT_FALSE(parse_access_token(text).ok()) << text;
}

TEST(AccessToken, IsRefusedWhenItIsAbsurdlyLong) {
    EXPECT_FALSE(parse_access_token(format_access_token({7, std::string(5000, 'x')})).ok());
    EXPECT_FALSE(parse_access_token(std::string(1 << 20, '[')).ok());
}

}  // namespace
}  // namespace collab::crypto
