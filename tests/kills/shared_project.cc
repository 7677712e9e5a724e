// SPDX-License-Identifier: Apache-2.0
#include "kills/shared_project.h"

#include "bench/server_process.h"
#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"

namespace collab::kills {
namespace {

constexpr std::uint64_t kWorktree = 1;
constexpr int kEntriesAtOnce = 5;
constexpr std::size_t kMostUnanswered = 4;

void put_worktree(google::protobuf::RepeatedPtrField<proto::WorktreeMetadata>* worktrees) {
    auto& worktree = *worktrees->Add();
    worktree.set_id(kWorktree);
    worktree.set_root_name("root");
    worktree.set_visible(true);
    worktree.set_abs_path("/home/ada/root");
}

std::unique_ptr<bench::Client> sign_in(bench::Poller& poller, std::uint16_t port,
                                       std::int64_t user) {
    auto client =
        std::make_unique<bench::Client>(poller, port, bench::ServerProcess::authorization(user));
    poller.until([&] { return client->peer().has_value() || client->closed(); }, "Hello");
    return client;
}

}  // namespace

std::string SharedProject::connect(bench::Poller& poller, std::uint16_t port) {
    host_ = sign_in(poller, port, host_user_);
    guest_ = sign_in(poller, port, guest_user_);
    std::string wrong;
    if (project_ == 0) {
        found(poller);
    } else {
        wrong = come_back(poller);
    }
    host_->on_message = [this](const bench::Message& message) {
        if (!message.responding_to) return;
        const auto answered = sent_.find(*message.responding_to);
        if (answered == sent_.end()) return;
        if (message.tag != wire::tag_of<proto::Ack>()) bench::die("files were refused");
        acknowledged_.insert(answered->second.begin(), answered->second.end());
        sent_.erase(answered);
    };
    guest_->on_message = [](const bench::Message&) {};
    return wrong;
}

void SharedProject::disconnect() {
    host_.reset();
    guest_.reset();
    sent_.clear();
}

void SharedProject::found(bench::Poller& poller) {
    room_ = host_->request<proto::CreateRoomResponse>(proto::CreateRoom()).room().id();
    proto::Call call;
    call.set_room_id(room_);
    call.set_called_user_id(static_cast<std::uint64_t>(guest_user_));
    host_->request<proto::Ack>(call);
    proto::JoinRoom join_room;
    join_room.set_id(room_);
    guest_->request<proto::JoinRoomResponse>(join_room);
    proto::ShareProject share;
    share.set_room_id(room_);
    put_worktree(share.mutable_worktrees());
    project_ = host_->request<proto::ShareProjectResponse>(share).project_id();
    proto::JoinProject join;
    join.set_project_id(project_);
    guest_->request<proto::JoinProjectResponse>(join);
    poller.turn(0);
}

std::string SharedProject::come_back(bench::Poller& poller) {
    proto::RejoinRoom host;
    host.set_id(room_);
    auto& reshared = *host.add_reshared_projects();
    reshared.set_project_id(project_);
    put_worktree(reshared.mutable_worktrees());
    host_->request<proto::RejoinRoomResponse>(host);
    std::set<std::uint64_t> entries;
    bool all = false;
    wire::Decoder decoder;
    guest_->on_frame = [&](wire::Bytes frame) {
        // Parsed whole, as editors do: entries and what belongs to them may be two payloads.
        const auto bytes = decoder.decode(frame);
        proto::Envelope envelope;
        if (!bytes.ok() ||
            !envelope.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
            bench::die("a guest got a frame that cannot be read");
        }
        if (envelope.has_error()) bench::die("a guest was refused: " + envelope.error().message());
        if (!envelope.has_update_worktree()) return;
        const auto& update = envelope.update_worktree();
        for (const auto& entry : update.updated_entries()) entries.insert(entry.id());
        all = all || update.is_last_update();
    };
    proto::RejoinRoom guest;
    guest.set_id(room_);
    guest.add_rejoined_projects()->set_id(project_);  // as one who has nothing of it
    guest_->send(guest);
    poller.until([&] { return all || guest_->closed(); }, "the files of a project");
    guest_->on_frame = nullptr;
    std::size_t lost = 0;
    for (const auto entry : acknowledged_) lost += entries.contains(entry) ? 0 : 1;
    lost_ += lost;
    if (lost == 0) return {};
    return std::to_string(lost) + " files of a project are gone";
}

void SharedProject::act() {
    if (sent_.size() >= kMostUnanswered) return;
    proto::UpdateWorktree update;
    update.set_project_id(project_);
    update.set_worktree_id(kWorktree);
    update.set_root_name("root");
    update.set_abs_path("/home/ada/root");
    update.set_scan_id(++scan_);
    update.set_is_last_update(true);
    std::vector<std::uint64_t> entries;
    for (int i = 0; i < kEntriesAtOnce; ++i) {
        entries.push_back(next_entry_++);
        auto& entry = *update.add_updated_entries();
        entry.set_id(entries.back());
        entry.set_path("src/file-" + std::to_string(entries.back()));
        entry.set_inode(entries.back());
    }
    sent_.emplace(host_->send(update), std::move(entries));
}

}  // namespace collab::kills
