// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.h"

#include <gtest/gtest.h>

#include "crypto/constant_time.h"
#include "crypto/fingerprint.h"

namespace collab::crypto {
namespace {

TEST(Sha256, AgreesWithThePublishedVectors) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("abc")), sha256_hex("abc"));
}

TEST(SecretsEqual, ComparesEveryByteAndTheLength) {
    EXPECT_TRUE(secrets_equal("", ""));
    EXPECT_TRUE(secrets_equal("secret", "secret"));
    EXPECT_FALSE(secrets_equal("secret", "secreT"));
    EXPECT_FALSE(secrets_equal("secret", "secre"));
}

TEST(Fingerprint, ShowsTheFirstSixtyBitsInThreeGroups) {
    EXPECT_EQ(display_fingerprint(std::string(32, '\0')), "AAAA-AAAA-AAAA");
    EXPECT_EQ(display_fingerprint(std::string(32, '\xff')), "7777-7777-7777");
    // RFC 4648: "foobar" is MZXW6YTBOI in base32.
    EXPECT_EQ(display_fingerprint("foobar" + std::string(2, '\0')), "MZXW-6YTB-OIAA");
}

TEST(Fingerprint, ForgetsWhatComesAfterThem) {
    EXPECT_EQ(display_fingerprint("1234567\x10tail"), display_fingerprint("1234567\x1fother"));
    EXPECT_NE(display_fingerprint("1234567\x10"), display_fingerprint("1234567\x20"));
}

}  // namespace
}  // namespace collab::crypto
