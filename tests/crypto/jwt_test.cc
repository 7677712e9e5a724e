// SPDX-License-Identifier: Apache-2.0
#include "crypto/jwt.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/livekit_token.h"
#include "crypto/openssl_command.h"

namespace collab::crypto {
namespace {

nlohmann::json part(const std::string& token, int index) {
    const auto parts = split(token, '.');
    return nlohmann::json::parse(decode_url_base64(parts.at(index), Padding::without).value());
}

TEST(Jwt, CarriesTheSignatureThatOpensslComputes) {
    const auto token = sign_hs256(R"({"sub":"7"})", "top-secret");
    const auto dot = token.rfind('.');

    test::OpensslCommand openssl;
    openssl.write("signed", token.substr(0, dot));
    openssl.run("dgst -sha256 -hmac top-secret -binary -out signature signed");

    EXPECT_EQ(token.substr(dot + 1),
              encode_url_base64(openssl.read("signature"), Padding::without));
    EXPECT_EQ(part(token, 0), nlohmann::json::parse(R"({"alg":"HS256","typ":"JWT"})"));
    EXPECT_EQ(part(token, 1), nlohmann::json::parse(R"({"sub":"7"})"));
}

class LivekitToken : public ::testing::Test {
protected:
    const LivekitKey key_{"devkey", "secret"};
    const WallTime now_{std::chrono::seconds(1750000000)};
};

TEST_F(LivekitToken, LetsASpeakerJoinOneRoom) {
    const auto claims = part(livekit_join_token(key_, "lobby", UserId{7}, Voice::publish, now_), 1);

    EXPECT_EQ(claims, nlohmann::json::parse(R"({
        "iss": "devkey", "sub": "7", "iat": 1750000000, "exp": 1750021600, "nbf": 1750000000,
        "jwtid": "7", "video": {
            "roomCreate": null, "roomJoin": true, "roomList": null, "roomRecord": null,
            "roomAdmin": null, "room": "lobby", "canPublish": true, "canSubscribe": true,
            "canPublishData": null, "hidden": null, "recorder": null}})"));
}

TEST_F(LivekitToken, LetsAGuestListenOnly) {
    const auto grants =
        part(livekit_join_token(key_, "lobby", UserId{7}, Voice::listen, now_), 1)["video"];

    EXPECT_EQ(grants["canPublish"], false);
    EXPECT_EQ(grants["canSubscribe"], true);
}

TEST_F(LivekitToken, GivesOurOwnCallsNoIdentityAndOneRight) {
    const auto admin = part(livekit_room_admin_token(key_, "lobby", now_), 1);
    EXPECT_TRUE(admin["sub"].is_null());
    EXPECT_TRUE(admin["jwtid"].is_null());
    EXPECT_EQ(admin["nbf"], 0);
    EXPECT_EQ(admin["video"]["roomAdmin"], true);
    EXPECT_EQ(admin["video"]["room"], "lobby");
    EXPECT_TRUE(admin["video"]["roomCreate"].is_null());

    const auto create = part(livekit_room_create_token(key_, now_), 1);
    EXPECT_EQ(create["video"]["roomCreate"], true);
    EXPECT_TRUE(create["video"]["room"].is_null());
}

}  // namespace
}  // namespace collab::crypto
