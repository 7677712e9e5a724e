// SPDX-License-Identifier: Apache-2.0
// What must hold when all has come to rest.
#include "areas/notes/note_operations.h"
#include "areas/rooms/room_snapshot.h"
#include "simulation/simulation.h"
#include "support/index_check.h"

namespace collab::test {
namespace {

std::uint64_t positive(const db::Row& row, int column) {
    return row.unsigned_integer(column);
}

std::vector<std::uint64_t> path_of(const std::string& text) {
    std::vector<std::uint64_t> ids;
    std::uint64_t id = 0;
    for (const char c : text) {
        if (c == '/') {
            ids.push_back(std::exchange(id, 0));
        } else {
            id = id * 10 + static_cast<std::uint64_t>(c - '0');
        }
    }
    return ids;
}

std::string text_of(const proto::Room& room) {
    std::set<std::string> lines;
    for (const auto& each : room.participants()) {
        std::set<std::uint64_t> projects;
        for (const auto& project : each.projects()) projects.insert(project.id());
        std::string line = "user " + std::to_string(each.user_id()) + " at " +
                           std::to_string(each.peer_id().owner_id()) + "." +
                           std::to_string(each.peer_id().id()) + " " +
                           proto::ChannelRole_Name(each.role());
        for (const auto project : projects) line += " project " + std::to_string(project);
        lines.insert(line);
    }
    for (const auto& each : room.pending_participants()) {
        lines.insert("pending " + std::to_string(each.user_id()));
    }
    for (const auto& each : room.followers()) {
        lines.insert("peer " + std::to_string(each.follower_id().id()) + " follows " +
                     std::to_string(each.leader_id().id()) + " in " +
                     std::to_string(each.project_id()));
    }
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

}  // namespace

void Simulation::compare() {
    EXPECT_EQ(index_text(world_.live().index), rows_text(world_));
    EXPECT_EQ(world_.number("SELECT COUNT(*) FROM servers"), 1);
    EXPECT_EQ(world_.number("SELECT COUNT(*) FROM room_participants WHERE "
                            "answering_connection_server_id <> $1",
                            {world_.core().server()}),
              0)
        << "somebody of a dead server is still in a room";
    for (auto& person : people_) {
        SCOPED_TRACE("user " + std::to_string(person->id()));
        EXPECT_TRUE(person->online());
        if (!person->online()) continue;
        EXPECT_TRUE(person->all_answered()) << person->unanswered();
        compare_contacts(*person);
        compare_channels(*person);
        compare_room(*person);
        compare_files(*person);
        compare_notes(*person);
        compare_chats(*person);
    }
}

void Simulation::compare_contacts(Person& person) {
    std::map<std::uint64_t, std::pair<bool, bool>> contacts;
    std::set<std::uint64_t> incoming, outgoing;
    const auto rows = world_.sql(
        "SELECT user_id_a, user_id_b, a_to_b, accepted FROM contacts WHERE user_id_a = $1 OR "
        "user_id_b = $1",
        {person.user()});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool is_a = positive(rows[i], 0) == person.id();
        const auto other = positive(rows[i], is_a ? 1 : 0);
        if (rows[i].boolean(3)) {
            const UserId user{static_cast<std::int64_t>(other)};
            const bool busy =
                world_.number("SELECT COUNT(*) FROM room_participants WHERE user_id = $1", {user});
            contacts[other] = {world_.live().hub.online(user), busy};
        } else if (is_a == rows[i].boolean(2)) {
            outgoing.insert(other);
        } else {
            incoming.insert(other);
        }
    }
    EXPECT_EQ(person.contacts, contacts);
    EXPECT_EQ(person.incoming, incoming);
    EXPECT_EQ(person.outgoing, outgoing);
}

void Simulation::compare_channels(Person& person) {
    std::map<std::uint64_t, std::pair<std::string, bool>> roles;
    const auto memberships =
        world_.sql("SELECT channel_id, role, accepted FROM channel_members WHERE user_id = $1",
                   {person.user()});
    for (std::size_t i = 0; i < memberships.size(); ++i) {
        roles[positive(memberships[i], 0)] = {std::string(memberships[i].text(1)),
                                              memberships[i].boolean(2)};
    }
    std::map<std::uint64_t, SeenChannel> channels;
    std::set<std::uint64_t> invitations;
    const auto rows = world_.sql("SELECT id, name, visibility, parent_path FROM channels");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto id = positive(rows[i], 0);
        const auto parents = path_of(std::string(rows[i].text(3)));
        const bool is_public = rows[i].text(2) == "public";
        const auto found = roles.find(parents.empty() ? id : parents.front());
        if (found == roles.end()) continue;
        const auto& [role, accepted] = found->second;
        if (!accepted) {
            if (parents.empty()) invitations.insert(id);
            continue;
        }
        if (role == "banned" || (!is_public && role != "admin" && role != "member")) continue;
        channels[id] = {std::string(rows[i].text(1)), is_public ? 0 : 1, parents};
    }
    EXPECT_EQ(person.channels.size(), channels.size());
    for (const auto& [id, channel] : channels) {
        EXPECT_TRUE(person.channels.contains(id)) << "does not see channel " << id;
        if (!person.channels.contains(id)) continue;
        EXPECT_EQ(person.channels[id].name, channel.name) << "channel " << id;
        EXPECT_EQ(person.channels[id].visibility, channel.visibility) << "channel " << id;
        EXPECT_EQ(person.channels[id].parents, channel.parents) << "channel " << id;
    }
    for (const auto& [id, channel] : person.channels) {
        EXPECT_TRUE(channels.contains(id)) << "still sees channel " << id;
        std::set<std::uint64_t> present;
        const auto inside = world_.sql(
            "SELECT user_id FROM room_participants JOIN rooms ON rooms.id = room_id WHERE "
            "channel_id = $1 AND answering_connection_id IS NOT NULL",
            {static_cast<std::int64_t>(id)});
        for (std::size_t i = 0; i < inside.size(); ++i) present.insert(positive(inside[i], 0));
        EXPECT_EQ(person.participants[id], present) << "participants of channel " << id;
    }
    EXPECT_EQ(person.invitations, invitations);
}

void Simulation::compare_room(Person& person) {
    const auto* state = world_.live().index.room_of(person.peer());
    if (state == nullptr) return;
    EXPECT_TRUE(person.room) << "does not know that it is in room " << state->id.value;
    if (!person.room) return;
    std::optional<proto::Room> room;
    const Status read = world_.in_transaction([&](db::Tx& tx) -> Status {
        COLLAB_TRY(auto loaded, rooms::load_room(tx, state->id));
        if (loaded) room = loaded->message;
        return ok();
    });
    EXPECT_TRUE(read.ok() && room);
    if (room) {
        EXPECT_EQ(text_of(*person.room), text_of(*room));
    }
}

void Simulation::compare_files(Person& person) {
    if (!person.hosted) return;
    const ProjectId id{static_cast<std::int64_t>(person.hosted->id)};
    const auto* project = world_.live().index.project(id);
    if (project == nullptr || project->host != person.peer()) return;
    for (const auto& collaborator : project->collaborators) {
        for (auto& guest : people_) {
            if (!guest->online() || guest->peer() != collaborator.peer) continue;
            if (!guest->joined.contains(person.hosted->id)) continue;
            EXPECT_EQ(guest->joined[person.hosted->id].entries, person.hosted->entries)
                << "files of project " << id.value << " at user " << guest->id();
        }
    }
}

// With the rows, where the server still counts this connection among those who listen.
void Simulation::compare_chats(Person& person) {
    for (const auto& [channel, seen] : person.chats) {
        const db::Value id = static_cast<std::int64_t>(channel);
        if (world_.number(
                "SELECT COUNT(*) FROM channel_chat_participants WHERE channel_id = $1 AND "
                "connection_server_id = $2 AND connection_id = $3",
                {id, static_cast<std::int64_t>(person.peer().server),
                 static_cast<std::int64_t>(person.peer().connection)}) == 0) {
            continue;
        }
        std::map<std::uint64_t, std::string> stored;
        const auto rows =
            world_.sql("SELECT id, body FROM channel_messages WHERE channel_id = $1", {id});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            stored[positive(rows[i], 0)] = std::string(rows[i].text(1));
        }
        EXPECT_EQ(seen, stored) << "chat of channel " << channel;
    }
}

// Against a fresh copy of what the server has.
void Simulation::compare_notes(Person& person) {
    for (auto& [channel, open] : person.notes) {
        if (open.in_doubt) continue;
        const auto rows = world_.sql(
            "SELECT 1 FROM channel_buffer_collaborators WHERE channel_id = $1 AND "
            "connection_server_id = $2 AND connection_id = $3",
            {static_cast<std::int64_t>(channel), static_cast<std::int64_t>(person.peer().server),
             static_cast<std::int64_t>(person.peer().connection)});
        if (rows.size() == 0) continue;
        auto& fresh = world_.connect(person.user());
        proto::JoinChannelBuffer request;
        request.set_channel_id(channel);
        const auto answer = fresh.request(request);
        EXPECT_FALSE(answer.is_error()) << answer.envelope.ShortDebugString();
        if (!answer.is_error()) {
            const auto response = answer.as<proto::JoinChannelBufferResponse>();
            EXPECT_EQ(response.epoch(), open.epoch);
            text::Author copy(9999, response.base_text());
            std::vector<text::Operation> heard;
            for (const auto& operation : response.operations()) {
                heard.push_back(*notes::parse_operation(operation));
            }
            copy.hear(heard);
            EXPECT_EQ(open.author.model().text(), copy.model().text())
                << "notes of channel " << channel;
        }
        world_.drop(fresh);
        world_.advance(std::chrono::seconds(40));
        person.read();
    }
}

}  // namespace collab::test
