// SPDX-License-Identifier: Apache-2.0
#include "seed/apply.h"

#include <algorithm>
#include <map>

#include "areas/channels/channel_queries.h"
#include "areas/users/user_admin.h"

namespace collab::seed {
namespace {

using channels::Channel;
using channels::Membership;
using users::User;

constexpr std::string_view kFindByGithubId =
    "SELECT" COLLAB_USER_COLUMNS "FROM users WHERE github_user_id = $1";

constexpr std::string_view kSetGithubId = "UPDATE users SET github_user_id = $2 WHERE id = $1";

constexpr std::string_view kUpdateUser =
    "UPDATE users SET admin = $2, email_address = $3 WHERE id = $1 RETURNING" COLLAB_USER_COLUMNS;

const std::string kFindChannels = "SELECT " + std::string(channels::kChannelColumns) +
                                  " FROM channels c WHERE c.parent_path = $1 AND c.name = $2";

Action action_of(bool created, bool updated) {
    if (created) return Action::created;
    return updated ? Action::updated : Action::unchanged;
}

class Application {
public:
    Application(db::Tx& tx, WallTime now, Random& random) : tx_(tx), now_(now), random_(random) {}

    Status user(const WantedUser& wanted) {
        COLLAB_TRY(const auto before, find(wanted));
        COLLAB_TRY(const auto ensured, ensure(wanted, before));
        COLLAB_TRY(const auto after, update(ensured.user, wanted));
        const bool updated =
            before && (before->github_login != after.github_login ||
                       before->github_user_id != after.github_user_id ||
                       before->admin != after.admin || before->email != after.email);
        note("user", wanted.name, action_of(ensured.created, updated), after.id.value);
        return ok();
    }

    Status root(const WantedChannel& wanted) {
        COLLAB_TRY(const auto channel, this->channel(wanted, nullptr, wanted.name));
        return check_nesting(channel);
    }

    std::vector<Change> take() { return std::move(changes_); }

private:
    Result<std::optional<User>> find(const WantedUser& wanted) {
        if (wanted.github_id) {
            COLLAB_TRY(auto user, tx_.one(kFindByGithubId, {*wanted.github_id}, users::read_user));
            if (user) return user;
        }
        return users::find_user_by_name(tx_, wanted.name);
    }

    Result<users::Ensured> ensure(const WantedUser& wanted, const std::optional<User>& before) {
        if (!wanted.github_id) {
            return users::ensure_local_user(tx_, now_, random_, wanted.name, false);
        }
        if (before && before->github_user_id.value_or(*wanted.github_id) != *wanted.github_id)
            return Error{ErrorCode::conflict, "user '" + wanted.name + "' has another GitHub id: " +
                                                  std::to_string(*before->github_user_id)};
        if (before && !before->github_user_id)
            COLLAB_DO(tx_.run(kSetGithubId, {before->id, *wanted.github_id}));
        users::GithubProfile profile;
        profile.github_user_id = *wanted.github_id;
        profile.login = wanted.name;
        return users::upsert_github_user(tx_, now_, random_, profile);
    }

    Result<User> update(const User& user, const WantedUser& wanted) {
        const bool admin = wanted.admin.value_or(user.admin);
        const auto email = wanted.email ? wanted.email : user.email;
        if (admin == user.admin && email == user.email) return user;
        COLLAB_TRY(const auto row, tx_.one(kUpdateUser, {user.id, admin, email}, users::read_user));
        return *row;
    }

    // `key` are the names from the root on.
    Result<Channel> channel(const WantedChannel& wanted, const Channel* parent,
                            const std::string& key) {
        const std::string parents = parent == nullptr ? "" : parent->full_path();
        COLLAB_TRY(const auto found,
                   tx_.list(kFindChannels, {parents, wanted.name}, channels::to_channel));
        if (found.size() > 1)
            return Error{ErrorCode::conflict, "there are several root channels '" + key + "'"};
        const bool created = found.empty();
        auto channel = created ? create(wanted, parent) : found.front();
        COLLAB_TRY(auto one, std::move(channel));
        const bool updated = wanted.visibility && *wanted.visibility != one.visibility;
        if (updated) {
            one.visibility = *wanted.visibility;
            COLLAB_DO(channels::set_visibility(tx_, one.id, one.visibility));
        }
        note("channel", key, action_of(created, updated), one.id.value);
        for (const auto& member : wanted.members) COLLAB_DO(this->member(one, member));
        for (const auto& below : wanted.channels)
            COLLAB_DO(this->channel(below, &one, key + '/' + below.name));
        return one;
    }

    Result<Channel> create(const WantedChannel& wanted, const Channel* parent) {
        if (parent == nullptr) {
            const bool led =
                std::any_of(wanted.members.begin(), wanted.members.end(),
                            [](const auto& member) { return member.role == rpc::Role::admin; });
            if (!led)
                return Error{ErrorCode::invalid,
                             "channel '" + wanted.name + "' has no member with the role admin"};
            return channels::insert_channel(tx_, wanted.name, nullptr, 1);
        }
        COLLAB_TRY(const auto place, channels::find_place(tx_, *parent, wanted.name, {}));
        return channels::insert_channel(tx_, wanted.name, parent, place.greatest_order + 1);
    }

    Status member(const Channel& root, const WantedMember& wanted) {
        COLLAB_TRY(const auto user, users::find_user_by_name(tx_, wanted.user));
        if (!user)
            return Error{ErrorCode::invalid,
                         "channel '" + root.name + "': there is no user '" + wanted.user + "'"};
        const Membership membership{root.id, user->id, wanted.role, true};
        COLLAB_TRY(const auto before, channels::find_membership(tx_, root.id, user->id));
        const bool updated = before && (before->role != wanted.role || !before->accepted);
        if (!before) COLLAB_DO(channels::insert_membership(tx_, membership));
        if (updated) COLLAB_DO(channels::update_membership(tx_, membership));
        note("member", root.name + '/' + wanted.user, action_of(!before, updated), user->id.value);
        return ok();
    }

    // As the server holds it (spec 2, 5): no public channel in a private one. Looked at when the
    // whole tree stands, for a parent may become public after its children.
    Status check_nesting(const Channel& root) {
        std::map<ChannelId, rpc::Visibility> above{{root.id, root.visibility}};
        COLLAB_TRY(const auto below, channels::list_descendants(tx_, root));
        for (const auto& each : below) {
            above[each.id] = each.visibility;
            if (each.visibility == rpc::Visibility::everybody &&
                above[*each.parent()] == rpc::Visibility::members)
                return Error{ErrorCode::invalid,
                             "channel '" + each.name + "' is public but its parent is not"};
        }
        return ok();
    }

    void note(std::string_view kind, std::string key, Action action, std::int64_t id) {
        changes_.push_back({kind, std::move(key), action, id});
    }

    db::Tx& tx_;
    WallTime now_;
    Random& random_;
    std::vector<Change> changes_;
};

}  // namespace

bool changes_anything(const std::vector<Change>& changes) {
    return std::any_of(changes.begin(), changes.end(),
                       [](const auto& change) { return change.action != Action::unchanged; });
}

Result<std::vector<Change>> apply(db::Tx& tx, WallTime now, Random& random, const Wanted& wanted) {
    Application application(tx, now, random);
    for (const auto& user : wanted.users) COLLAB_DO(application.user(user));
    for (const auto& channel : wanted.channels) COLLAB_DO(application.root(channel));
    return application.take();
}

}  // namespace collab::seed
