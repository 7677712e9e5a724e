// SPDX-License-Identifier: Apache-2.0
#include "support/area_fixture.h"

#include "wire/peek.h"

namespace collab::test {

std::vector<Posted> posts_of(const rpc::Outbox& outbox) {
    wire::Decoder decoder;
    std::vector<Posted> found;
    for (const auto& item : outbox.items()) {
        const auto* post = std::get_if<rpc::Post>(&item);
        if (post == nullptr) continue;
        const auto envelope = decoder.decode(wire::as_bytes(*post->body));
        EXPECT_TRUE(envelope.ok());
        const auto peeked = wire::peek(*envelope);
        EXPECT_TRUE(peeked.ok());
        found.push_back({post->address, peeked->tag, std::string(wire::as_text(peeked->payload)),
                         post->except, post->sender});
    }
    return found;
}

void AreaTest::SetUp() {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto rows =
        sql("INSERT INTO servers (environment, seen_at) VALUES ('test', 0) RETURNING id");
    server_ = static_cast<std::uint32_t>(rows[0].integer(0));
}

UserId AreaTest::given_user(const std::string& name) {
    const auto rows = sql(
        "INSERT INTO users (github_login, username, created_at, metrics_id) VALUES ($1, $1, 0, $2) "
        "RETURNING id",
        {name, random_uuid(random_)});
    return {rows[0].integer(0)};
}

rpc::Caller AreaTest::caller(UserId user, PeerId peer) const {
    rpc::Caller caller;
    caller.user = user;
    caller.peer = peer;
    caller.version = *parse_semver("1.14.0");
    caller.base_url = "http://collab.example";
    return caller;
}

db::Rows AreaTest::sql(std::string_view text, const db::Values& values) {
    auto rows = connection().query(text, values);
    if (!rows.ok()) {
        ADD_FAILURE() << rows.error().message;
        return {};
    }
    return std::move(rows).value();
}

}  // namespace collab::test
