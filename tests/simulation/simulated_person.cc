// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_person.h"

#include <algorithm>

#include "areas/notes/note_operations.h"

namespace collab::test {
namespace {

template <class M>
bool is(const Received& received) {
    return received.tag == wire::tag_of<M>();
}

}  // namespace

SimulatedPerson::SimulatedPerson(ServerWorld& world, std::string name, std::uint64_t seed)
    : world_(world), name_(std::move(name)), user_(world.user(name_)), random_(seed) {}

void SimulatedPerson::come() {
    client_ = &world_.connect_later(user_);
    read_ = 0;
    expected_.clear();
    asked_projects_.clear();
    asked_notes_.clear();
    contacts.clear();
    incoming.clear();
    outgoing.clear();
    channels.clear();
    participants.clear();
    invitations.clear();
    chats.clear();
    ringing.reset();
    tell(proto::SubscribeToChannels());
    rejoin_room();
    rejoin_notes();
}

void SimulatedPerson::lose_connection() {
    world_.drop(*client_);
}

void SimulatedPerson::rejoin_room() {
    if (!room) {
        hosted.reset();
        joined.clear();
        return;
    }
    proto::RejoinRoom request;
    request.set_id(room->id());
    if (hosted) {
        auto& reshared = *request.add_reshared_projects();
        reshared.set_project_id(hosted->id);
        asked_projects_.insert(hosted->id);
        reshared.add_worktrees()->set_id(1);
    }
    for (const auto& [id, project] : joined) {
        auto& rejoined = *request.add_rejoined_projects();
        rejoined.set_id(id);
        auto& worktree = *rejoined.add_worktrees();
        worktree.set_id(1);
        worktree.set_scan_id(project.scan_id);
        asked_projects_.insert(id);
    }
    ask(request, [this, left = room->id()](const Received& answer) {
        if (is<proto::RejoinRoomResponse>(answer)) {
            return rejoined(answer.as<proto::RejoinRoomResponse>());
        }
        if (room && room->id() == left) leave_room();  // else it is in another one already
    });
}

void SimulatedPerson::rejoined(const proto::RejoinRoomResponse& response) {
    enter_room(response.room());
    bool reshared = false;
    for (const auto& each : response.reshared_projects()) {
        reshared |= hosted && hosted->id == each.id();
    }
    if (!reshared) hosted.reset();
    std::map<std::uint64_t, JoinedProject> kept;
    for (const auto& each : response.rejoined_projects()) {
        if (joined.contains(each.id())) kept[each.id()] = std::move(joined[each.id()]);
    }
    joined = std::move(kept);
    if (hosted) {
        hosted->send_all = true;
        send_files();
    }
}

void SimulatedPerson::rejoin_notes() {
    if (notes.empty()) return;
    proto::RejoinChannelBuffers request;
    for (const auto& [channel, note] : notes) {
        auto& buffer = *request.add_buffers();
        buffer.set_channel_id(channel);
        buffer.set_epoch(note.epoch);
        notes::put_version(note.author.model().version(), buffer.mutable_version());
        asked_notes_.insert(channel);
    }
    ask(request, [this](const Received& answer) {
        if (is<proto::RejoinChannelBuffersResponse>(answer)) {
            return rejoined(answer.as<proto::RejoinChannelBuffersResponse>());
        }
        notes.clear();
    });
}

void SimulatedPerson::rejoined(const proto::RejoinChannelBuffersResponse& response) {
    std::map<std::uint64_t, OpenNote> kept;
    for (const auto& buffer : response.buffers()) {
        const auto found = notes.find(buffer.channel_id());
        if (found == notes.end()) continue;
        std::vector<text::Operation> heard;
        for (const auto& operation : buffer.operations()) {
            if (notes::changes_text(operation)) heard.push_back(*notes::parse_operation(operation));
        }
        found->second.author.hear(heard);
        const auto theirs = *notes::parse_version(buffer.version());
        std::vector<text::Operation> missing;
        for (const auto& operation : found->second.own) {
            if (!theirs.observed(text::timestamp(operation))) missing.push_back(operation);
        }
        send_operations(buffer.channel_id(), missing);
        found->second.late.clear();
        kept.insert(notes.extract(found));
    }
    notes = std::move(kept);
}

void SimulatedPerson::read() {
    if (client_ == nullptr || !client_->reading) return;
    for (; read_ < client_->inbox().size(); ++read_) {
        const Received received = client_->inbox()[read_];
        take(received);
    }
}

std::string SimulatedPerson::unanswered() const {
    std::string text;
    for (const auto& [id, expected] : expected_) {
        text += " " + expected.name + "#" + std::to_string(id);
    }
    return text;
}

bool SimulatedPerson::waits_for(std::string_view name) const {
    return std::ranges::any_of(expected_,
                               [&](const auto& each) { return each.second.name == name; });
}

void SimulatedPerson::take(const Received& received) {
    if (received.envelope.has_responding_to()) return take_answer(received);
    if (is<proto::UpdateContacts>(received)) {
        take_contacts(received.as<proto::UpdateContacts>());
    } else if (is<proto::UpdateChannels>(received)) {
        take_channels(received.as<proto::UpdateChannels>());
    } else if (is<proto::RoomUpdated>(received)) {
        take_room(received.as<proto::RoomUpdated>().room());
    } else if (is<proto::UpdateWorktree>(received)) {
        take_files(received.as<proto::UpdateWorktree>());
    } else if (is<proto::UpdateChannelBuffer>(received)) {
        take_operations(received.as<proto::UpdateChannelBuffer>());
    } else if (is<proto::UnshareProject>(received)) {
        joined.erase(received.as<proto::UnshareProject>().project_id());
    } else if (is<proto::CallCanceled>(received)) {
        ringing.reset();
    } else if (!take_chat(received)) {
        take_request(received);
    }
}

void SimulatedPerson::take_answer(const Received& received) {
    const auto found = expected_.find(received.envelope.responding_to());
    if (found == expected_.end()) {
        ADD_FAILURE() << name_ << " got a second answer: " << received.envelope.ShortDebugString();
        return;
    }
    const auto expected = std::move(found->second);
    expected_.erase(found);
    if (expected.then) expected.then(received);
}

void SimulatedPerson::take_request(const Received& received) {
    if (is<proto::IncomingCall>(received)) {
        ringing = received.as<proto::IncomingCall>().room_id();
        client_->post_reply(received, proto::Ack());
    } else if (is<proto::Follow>(received)) {
        client_->post_reply(received, proto::FollowResponse());
    } else if (is<proto::UpdateBuffer>(received)) {
        const auto project = received.as<proto::UpdateBuffer>().project_id();
        EXPECT_TRUE(asked_projects_.contains(project))
            << name_ << " has no right to hear of project " << project;
        client_->post_reply(received, proto::Ack());
    }
}

void SimulatedPerson::take_contacts(const proto::UpdateContacts& update) {
    for (const auto& each : update.contacts()) {
        contacts[each.user_id()] = {each.online(), each.busy()};
    }
    for (const auto each : update.remove_contacts()) contacts.erase(each);
    for (const auto& each : update.incoming_requests()) incoming.insert(each.requester_id());
    for (const auto each : update.remove_incoming_requests()) incoming.erase(each);
    for (const auto each : update.outgoing_requests()) outgoing.insert(each);
    for (const auto each : update.remove_outgoing_requests()) outgoing.erase(each);
}

void SimulatedPerson::take_channels(const proto::UpdateChannels& update) {
    for (const auto each : update.delete_channels()) {
        channels.erase(each);
        participants.erase(each);
    }
    for (const auto& each : update.channels()) {
        channels[each.id()] = {each.name(),
                               static_cast<int>(each.visibility()),
                               {each.parent_path().begin(), each.parent_path().end()}};
    }
    for (const auto& each : update.channel_invitations()) invitations.insert(each.id());
    for (const auto each : update.remove_channel_invitations()) invitations.erase(each);
    for (const auto& each : update.channel_participants()) {
        participants[each.channel_id()] = {each.participant_user_ids().begin(),
                                           each.participant_user_ids().end()};
    }
}

void SimulatedPerson::enter_room(const proto::Room& entered) {
    room = entered;
    ringing.reset();
}

void SimulatedPerson::take_room(const proto::Room& updated) {
    bool inside = false;
    std::set<std::uint64_t> projects;
    for (const auto& each : updated.participants()) {
        inside |= each.user_id() == id();
        for (const auto& project : each.projects()) projects.insert(project.id());
    }
    if (room && room->id() != updated.id()) return;
    if (!inside) {
        if (room) leave_room();
        return;
    }
    room = updated;
    std::erase_if(joined, [&](const auto& each) { return !projects.contains(each.first); });
}

void SimulatedPerson::leave_room() {
    room.reset();
    hosted.reset();
    joined.clear();
}

void SimulatedPerson::share() {
    proto::ShareProject request;
    request.set_room_id(room->id());
    auto& worktree = *request.add_worktrees();
    worktree.set_id(1);
    worktree.set_root_name("root");
    worktree.set_visible(true);
    ask(request, [this](const Received& answer) {
        if (!is<proto::ShareProjectResponse>(answer)) return;
        const auto project = answer.as<proto::ShareProjectResponse>().project_id();
        asked_projects_.insert(project);
        if (!room) return;
        hosted = HostedProject{};
        hosted->id = project;
        change_files();
    });
}

void SimulatedPerson::change_files() {
    for (int i = 0; i < 3; ++i) {
        if (random_() % 3 == 0 && !hosted->entries.empty()) {
            const auto gone =
                std::next(hosted->entries.begin(),
                          static_cast<std::ptrdiff_t>(random_() % hosted->entries.size()));
            hosted->removed.insert(gone->first);
            hosted->entries.erase(gone);
        } else {
            const auto entry = next_entry_++;
            hosted->entries[entry] = "file" + std::to_string(entry);
        }
    }
    send_files();
}

void SimulatedPerson::send_files() {
    proto::UpdateWorktree update;
    update.set_project_id(hosted->id);
    update.set_worktree_id(1);
    update.set_root_name("root");
    update.set_scan_id(++hosted->scan_id);
    update.set_is_last_update(true);
    for (const auto& [entry, path] : hosted->entries) {
        auto& added = *update.add_updated_entries();
        added.set_id(entry);
        added.set_path(path);
    }
    for (const auto entry : hosted->removed) update.add_removed_entries(entry);
    hosted->send_all = false;
    ask(update, [this, project = hosted->id, removed = hosted->removed](const Received& answer) {
        if (!hosted || hosted->id != project) return;
        if (answer.is_error()) {
            hosted->send_all = true;
            return;
        }
        for (const auto entry : removed) hosted->removed.erase(entry);
    });
}

void SimulatedPerson::join_project(std::uint64_t project) {
    proto::JoinProject request;
    request.set_project_id(project);
    asked_projects_.insert(project);
    ask(request, [this, project](const Received& answer) {
        if (is<proto::JoinProjectResponse>(answer) && room) joined[project] = JoinedProject();
    });
}

void SimulatedPerson::take_files(const proto::UpdateWorktree& update) {
    EXPECT_TRUE(asked_projects_.contains(update.project_id()))
        << name_ << " has no right to hear of project " << update.project_id();
    const auto found = joined.find(update.project_id());
    if (found == joined.end()) return;
    for (const auto& entry : update.updated_entries()) {
        found->second.entries[entry.id()] = entry.path();
    }
    for (const auto entry : update.removed_entries()) found->second.entries.erase(entry);
    if (update.is_last_update()) found->second.scan_id = update.scan_id();
}

void SimulatedPerson::open_note(std::uint64_t channel) {
    proto::JoinChannelBuffer request;
    request.set_channel_id(channel);
    asked_notes_.insert(channel);
    ask(request, [this, channel](const Received& answer) {
        if (!is<proto::JoinChannelBufferResponse>(answer)) return;
        const auto response = answer.as<proto::JoinChannelBufferResponse>();
        OpenNote note{
            response.epoch(),
            text::Author(static_cast<std::uint16_t>(response.replica_id()), response.base_text()),
            {},
            {},
            false};
        std::vector<text::Operation> heard;
        for (const auto& operation : response.operations()) {
            if (notes::changes_text(operation)) heard.push_back(*notes::parse_operation(operation));
        }
        note.author.hear(heard);
        notes.insert_or_assign(channel, std::move(note));
    });
}

void SimulatedPerson::edit_note(std::uint64_t channel, bool some_late) {
    auto& note = notes.at(channel);
    const auto& known = note.author.known_edits();
    const bool undo = random_() % 4 == 0 && !known.empty();
    const text::Operation operation = undo ? text::Operation(note.author.undo(random_, known))
                                           : text::Operation(note.author.edit(random_));
    note.own.push_back(operation);
    if (some_late && random_() % 4 == 0) {
        note.late.push_back(operation);
        return;
    }
    send_operations(channel, {operation});
    if (some_late && random_() % 2 == 0) {
        send_operations(channel, std::exchange(note.late, {}));
    }
}

void SimulatedPerson::send_late_operations() {
    for (auto& [channel, note] : notes) send_operations(channel, std::exchange(note.late, {}));
}

void SimulatedPerson::close_note(std::uint64_t channel) {
    notes.erase(channel);
    proto::LeaveChannelBuffer request;
    request.set_channel_id(channel);
    ask(request);
}

void SimulatedPerson::send_operations(std::uint64_t channel,
                                      const std::vector<text::Operation>& operations) {
    if (operations.empty()) return;
    proto::UpdateChannelBuffer update;
    update.set_channel_id(channel);
    for (const auto& each : operations) *update.add_operations() = notes::make_operation(each);
    tell(update);
}

void SimulatedPerson::take_operations(const proto::UpdateChannelBuffer& update) {
    EXPECT_TRUE(asked_notes_.contains(update.channel_id()))
        << name_ << " has no right to hear of notes of " << update.channel_id();
    const auto found = notes.find(update.channel_id());
    if (found == notes.end()) return;
    std::vector<text::Operation> heard;
    for (const auto& operation : update.operations()) {
        if (notes::changes_text(operation)) heard.push_back(*notes::parse_operation(operation));
    }
    found->second.author.hear(heard);
}

}  // namespace collab::test
