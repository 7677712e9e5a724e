// SPDX-License-Identifier: Apache-2.0
#include "seed/seed_file.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/document_json.h"

namespace collab::seed {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 64;  // channels in channels

constexpr std::array kRoles = {rpc::Role::admin, rpc::Role::member, rpc::Role::talker,
                               rpc::Role::guest, rpc::Role::banned};

// `where` names a place in the file, as "channels[0].members"; empty: the file itself.
Error wrong(const std::string& where, const std::string& what) {
    return {ErrorCode::invalid, where.empty() ? what : where + ": " + what};
}

Status check_keys(const Json& object, const std::string& where,
                  std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : object.items()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        std::string list;
        for (const auto name : known) list.append(list.empty() ? "" : ", ").append(name);
        return wrong(where, "unknown key '" + key + "' (known are " + list + ")");
    }
    return ok();
}

// The member of an object, or null.
const Json* find(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

Result<std::string> text_of(const Json& json, const std::string& where) {
    if (!json.is_string()) return wrong(where, "takes a text");
    return json.get<std::string>();
}

// The elements of the list `key`, each with its place; none when it is not there.
template <class F>
Status each_of(const Json& object, const char* key, const std::string& where, F take) {
    const auto* list = find(object, key);
    if (list == nullptr) return ok();
    if (!list->is_array()) return wrong(where + key, "takes a list");
    for (std::size_t i = 0; i < list->size(); ++i)
        COLLAB_DO(take((*list)[i], where + key + '[' + std::to_string(i) + ']'));
    return ok();
}

Result<WantedUser> parse_user(const Json& json, const std::string& where) {
    if (!json.is_object()) return wrong(where, "takes a table with a name");
    COLLAB_DO(check_keys(json, where, {"name", "admin", "email", "github_id"}));
    WantedUser user;
    const auto* name = find(json, "name");
    if (name == nullptr) return wrong(where, "has no name");
    COLLAB_TRY(user.name, text_of(*name, where + ".name"));
    if (const auto* admin = find(json, "admin")) {
        if (!admin->is_boolean()) return wrong(where + ".admin", "takes true or false");
        user.admin = admin->get<bool>();
    }
    if (const auto* email = find(json, "email")) {
        COLLAB_TRY(user.email, text_of(*email, where + ".email"));
    }
    if (const auto* id = find(json, "github_id")) {
        const bool right = id->is_number_integer() && *id > 0 && *id <= INT64_MAX;
        if (!right) return wrong(where + ".github_id", "takes a number above 0");
        user.github_id = id->get<std::int64_t>();
    }
    return user;
}

Result<std::vector<WantedMember>> parse_members(const Json& json, const std::string& where) {
    if (!json.is_object()) return wrong(where, "takes a table from user to role");
    std::vector<WantedMember> members;
    for (const auto& [user, role] : json.items()) {
        const std::string text = role.is_string() ? role.get<std::string>() : "";
        const auto* found = std::find_if(kRoles.begin(), kRoles.end(), [&](rpc::Role each) {
            return rpc::to_text(each) == text;
        });
        if (found == kRoles.end())
            return wrong(where + '.' + user, "takes admin, member, talker, guest or banned");
        members.push_back({user, *found});
    }
    return members;
}

Result<rpc::Visibility> parse_visibility(const Json& json, const std::string& where) {
    if (json == "public") return rpc::Visibility::everybody;
    if (json == "members") return rpc::Visibility::members;
    return wrong(where, "takes public or members");
}

Result<std::string> parse_channel_name(const Json& json, const std::string& where) {
    COLLAB_TRY(auto name, text_of(json, where));
    if (name.empty() || trim(name) != name || name.starts_with('#'))
        return wrong(where, "not a channel's name: '" + name + "'");
    return name;
}

class ChannelParser {
public:
    explicit ChannelParser(std::vector<WantedMember> admins) : admins_(std::move(admins)) {}

    Result<WantedChannel> parse(const Json& json, const std::string& where, int depth) const {
        WantedChannel channel;
        if (json.is_string()) {
            COLLAB_TRY(channel.name, parse_channel_name(json, where));
            if (depth == 0) channel.members = admins_;
            return channel;
        }
        if (!json.is_object()) return wrong(where, "takes a name or a table with a name");
        if (depth == kDeepest) return wrong(where, "too many channels in one another");
        COLLAB_DO(check_keys(json, where, {"name", "visibility", "members", "channels"}));
        const auto* name = find(json, "name");
        if (name == nullptr) return wrong(where, "has no name");
        COLLAB_TRY(channel.name, parse_channel_name(*name, where + ".name"));
        if (const auto* visibility = find(json, "visibility")) {
            COLLAB_TRY(channel.visibility, parse_visibility(*visibility, where + ".visibility"));
        }
        if (const auto* members = find(json, "members")) {
            if (depth > 0) return wrong(where + ".members", "only a root channel has members");
            COLLAB_TRY(channel.members, parse_members(*members, where + ".members"));
        }
        COLLAB_TRY(channel.channels, parse_list(json, where + '.', depth + 1));
        return channel;
    }

    // The list "channels" of an object.
    Result<std::vector<WantedChannel>> parse_list(const Json& object, const std::string& where,
                                                  int depth) const {
        std::vector<WantedChannel> channels;
        COLLAB_DO(each_of(object, "channels", where, [&](const Json& each, const std::string& at) {
            return add(channels, parse(each, at, depth), at);
        }));
        return channels;
    }

private:
    static Status add(std::vector<WantedChannel>& channels, Result<WantedChannel> channel,
                      const std::string& where) {
        COLLAB_TRY(auto one, std::move(channel));
        for (const auto& other : channels)
            if (other.name == one.name)
                return wrong(where, "channel '" + one.name + "' stands here twice");
        channels.push_back(std::move(one));
        return ok();
    }

    std::vector<WantedMember> admins_;
};

WantedUser* find_wanted(Wanted& wanted, const std::string& name) {
    const auto found = std::find_if(wanted.users.begin(), wanted.users.end(),
                                    [&](const auto& user) { return user.name == name; });
    return found == wanted.users.end() ? nullptr : &*found;
}

Status add_user(Wanted& wanted, const Json& json, const std::string& where) {
    COLLAB_TRY(auto user, parse_user(json, where));
    if (find_wanted(wanted, user.name) != nullptr)
        return wrong(where, "user '" + user.name + "' stands here twice");
    wanted.users.push_back(std::move(user));
    return ok();
}

// An element of "admins", which may stand among "users" too.
Status add_admin(Wanted& wanted, std::vector<WantedMember>& admins, const Json& json,
                 const std::string& where) {
    COLLAB_TRY(const auto name, text_of(json, where));
    auto* user = find_wanted(wanted, name);
    if (user == nullptr) {
        wanted.users.push_back({.name = name, .admin = true});
    } else if (user->admin == false) {
        return wrong(where, "user '" + name + "' is no admin elsewhere in the file");
    } else {
        user->admin = true;
    }
    const bool twice = std::any_of(admins.begin(), admins.end(),
                                   [&](const auto& admin) { return admin.user == name; });
    if (!twice) admins.push_back({name, rpc::Role::admin});
    return ok();
}

Result<Wanted> parse_json(std::string_view text) {
    const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return Error{ErrorCode::invalid, "not a JSON object"};
    COLLAB_DO(check_keys(json, "", {"admins", "users", "channels"}));
    Wanted wanted;
    COLLAB_DO(each_of(json, "users", "", [&](const Json& each, const std::string& where) {
        return add_user(wanted, each, where);
    }));
    std::vector<WantedMember> admins;
    COLLAB_DO(each_of(json, "admins", "", [&](const Json& each, const std::string& where) {
        return add_admin(wanted, admins, each, where);
    }));
    COLLAB_TRY(wanted.channels, ChannelParser(std::move(admins)).parse_list(json, "", 0));
    return wanted;
}

}  // namespace

Result<Wanted> parse_seed(std::string_view path, std::string_view text) {
    std::string json(text);
    if (!trim(text).starts_with('{')) {
        COLLAB_TRY(json, config::toml_as_json(path, text));
    }
    auto wanted = parse_json(json);
    if (wanted.ok()) return wanted;
    auto error = std::move(wanted).error();
    error.message = std::string(path) + ": " + error.message;
    return error;
}

}  // namespace collab::seed
