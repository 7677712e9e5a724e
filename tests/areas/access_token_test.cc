// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "areas/users/access_tokens.h"
#include "areas/users/token_table.h"
#include "areas/users/user_admin.h"
#include "crypto/base64.h"
#include "crypto/openssl_command.h"
#include "support/area_fixture.h"

namespace collab::users {
namespace {

class AccessTokens : public test::AreaTest {
protected:
    PlainToken make(UserId user) {
        auto token = in_transaction(caller(user), [&](rpc::Call& call) {
            return create_plain_token(call.tx, call.now, call.random, user);
        });
        EXPECT_TRUE(token.ok());
        return std::move(token).value();
    }
    Result<EncryptedToken> make_encrypted(UserId user, std::optional<std::string_view> impersonate,
                                          const std::string& key) {
        return in_transaction(caller(user), [&](rpc::Call& call) {
            return create_access_token(call.tx, call.now, call.random, user, impersonate, key);
        });
    }
    // What a server knows that starts now.
    TokenTable table() {
        return in_transaction(caller(UserId{1}),
                              [](rpc::Call& call) -> Result<TokenTable> {
                                  COLLAB_TRY(const auto access, load_access(call.tx));
                                  TokenTable loaded;
                                  loaded.load(access);
                                  return loaded;
                              })
            .value();
    }
    void make_admin(UserId user) { sql("UPDATE users SET admin = TRUE WHERE id = $1", {user}); }

    // A client's key pair.
    std::string public_key() {
        openssl_.run("genrsa -out key.pem 2048");
        openssl_.run("rsa -in key.pem -RSAPublicKey_out -outform DER -out public.der");
        return crypto::encode_url_base64(openssl_.read("public.der"), crypto::Padding::with);
    }
    std::string decrypt(const std::string& encrypted) {
        openssl_.write("token.enc",
                       crypto::decode_url_base64(encrypted, crypto::Padding::with).value_or(""));
        openssl_.run(
            "pkeyutl -decrypt -inkey key.pem -in token.enc -out token "
            "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256");
        return openssl_.read("token");
    }

private:
    test::OpensslCommand openssl_;
};
COLLAB_DATABASE_SUITE(AccessTokens);

TEST_P(AccessTokens, LetTheirOwnerInAndNobodyElse) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    const auto token = make(ada);
    const auto known = table();
    const auto verified = known.verify(ada, token.text);
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(verified->user, ada);
    EXPECT_FALSE(verified->admin);
    EXPECT_FALSE(verified->impersonator);
    EXPECT_EQ(known.verify(bea, token.text).error().code, ErrorCode::denied);
}

TEST_P(AccessTokens, AreRefusedWhenAnythingOfThemIsWrong) {
    const auto ada = given_user("ada");
    auto text = make(ada).text;
    const auto known = table();
    for (const std::string wrong : {"", "x", "{}", R"({"version":1,"id":999,"token":"x"})",
                                    R"({"version":1,"id":0,"token":""})"}) {
        const auto answer = known.verify(ada, wrong);
        ASSERT_FALSE(answer.ok()) << wrong;
        EXPECT_EQ(answer.error().message, "invalid credentials");
    }
    auto& last = text[text.size() - 3];
    last = last == 'A' ? 'B' : 'A';
    EXPECT_FALSE(known.verify(ada, text).ok());
}

TEST_P(AccessTokens, AreNeverStoredAsTheyAre) {
    const auto ada = given_user("ada");
    const auto token = make(ada);
    const auto rows = sql("SELECT hash FROM access_tokens");
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].text(0).size(), 52u);
    EXPECT_EQ(token.text.find(rows[0].text(0)), std::string::npos);
}

TEST_P(AccessTokens, StayValidForTheNewestEightOnly) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    const auto other = make(bea);
    TokenTable followed = table();
    std::vector<std::string> tokens;
    for (int i = 0; i < 9; ++i) {
        const auto made = make(ada);
        followed.apply(made.change);
        tokens.push_back(made.text);
    }
    for (const auto& known : {followed, table()}) {
        EXPECT_FALSE(known.verify(ada, tokens[0]).ok());
        EXPECT_TRUE(known.verify(ada, tokens[1]).ok());
        EXPECT_TRUE(known.verify(ada, tokens[8]).ok());
        EXPECT_TRUE(known.verify(bea, other.text).ok());
    }
}

TEST_P(AccessTokens, ReachTheClientUnderItsKey) {
    const auto ada = given_user("ada");
    const auto made = make_encrypted(ada, {}, public_key());
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made->effective, ada);
    EXPECT_EQ(made->encrypted.size(), 344u);
    EXPECT_TRUE(table().verify(ada, decrypt(made->encrypted)).ok());
}

TEST_P(AccessTokens, LetAnAdminInAsSomebodyElse) {
    const auto boss = given_user("boss");
    const auto ada = given_user("ada");
    make_admin(boss);
    const auto made = make_encrypted(boss, "ada", public_key());
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made->effective, ada);
    const auto token = decrypt(made->encrypted);
    const auto verified = table().verify(ada, token);
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(verified->impersonator, boss);
    EXPECT_FALSE(verified->admin) << "the rights are those of the one whom they play";
    EXPECT_FALSE(table().verify(boss, token).ok());
}

TEST_P(AccessTokens, DoNotImpersonateForOrdinaryPeople) {
    const auto ada = given_user("ada");
    given_user("bea");
    const auto key = public_key();
    EXPECT_EQ(make_encrypted(ada, "bea", key).error().code, ErrorCode::denied);
    make_admin(ada);
    const auto unknown = make_encrypted(ada, "nobody", key);
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().code, ErrorCode::conflict);
    EXPECT_EQ(unknown.error().message, "user nobody does not exist");
    EXPECT_EQ(make_encrypted(UserId{99'999}, {}, key).error().code, ErrorCode::not_found);
    EXPECT_EQ(make_encrypted(ada, {}, "not a key").error().code, ErrorCode::invalid);
    EXPECT_EQ(sql("SELECT id FROM access_tokens").size(), 0u);
}

TEST_P(AccessTokens, OfAnOldServerAreRefusedWithTheReason) {
    const auto ada = given_user("ada");
    sql("INSERT INTO access_tokens (id, user_id, hash, created_at) VALUES (5, $1, $2, 0)",
        {ada, "$scrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA"});
    const auto answer = table().verify(ada, R"({"version":1,"id":5,"token":"secret"})");
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::denied);
    EXPECT_THAT(answer.error().tags, testing::ElementsAre("reason=legacy_token"));
}

TEST_P(AccessTokens, AreFoundOneByOneForThoseOfOtherPrograms) {
    const auto ada = given_user("ada");
    TokenTable known = table();
    const auto made = make(ada);
    EXPECT_FALSE(known.verify(ada, made.text).ok());
    const auto id = made.change.added->id;
    EXPECT_FALSE(known.knows_token(id));
    const auto found =
        in_transaction(caller(ada), [&](rpc::Call& call) { return find_token(call.tx, id); });
    ASSERT_TRUE(found.ok() && *found);
    known.put_token(**found);
    EXPECT_TRUE(known.verify(ada, made.text).ok());
}

TEST(TokenTable, AsksForPatienceUntilItIsLoaded) {
    TokenTable table;
    EXPECT_FALSE(table.loaded());
    EXPECT_EQ(table.verify({1}, "{}").error().code, ErrorCode::unavailable);
}

TEST_P(AccessTokens, TellWhenTheirUserIsGone) {
    const auto ada = given_user("ada");
    const auto token = make(ada);
    auto known = table();
    EXPECT_TRUE(known.access(ada));
    known.remove_user(ada);
    const auto answer = known.verify(ada, token.text);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace collab::users
