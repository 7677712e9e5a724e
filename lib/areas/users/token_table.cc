// SPDX-License-Identifier: Apache-2.0
#include "areas/users/token_table.h"

#include "crypto/token_hash.h"

namespace collab::users {
namespace {

// Compared with when there is no such token; the hash of nothing that anybody has.
constexpr std::string_view kNoHash = "$sha256$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

// Those forgotten beyond it cost a question to the database, no more.
constexpr std::size_t kMostRemoved = 100'000;

}  // namespace

void TokenTable::load(const Access& access) {
    tokens_.clear();
    admins_.clear();
    sums_ = {};
    for (const auto& token : access.tokens) put_token(token);
    for (const auto& user : access.users) put_user(user);
    loaded_ = true;
}

AccessSums TokenTable::sums() const {
    auto sums = sums_;
    sums.tokens = static_cast<std::int64_t>(tokens_.size());
    sums.users = static_cast<std::int64_t>(admins_.size());
    return sums;
}

void TokenTable::put_token(const TokenRow& token) {
    if (tokens_.insert_or_assign(token.id, token).second) sums_.token_ids += token.id;
}

void TokenTable::remove_token(std::int64_t id) {
    if (tokens_.erase(id) != 0) sums_.token_ids -= id;
}

void TokenTable::put_user(const UserAccess& access) {
    remove_user(access.user);
    admins_.emplace(access.user, access.admin);
    sums_.user_ids += access.user.value;
    if (access.admin) sums_.admins += kPerAdmin + access.user.value;
}

void TokenTable::remove_user(UserId user) {
    const auto found = admins_.find(user);
    if (found == admins_.end()) return;
    sums_.user_ids -= user.value;
    if (found->second) sums_.admins -= kPerAdmin + user.value;
    admins_.erase(found);
}

void TokenTable::apply(const TokenChange& change) {
    if (removed_.size() >= kMostRemoved) removed_.clear();
    for (const auto id : change.removed) {
        remove_token(id);
        removed_.insert(id);
    }
    if (change.added) put_token(*change.added);
}

std::optional<UserAccess> TokenTable::access(UserId user) const {
    const auto found = admins_.find(user);
    if (found == admins_.end()) return {};
    return UserAccess{user, found->second};
}

Result<Verified> TokenTable::verify(UserId user, std::string_view token) const {
    if (!loaded_) return Error{ErrorCode::unavailable, "the server is still starting"};
    const auto presented = crypto::parse_access_token(token);
    const auto found = tokens_.find(presented.ok() ? presented->id : 0);
    const bool known = found != tokens_.end() && found->second.effective == user;
    const auto stored = known ? std::string_view(found->second.hash) : kNoHash;
    const auto secret = presented.ok() ? std::string_view(presented->secret) : std::string_view();
    if (!crypto::token_matches(secret, stored) || !known) {
        if (!crypto::is_legacy_hash(stored)) return Error{ErrorCode::denied, "invalid credentials"};
        return Error{ErrorCode::denied,
                     "invalid credentials: reason=legacy_token, sign in again to get a token that "
                     "counts",
                     {"reason=legacy_token"}};
    }
    const auto who = access(user);
    if (!who) {
        return Error{ErrorCode::internal, "user " + std::to_string(user.value) + " not found"};
    }
    Verified verified{user, who->admin, {}};
    if (found->second.user != user) verified.impersonator = found->second.user;
    return verified;
}

}  // namespace collab::users
