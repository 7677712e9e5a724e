// SPDX-License-Identifier: Apache-2.0
#pragma once

// A person with an editor, as the simulation plays them: keeps what an editor keeps of the messages
// that it receives, answers what an editor answers, comes back after a loss as an editor does.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/server_world.h"
#include "text/random_history.h"

namespace collab::test {

struct SeenChannel {
    std::string name;
    int visibility = 0;
    std::vector<std::uint64_t> parents;
    auto operator<=>(const SeenChannel&) const = default;
};

struct OpenNote {
    std::uint64_t epoch = 0;
    text::Author author;
    std::vector<text::Operation> own;
    std::vector<text::Operation> late;  // of these, to be sent after some that depend on them
    bool in_doubt = false;  // rights changed meanwhile: edits of ours may have been refused
};

struct HostedProject {
    std::uint64_t id = 0;
    std::map<std::uint64_t, std::string> entries;
    std::set<std::uint64_t> removed;  // not acknowledged
    std::uint64_t scan_id = 0;
    bool send_all = false;
};

struct JoinedProject {
    std::map<std::uint64_t, std::string> entries;
    std::uint64_t scan_id = 0;
};

class SimulatedPerson {
public:
    SimulatedPerson(ServerWorld& world, std::string name, std::uint64_t seed);

    bool online() const { return client_ != nullptr && !client_->closed; }
    UserId user() const { return user_; }
    std::uint64_t id() const { return static_cast<std::uint64_t>(user_.value); }
    PeerId peer() const { return client_->peer; }
    FakeClient& client() { return *client_; }

    // Connects and rejoins what was open before.
    void come();
    void lose_connection();
    // Takes in what has arrived, and answers it.
    void read();
    // Every request of this connection has its answer.
    bool all_answered() const { return expected_.empty(); }
    std::string unanswered() const;
    bool waits_for(std::string_view name) const;

    // Sends a request; `then` gets its answer, at most once.
    template <class M>
    void ask(const M& message, std::function<void(const Received&)> then = {}) {
        const auto id = client_->post(message);
        expected_[id] = {M::descriptor()->name(), std::move(then)};
    }
    template <class M>
    void tell(const M& message) {
        client_->post(message);
    }

    void enter_room(const proto::Room& room);
    void leave_room();
    void share();
    void change_files();
    void send_files();
    void join_project(std::uint64_t project);
    void open_note(std::uint64_t channel);
    // Some operations are sent late, if that is wanted: by further edits, send_late_operations() or
    // with what a rejoin finds missing.
    void edit_note(std::uint64_t channel, bool some_late);
    void send_late_operations();
    void close_note(std::uint64_t channel);
    void open_chat(std::uint64_t channel);
    void say(std::uint64_t channel, const std::string& text);
    void take_back(std::uint64_t channel, std::uint64_t message);
    void close_chat(std::uint64_t channel);

    // What this person knows.
    std::map<std::uint64_t, std::pair<bool, bool>> contacts;  // online, busy
    std::set<std::uint64_t> incoming, outgoing;
    std::map<std::uint64_t, SeenChannel> channels;
    std::map<std::uint64_t, std::set<std::uint64_t>> participants;
    std::set<std::uint64_t> invitations;
    std::optional<proto::Room> room;
    std::optional<std::uint64_t> ringing;
    std::map<std::uint64_t, OpenNote> notes;
    std::map<std::uint64_t, std::map<std::uint64_t, std::string>> chats;
    std::optional<HostedProject> hosted;
    std::map<std::uint64_t, JoinedProject> joined;

private:
    struct Expected {
        std::string name;
        std::function<void(const Received&)> then;
    };
    void take(const Received& received);
    void take_answer(const Received& received);
    void take_request(const Received& received);
    void take_contacts(const proto::UpdateContacts& update);
    void take_channels(const proto::UpdateChannels& update);
    void take_room(const proto::Room& room);
    void take_files(const proto::UpdateWorktree& update);
    void take_operations(const proto::UpdateChannelBuffer& update);
    bool take_chat(const Received& received);
    void rejoin_room();
    void rejoined(const proto::RejoinRoomResponse& response);
    void rejoin_notes();
    void rejoined(const proto::RejoinChannelBuffersResponse& response);
    void send_operations(std::uint64_t channel, const std::vector<text::Operation>& operations);

    ServerWorld& world_;
    const std::string name_;
    const UserId user_;
    std::mt19937_64 random_;
    FakeClient* client_ = nullptr;
    std::size_t read_ = 0;
    std::map<std::uint32_t, Expected> expected_;
    // Of this connection: what it asked to be part of.
    std::set<std::uint64_t> asked_projects_, asked_notes_;
    std::uint64_t next_entry_ = 1;
};

}  // namespace collab::test
