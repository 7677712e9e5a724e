// SPDX-License-Identifier: Apache-2.0
#include "bench/party.h"

#include <algorithm>

namespace collab::bench {
namespace {

constexpr std::size_t kConnectingAtOnce = 32;
constexpr int kEntriesPerChunk = 256;
constexpr std::uint64_t kWorktree = 1;

void join_room(Party& party, std::size_t guest) {
    proto::Call call;
    call.set_room_id(party.room);
    call.set_called_user_id(static_cast<std::uint64_t>(party.users[guest + 1]));
    party.host().request<proto::Ack>(call);
    proto::JoinRoom join;
    join.set_id(party.room);
    party.guest(guest).request<proto::JoinRoomResponse>(join);
}

void share(Party& party) {
    proto::ShareProject request;
    request.set_room_id(party.room);
    auto& worktree = *request.add_worktrees();
    worktree.set_id(kWorktree);
    worktree.set_root_name("root");
    worktree.set_visible(true);
    worktree.set_abs_path("/home/ada/root");
    party.project = party.host().request<proto::ShareProjectResponse>(request).project_id();
}

}  // namespace

Site::Site(const std::filesystem::path& binary, int people, Contacts contacts)
    : users(add_users(database.connection(), people)) {
    std::vector<Acquaintance> pairs;
    const bool in_pairs = contacts == Contacts::in_pairs;
    for (std::size_t i = 1; i < users.size(); i += in_pairs ? 2 : 1) {
        pairs.push_back({users[in_pairs ? i - 1 : 0], users[i]});
    }
    add_contacts(database.connection(), pairs);
    server = std::make_unique<ServerProcess>(binary, database.url());
    server->wait_ready();
}

std::vector<std::unique_ptr<Client>> connect_all(Poller& poller, std::uint16_t port,
                                                 const std::vector<std::int64_t>& users) {
    std::vector<std::unique_ptr<Client>> clients;
    std::size_t greeted = 0;
    const auto settled = [&](std::size_t open) {
        while (greeted < clients.size() && clients[greeted]->peer()) ++greeted;
        if (greeted < clients.size() && clients[greeted]->closed()) {
            die("not let in: " + clients[greeted]->refusal());
        }
        return clients.size() - greeted <= open;
    };
    for (const auto user : users) {
        poller.until([&] { return settled(kConnectingAtOnce - 1); }, "Hello");
        clients.push_back(
            std::make_unique<Client>(poller, port, ServerProcess::authorization(user)));
    }
    poller.until([&] { return settled(0); }, "Hello");
    return clients;
}

Party make_party(Poller& poller, std::uint16_t port, std::vector<std::int64_t> users) {
    Party party;
    party.people = connect_all(poller, port, users);
    party.users = std::move(users);
    party.room = party.host().request<proto::CreateRoomResponse>(proto::CreateRoom()).room().id();
    for (std::size_t i = 0; i + 1 < party.people.size(); ++i) join_room(party, i);
    share(party);
    proto::JoinProject join;
    join.set_project_id(party.project);
    for (std::size_t i = 0; i + 1 < party.people.size(); ++i) {
        party.guest(i).request<proto::JoinProjectResponse>(join);
    }
    for (auto& person : party.people) person->forget();
    return party;
}

void send_worktree(Party& party, int entries) {
    proto::UpdateWorktree update;
    for (int sent = 0; sent < entries;) {
        update.Clear();
        update.set_project_id(party.project);
        update.set_worktree_id(kWorktree);
        update.set_root_name("root");
        update.set_abs_path("/home/ada/root");
        update.set_scan_id(1);
        for (const int end = std::min(entries, sent + kEntriesPerChunk); sent < end; ++sent) {
            auto& entry = *update.add_updated_entries();
            entry.set_id(static_cast<std::uint64_t>(sent) + 1);
            entry.set_path("crates/area-" + std::to_string(sent / 1000) + "/src/module-" +
                           std::to_string(sent % 1000) + ".rs");
            entry.set_inode(7'000'000 + static_cast<std::uint64_t>(sent) * 13);
            entry.mutable_mtime()->set_seconds(1'700'000'000 + static_cast<std::uint64_t>(sent));
            entry.mutable_mtime()->set_nanos(static_cast<std::uint32_t>(sent) * 7919);
            entry.set_size(static_cast<std::uint64_t>(sent) * 17);
        }
        update.set_is_last_update(sent == entries);
        party.host().request<proto::Ack>(update);
    }
}

}  // namespace collab::bench
