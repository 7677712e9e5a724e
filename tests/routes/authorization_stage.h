// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stage on which the authorization table is recorded: a channel with its room and a shared
// project, somebody in one of the roles who sends one message, and others who may or may not hear
// of it.

#include <optional>
#include <string>
#include <vector>

#include "support/server_world.h"

namespace collab::test {

enum class Part {
    stranger,       // no role in the channel, not in the room
    banned,         // in the channel and in the room
    banned_inside,  // …who is in the project since before
    guest,          // …and so on: a role in the channel, the same in the room, in the project
    talker,
    member,
    admin,
    host,             // an admin who shares the project
    ex_participant,   // a member of the channel who has left project and room
    host_of_another,  // shares a project in a room of their own
};
inline constexpr Part kParts[] = {
    Part::stranger, Part::banned, Part::banned_inside, Part::guest,          Part::talker,
    Part::member,   Part::admin,  Part::host,          Part::ex_participant, Part::host_of_another};
std::string name_of(Part part);

// Beside the plain message of a type, what shows a right that it does not.
enum class Variant {
    plain,
    root,        // of a channel without parent
    oneself,     // about the actor
    own,         // about what is the actor's
    invited,     // the actor is (who has no role yet)
    asked,       // by somebody who wants to be the actor's contact
    called,      // the actor is, into the room (who is in none)
    calling,     // the actor calls the friend
    shared,      // about what the ally shared
    siblings,    // of a channel that is not the only one in its place
    selections,  // an operation that changes no text
    reads,       // a query that only reads
    writes,      // an operation that changes something
};
std::string_view name_of(Variant variant);

struct Setting {
    bool channel_is_public = false;  // the one that messages name; its root is public in any case
    bool channel_is_open = false;    // actor and ally have opened its notes and its chat
    bool project_is_closed = false;  // the actor has not joined it
    Variant variant = Variant::plain;

    bool operator==(const Setting&) const = default;
};

// Whether a message names a channel; it is sent to one of the members only and to a public one
// then.
bool names_channel(std::uint32_t tag);
// The settings in which a message is sent.
std::vector<Setting> settings_for(std::uint32_t tag);

class AuthorizationStage {
public:
    AuthorizationStage(ServerWorld& world, Part part, Setting setting);
    ~AuthorizationStage();
    AuthorizationStage(const AuthorizationStage&) = delete;
    AuthorizationStage& operator=(const AuthorizationStage&) = delete;

    // Sends the message and tells what came of it: "ok", the code of an Error, "unhandled" or "-"
    // (no answer); then "host" when the host was sent the same message, "others" when anybody else
    // was sent anything.
    // What is told once a second is told, if `wait` is that long.
    std::string act(std::uint32_t tag, Duration wait = std::chrono::seconds(1));
    FakeClient& actor() { return *actor_; }
    std::int64_t room() const { return room_; }
    // Nothing has changed since the beginning.
    bool unspent() const { return unspent_; }

private:
    struct Seat {
        FakeClient* client = nullptr;
        std::size_t seen = 0;
    };
    void open_channel();
    void prepare(Part part);
    void adjust(google::protobuf::Message& message) const;
    FakeClient& enter(const std::string& name);
    std::int64_t make_channel(const std::string& visibility, const std::string& parents);
    void set_role(FakeClient& client, const std::string& role);
    void take_seat(std::int64_t room, const FakeClient& client, const std::string& role);
    std::int64_t make_project(std::int64_t room, const FakeClient& host);
    void collaborate(std::int64_t project, const FakeClient& client, int replica, bool is_host);
    void announce(std::int64_t room);
    void ask_for_contact(const FakeClient& from, const FakeClient& to, bool accepted);
    std::string payload_for(std::uint32_t tag);
    std::string relayed_payload(std::uint32_t tag) const;
    void fill(google::protobuf::Message& message);
    void fill_integer(google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor* field);
    void answer_rings();
    std::string outcome(std::uint32_t id, std::uint32_t tag);

    ServerWorld& world_;
    Setting setting_;
    bool unspent_ = true;
    std::vector<Seat> seats_;
    FakeClient* actor_ = nullptr;
    FakeClient* host_ = nullptr;
    FakeClient* ally_ = nullptr;      // a member, in the room and in the project
    FakeClient* friend_ = nullptr;    // a contact of the actor, in no room
    FakeClient* outsider_ = nullptr;  // knows nobody
    std::int64_t root_ = 0;
    std::int64_t channel_ = 0;
    std::int64_t room_ = 0;
    std::int64_t project_ = 0;
    std::int64_t notification_ = 0;  // of the friend
    std::uint64_t message_ = 0;      // in the chat, of the ally
    std::uint32_t replica_ = 0;      // of the actor in the notes
};

}  // namespace collab::test
