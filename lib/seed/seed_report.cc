// SPDX-License-Identifier: Apache-2.0
#include "seed/seed_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace collab::seed {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string_view action_name(Action action) {
    switch (action) {
        case Action::created:
            return "created";
        case Action::updated:
            return "updated";
        case Action::unchanged:
            break;
    }
    return "unchanged";
}

std::string change_lines(const std::vector<Change>& changes) {
    std::string lines;
    for (const auto& change : changes) {
        lines += std::string(action_name(change.action)) + ' ' + std::string(change.kind) + ' ' +
                 escape_control(change.key) + '\n';
    }
    return lines;
}

std::string change_counts(const std::vector<Change>& changes) {
    std::string text;
    for (const auto action : {Action::created, Action::updated, Action::unchanged}) {
        const auto count = std::count_if(changes.begin(), changes.end(), [&](const Change& change) {
            return change.action == action;
        });
        text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' +
                std::string(action_name(action));
    }
    return text;
}

std::string changes_json(const std::vector<Change>& changes, bool dry_run) {
    Json list = Json::array();
    for (const auto& change : changes) {
        Json one{{"kind", change.kind},
                 {"key", change.key},
                 {"action", action_name(change.action)},
                 {"id", nullptr}};
        const bool made_up = dry_run && change.action == Action::created;
        if (!made_up) one["id"] = std::to_string(change.id);
        list.push_back(std::move(one));
    }
    return dump({{"schema", "collab.seed.apply/1"}, {"dry_run", dry_run}, {"changes", list}});
}

std::string user_json(const Change& user, const std::optional<std::string>& token) {
    Json document{{"schema", "collab.seed.user/1"},
                  {"id", std::to_string(user.id)},
                  {"name", user.key},
                  {"action", action_name(user.action)},
                  {"access_token", nullptr}};
    if (token) document["access_token"] = *token;
    return dump(document);
}

}  // namespace collab::seed
