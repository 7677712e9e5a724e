// SPDX-License-Identifier: Apache-2.0
#include "crypto/base64.h"

#include <gtest/gtest.h>

namespace collab::crypto {
namespace {

TEST(Base64, UsesTheUrlSafeAlphabet) {
    EXPECT_EQ(encode_url_base64("\xfb\xff\xfe", Padding::with), "-__-");
    EXPECT_EQ(encode_url_base64("", Padding::with), "");
}

TEST(Base64, PadsOnlyWhenAsked) {
    EXPECT_EQ(encode_url_base64("a", Padding::with), "YQ==");
    EXPECT_EQ(encode_url_base64("a", Padding::without), "YQ");
}

TEST(Base64, ReadsBackWhatItWrote) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        for (auto padding : {Padding::with, Padding::without})
            EXPECT_EQ(decode_url_base64(encode_url_base64(bytes, padding), padding), bytes);
    }
}

TEST(Base64, RefusesTextThatIsNotExact) {
    EXPECT_FALSE(decode_url_base64("YQ", Padding::with));
    EXPECT_FALSE(decode_url_base64("YQ==", Padding::without));
    EXPECT_FALSE(decode_url_base64("YQ===", Padding::with));
    EXPECT_FALSE(decode_url_base64("+//+", Padding::with));
    EXPECT_FALSE(decode_url_base64("Y Q==", Padding::with));
    EXPECT_FALSE(decode_url_base64("YQ==\n", Padding::with));
    EXPECT_FALSE(decode_url_base64("YR==", Padding::with));
    EXPECT_FALSE(decode_url_base64("Y", Padding::without));
}

}  // namespace
}  // namespace collab::crypto
