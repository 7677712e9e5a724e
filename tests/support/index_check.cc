// SPDX-License-Identifier: Apache-2.0
#include "support/index_check.h"

#include <algorithm>

#include "areas/rooms/lifecycle.h"

namespace collab::test {
namespace {

std::string text_of(PeerId peer) {
    return std::to_string(peer.server) + "." + std::to_string(peer.connection);
}

std::string text_of(const rpc::ProjectState& project) {
    std::string text = "  project " + std::to_string(project.id.value) + " of " +
                       std::to_string(project.host_user.value) + " at " + text_of(project.host);
    std::vector<std::string> collaborators;
    for (const auto& each : project.collaborators) {
        collaborators.push_back(" " + text_of(each.peer) + "/" + std::to_string(each.user.value) +
                                "/" + std::to_string(each.replica) + (each.is_host ? "h" : ""));
    }
    std::ranges::sort(collaborators);
    for (const auto& each : collaborators) text += each;
    return text + "\n";
}

std::string text_of(const rpc::RoomState& room) {
    std::vector<std::string> lines;
    for (const auto& each : room.participants) {
        lines.push_back("  user " + std::to_string(each.user.value) + " at " + text_of(each.peer) +
                        " " + std::string(to_text(each.role)) + "\n");
    }
    for (const auto& each : room.projects) lines.push_back(text_of(each));
    std::ranges::sort(lines);
    std::string text = "room " + std::to_string(room.id.value) + " of channel " +
                       std::to_string(room.channel ? room.channel->value : 0) + "\n";
    for (const auto& line : lines) text += line;
    return text;
}

// A channel's room may stand empty in the rows; the index need not know it.
bool counts(const rpc::RoomState& room) {
    return !room.participants.empty() || !room.projects.empty();
}

std::string join(std::vector<std::string> rooms) {
    std::ranges::sort(rooms);
    std::string all;
    for (const auto& room : rooms) all += room;
    return all;
}

}  // namespace

std::string index_text(const rpc::Index& index) {
    std::vector<std::string> rooms;
    index.for_each_room([&](const rpc::RoomState& room) {
        if (counts(room)) rooms.push_back(text_of(room));
    });
    return join(std::move(rooms));
}

std::string rows_text(ServerWorld& world) {
    std::vector<std::string> rooms;
    const Status read = world.in_transaction([&](db::Tx& tx) -> Status {
        COLLAB_TRY(const auto all, rooms::load_all_rooms(tx));
        for (const auto& room : all) {
            if (counts(room)) rooms.push_back(text_of(room));
        }
        return ok();
    });
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
    return join(std::move(rooms));
}

}  // namespace collab::test
