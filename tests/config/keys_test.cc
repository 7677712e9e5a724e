// SPDX-License-Identifier: Apache-2.0
#include "config/keys.h"

#include <gtest/gtest.h>

#include <set>
#include <type_traits>

namespace collab::config {
namespace {

struct Anything {
    template <class T>
    operator T() const;  // NOLINT(google-explicit-constructor)
};

// How many members an aggregate has.
template <class T, class... Members>
constexpr std::size_t member_count() {
    if constexpr (requires { T{Members{}..., Anything{}}; })
        return member_count<T, Members..., Anything>();
    else
        return sizeof...(Members);
}

// A value that the key takes and that is not its default.
std::string another_value(const Key& key) {
    const std::string name(key.name);
    if (name == "mode") return "cloud";
    if (name == "environment") return "production";
    if (name == "migrate" || name == "tls") return "off";
    if (name == "log_level") return "error";
    if (name == "log_format") return "json";
    if (name == "listen") return "127.0.0.1:9";
    if (name == "min_app_version") return "1.2.3";
    if (key.shape == Shape::yes_or_no) return key.default_text == "true" ? "false" : "true";
    if (name.ends_with("_timeout") || name == "limits.queue_age") return "77s";
    if (key.default_text.ends_with("iB")) return "3KiB";
    if (name == "public_url" || name == "livekit_server") return "https://example.org";
    return "77";
}

TEST(Keys, NameEveryFieldOfTheConfiguration) {
    constexpr auto kFields = member_count<Config>() - 1 + member_count<Limits>();
    EXPECT_EQ(keys().size(), kFields) << "a field without a key, or a key twice";
}

TEST(Keys, HaveTheDefaultsThatTheFieldsHave) {
    for (const auto& key : keys()) {
        Config config;
        ASSERT_TRUE(key.set(config, key.default_text).ok() || key.name == "listen") << key.name;
        EXPECT_EQ(key.get(config), key.get(Config{})) << key.name;
        if (key.cloud_default.empty()) continue;
        EXPECT_TRUE(key.set(config, key.cloud_default).ok()) << key.name;
    }
}

TEST(Keys, SetTheirOwnFieldAndNoOther) {
    for (const auto& key : keys()) {
        Config config;
        const auto status = key.set(config, another_value(key));
        ASSERT_TRUE(status.ok()) << key.name << ' ' << status.error().message;
        for (const auto& other : keys()) {
            if (&other == &key)
                EXPECT_EQ(other.get(config), another_value(key)) << key.name;
            else
                EXPECT_EQ(other.get(config), other.get(Config{})) << key.name << other.name;
        }
    }
}

TEST(Keys, AreNamedOnceEach) {
    std::set<std::string_view> names;
    for (const auto& key : keys())
        for (auto name : {key.name, key.flag, key.variable, key.alias})
            EXPECT_TRUE(name.empty() || names.insert(name).second) << name;
}

TEST(Keys, FollowOneWayOfNaming) {
    for (const auto& key : keys()) {
        if (!key.flag.empty()) {
            std::string flag = "--" + std::string(key.name);
            for (auto& letter : flag) letter = letter == '_' ? '-' : letter;
            EXPECT_EQ(key.flag, flag);
        }
        std::string variable = "COLLAB_";
        for (char letter : key.name)
            variable += letter == '.' ? '_' : static_cast<char>(std::toupper(letter));
        EXPECT_EQ(key.variable, key.name == "log_level" ? "COLLAB_LOG" : variable);
        EXPECT_FALSE(key.help.empty()) << key.name;
    }
}

TEST(Keys, OfSecretsAreNotOnTheCommandLine) {
    for (const auto& key : keys()) {
        if (key.secrecy == Secrecy::open || key.name == "database_url") continue;
        EXPECT_EQ(key.flag, "") << key.name;
    }
}

TEST(Keys, AreGuessedFromASlipOfTheFinger) {
    EXPECT_EQ(closest_key("prot"), "port");
    EXPECT_EQ(closest_key("database-url"), "database_url");
    EXPECT_EQ(closest_key("limits.queue_byte"), "limits.queue_bytes");
    EXPECT_EQ(closest_key("frobnication_level"), "");
    EXPECT_EQ(closest_key(std::string(100'000, 'x')), "");
}

}  // namespace
}  // namespace collab::config
