// SPDX-License-Identifier: Apache-2.0
#include "server/token_lookup.h"

#include "areas/users/token_table.h"
#include "base/text.h"
#include "crypto/token_hash.h"

namespace collab::server {
namespace {

constexpr Duration kBelieveMissing = std::chrono::seconds(10);
constexpr std::size_t kMostMissing = 10'000;

}  // namespace

bool TokenLookup::looking_up(std::string_view authorization) {
    const auto space = authorization.find(' ');
    if (space == std::string_view::npos) return false;
    const auto token = crypto::parse_access_token(trim(authorization.substr(space + 1)));
    auto& table = live_.state<users::TokenTable>();
    if (!token.ok() || !table.loaded() || table.knows_token(token->id)) return false;
    const auto now = live_.executor.clock().now();
    if (const auto found = missing_.find(token->id); found != missing_.end()) {
        if (now < found->second) return false;
        missing_.erase(found);
    }
    if (std::exchange(busy_, true)) return true;
    auto found = std::make_shared<std::optional<users::TokenRow>>();
    auto owner = std::make_shared<std::optional<users::User>>();
    live_.reader.submit({nullptr,
                         [id = token->id, found, owner](rpc::Call& call) -> Status {
                             COLLAB_TRY(*found, users::find_token(call.tx, id));
                             if (!*found) return ok();
                             COLLAB_TRY(*owner, users::find_user(call.tx, (*found)->effective));
                             return ok();
                         },
                         [this, id = token->id, found, owner](Status status, rpc::Outbox) {
                             busy_ = false;
                             if (!status.ok()) return;
                             auto& tokens = live_.state<users::TokenTable>();
                             if (*found && *owner) {
                                 tokens.put_token(**found);
                                 tokens.put_user({(*owner)->id, (*owner)->admin});
                                 return;
                             }
                             if (missing_.size() >= kMostMissing) missing_.clear();
                             missing_[id] = live_.executor.clock().now() + kBelieveMissing;
                         }});
    return true;
}

}  // namespace collab::server
