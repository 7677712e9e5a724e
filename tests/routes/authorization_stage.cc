// SPDX-License-Identifier: Apache-2.0
#include "routes/authorization_stage.h"

#include <google/protobuf/descriptor.h>

#include "areas/rooms/room_updates.h"

namespace collab::test {
namespace {

using google::protobuf::FieldDescriptor;

std::string role_of(Part part) {
    switch (part) {
        case Part::banned:
        case Part::banned_inside:
            return "banned";
        case Part::guest:
            return "guest";
        case Part::talker:
            return "talker";
        case Part::member:
        case Part::ex_participant:
            return "member";
        case Part::admin:
        case Part::host:
            return "admin";
        case Part::stranger:
        case Part::host_of_another:
            break;
    }
    return "";
}

constexpr std::string_view kThread = "00000000-0000-4000-8000-000000000000";

struct VariantOf {
    std::string_view message;
    Variant variant;
};
constexpr VariantOf kVariants[] = {
    {"CancelCall", Variant::calling},
    {"CreateChannel", Variant::root},
    {"DeclineCall", Variant::called},
    {"GetSharedAgentThread", Variant::shared},
    {"LspQuery", Variant::reads},
    {"MarkNotificationRead", Variant::own},
    {"RemoveChannelMember", Variant::oneself},
    {"RemoveChannelMessage", Variant::own},
    {"ReorderChannel", Variant::siblings},
    {"RespondToChannelInvite", Variant::invited},
    {"RespondToContactRequest", Variant::asked},
    {"ShareAgentThread", Variant::shared},
    {"UpdateBuffer", Variant::selections},
    {"UpdateChannelBuffer", Variant::selections},
    {"UpdateChannelMessage", Variant::own},
    {"UpdateContext", Variant::writes},
};

bool in_room(Part part) {
    return part != Part::stranger && part != Part::ex_participant && part != Part::host_of_another;
}

}  // namespace

std::string name_of(Part part) {
    switch (part) {
        case Part::stranger:
            return "stranger";
        case Part::banned_inside:
            return "banned inside";
        case Part::ex_participant:
            return "ex-participant";
        case Part::host:
            return "host";
        case Part::host_of_another:
            return "other host";
        default:
            return role_of(part);
    }
}

std::string_view name_of(Variant variant) {
    static constexpr std::string_view kNames[] = {
        "",        "a root", "oneself",  "own",        "invited", "asked", "called",
        "calling", "shared", "siblings", "selections", "reads",   "writes"};
    return kNames[static_cast<std::size_t>(variant)];
}

bool names_channel(std::uint32_t tag) {
    const auto* field = proto::Envelope::descriptor()->FindFieldByNumber(static_cast<int>(tag));
    if (field == nullptr) return false;
    const auto* message = field->message_type();
    return message->FindFieldByName("channel_id") != nullptr ||
           message->FindFieldByName("message_ids") != nullptr ||
           message->name() == "RejoinChannelBuffers";
}

std::vector<Setting> settings_for(std::uint32_t tag) {
    const auto name = wire::find_message_type(tag)->name;
    std::vector<Setting> settings{{.project_is_closed = name == "JoinProject"}};
    if (names_channel(tag)) {
        const bool opens =
            !name.starts_with("Join") && (name.find("ChannelBuffer") != std::string_view::npos ||
                                          name.find("ChannelMessage") != std::string_view::npos);
        settings = {{.channel_is_open = opens},
                    {.channel_is_public = true, .channel_is_open = opens}};
    }
    for (const auto& [message, variant] : kVariants) {
        if (message != name) continue;
        // Only what is not a root has siblings.
        Setting setting = variant == Variant::siblings ? settings.front() : settings.back();
        setting.variant = variant;
        settings.push_back(setting);
    }
    return settings;
}

AuthorizationStage::AuthorizationStage(ServerWorld& world, Part part, Setting setting)
    : world_(world), setting_(setting) {
    actor_ = &enter("actor");
    host_ = part == Part::host ? actor_ : &enter("host");
    ally_ = &enter("ally");
    friend_ = &enter("friend");
    outsider_ = &enter("outsider");
    world_.sql("BEGIN");
    root_ = make_channel("public", "");
    channel_ =
        setting.channel_is_public ? root_ : make_channel("members", std::to_string(root_) + "/");
    room_ = world_.number(
        "INSERT INTO rooms (live_kit_room, channel_id) VALUES ('room', $1) RETURNING id",
        {channel_});
    set_role(*host_, "admin");
    set_role(*ally_, "member");
    take_seat(room_, *host_, "admin");
    take_seat(room_, *ally_, "member");
    project_ = make_project(room_, *host_);
    collaborate(project_, *ally_, 1, false);
    if (part != Part::host && !role_of(part).empty()) set_role(*actor_, role_of(part));
    if (part != Part::host && in_room(part)) {
        take_seat(room_, *actor_, role_of(part));
        if (part != Part::banned && !setting.project_is_closed)
            collaborate(project_, *actor_, 2, false);
    }
    std::int64_t other_room = 0;
    if (part == Part::host_of_another) {
        other_room =
            world_.number("INSERT INTO rooms (live_kit_room) VALUES ('other') RETURNING id");
        take_seat(other_room, *actor_, "admin");
        make_project(other_room, *actor_);
    }
    ask_for_contact(*friend_, *actor_, true);
    notification_ = world_.number(
        "INSERT INTO notifications (created_at, recipient_id, kind, entity_id, content) "
        "VALUES (0, $1, 'ContactRequest', $2, '{}') RETURNING id",
        {setting.variant == Variant::own ? actor_->user : friend_->user, outsider_->user});
    prepare(part);
    world_.sql("COMMIT");
    announce(room_);
    if (other_room != 0) announce(other_room);
    for (auto& seat : seats_) seat.client->post(proto::SubscribeToChannels());
    world_.settle();
    if (setting.channel_is_open) open_channel();
}

// The rows that the variant needs.
void AuthorizationStage::prepare(Part part) {
    const auto call = [this](const FakeClient& called, const FakeClient& caller) {
        world_.sql(
            "INSERT INTO room_participants (room_id, user_id, calling_user_id, "
            "calling_connection_id, calling_connection_server_id, role) "
            "VALUES ($1, $2, $3, $4, $5, 'member')",
            {room_, called.user, caller.user, static_cast<std::int64_t>(caller.peer.connection),
             static_cast<std::int64_t>(caller.peer.server)});
    };
    const bool is_somewhere = part == Part::host_of_another || in_room(part);
    if (setting_.variant == Variant::called && !is_somewhere) call(*actor_, *ally_);
    if (setting_.variant == Variant::calling) call(*friend_, *actor_);
    if (setting_.variant == Variant::invited && role_of(part).empty()) {
        set_role(*actor_, "member");
        world_.sql("UPDATE channel_members SET accepted = FALSE WHERE user_id = $1",
                   {actor_->user});
    }
    if (setting_.variant == Variant::asked) {
        ask_for_contact(*outsider_, *actor_, false);
    }
    if (setting_.variant == Variant::shared) {
        world_.sql("DELETE FROM shared_threads");  // which the plain message shared
        world_.sql(
            "INSERT INTO shared_threads (id, user_id, title, data, created_at, updated_at) "
            "VALUES ($1, $2, 'thread', $3, 0, 0)",
            {std::string(kThread), ally_->user, db::Blob{"data"}});
    }
    if (setting_.variant == Variant::siblings) {
        make_channel("members", std::to_string(root_) + "/");
        world_.sql("UPDATE channels SET channel_order = 2 WHERE id = $1", {channel_});
    }
}

AuthorizationStage::~AuthorizationStage() {
    for (auto& seat : seats_) world_.drop(*seat.client);
    world_.settle();
}

FakeClient& AuthorizationStage::enter(const std::string& name) {
    static int count = 0;
    auto& client = world_.connect(world_.user(name + std::to_string(++count)));
    seats_.push_back({&client, 0});
    return client;
}

std::int64_t AuthorizationStage::make_channel(const std::string& visibility,
                                              const std::string& parents) {
    static int count = 0;
    return world_.number(
        "INSERT INTO channels (name, visibility, parent_path) VALUES ($1, $2, $3) RETURNING id",
        {"channel" + std::to_string(++count), visibility, parents});
}

void AuthorizationStage::set_role(FakeClient& client, const std::string& role) {
    world_.sql(
        "INSERT INTO channel_members (channel_id, user_id, role, accepted) "
        "VALUES ($1, $2, $3, TRUE)",
        {root_, client.user, role});
}

void AuthorizationStage::take_seat(std::int64_t room, const FakeClient& client,
                                   const std::string& role) {
    world_.sql(
        "INSERT INTO room_participants (room_id, user_id, answering_connection_id, "
        "answering_connection_server_id, calling_user_id, calling_connection_id, "
        "calling_connection_server_id, participant_index, role) "
        "VALUES ($1, $2, $3, $4, $2, $3, $4, $3, $5)",
        {room, client.user, static_cast<std::int64_t>(client.peer.connection),
         static_cast<std::int64_t>(client.peer.server), role});
}

std::int64_t AuthorizationStage::make_project(std::int64_t room, const FakeClient& host) {
    const auto project = world_.number(
        "INSERT INTO projects (room_id, host_user_id, host_connection_id, "
        "host_connection_server_id) VALUES ($1, $2, $3, $4) RETURNING id",
        {room, host.user, static_cast<std::int64_t>(host.peer.connection),
         static_cast<std::int64_t>(host.peer.server)});
    proto::WorktreeMetadata worktree;
    worktree.set_id(1);
    worktree.set_root_name("root");
    worktree.set_visible(true);
    const std::string metadata = worktree.SerializeAsString();
    world_.sql(
        "INSERT INTO worktrees (project_id, id, root_name, visible, metadata) "
        "VALUES ($1, 1, 'root', TRUE, $2)",
        {project, db::Blob{metadata}});
    collaborate(project, host, 0, true);
    return project;
}

void AuthorizationStage::collaborate(std::int64_t project, const FakeClient& client, int replica,
                                     bool is_host) {
    world_.sql(
        "INSERT INTO project_collaborators (project_id, connection_id, connection_server_id, "
        "user_id, replica_id, is_host) VALUES ($1, $2, $3, $4, $5, $6)",
        {project, static_cast<std::int64_t>(client.peer.connection),
         static_cast<std::int64_t>(client.peer.server), client.user,
         static_cast<std::int64_t>(replica), is_host});
}

void AuthorizationStage::ask_for_contact(const FakeClient& from, const FakeClient& to,
                                         bool accepted) {
    const auto [low, high] = std::minmax(from.user.value, to.user.value);
    world_.sql(
        "INSERT INTO contacts (user_id_a, user_id_b, a_to_b, should_notify, accepted) "
        "VALUES ($1, $2, $3, $4, $5)",
        {low, high, low == from.user.value, !accepted, accepted});
}

void AuthorizationStage::announce(std::int64_t room) {
    world_.core().run("stage", db::Durability::crash, [room](rpc::Call& call) -> Status {
        COLLAB_TRY(const auto loaded, rooms::load_room(call.tx, RoomId{room}));
        if (loaded) rooms::post_room_index(call.outbox, *loaded);
        return ok();
    });
}

void AuthorizationStage::open_channel() {
    proto::JoinChannelBuffer notes;
    notes.set_channel_id(static_cast<std::uint64_t>(channel_));
    proto::JoinChannelChat chat;
    chat.set_channel_id(static_cast<std::uint64_t>(channel_));
    ally_->request(notes);
    ally_->request(chat);
    proto::SendChannelMessage message;
    message.set_channel_id(static_cast<std::uint64_t>(channel_));
    message.set_body("hello");
    message.mutable_nonce()->set_lower_half(1);
    message_ = ally_->request(message).as<proto::SendChannelMessageResponse>().message().id();
    if (setting_.variant == Variant::own) {
        world_.sql("UPDATE channel_messages SET sender_id = $1 WHERE id = $2",
                   {actor_->user, static_cast<std::int64_t>(message_)});
    }
    const auto opened = actor_->request(notes);
    if (!opened.is_error()) replica_ = opened.as<proto::JoinChannelBufferResponse>().replica_id();
    actor_->request(chat);
}

// Field 1 is the project, 2 the peer where a message is for one.
std::string AuthorizationStage::relayed_payload(std::uint32_t tag) const {
    std::string payload;
    wire::put_varint_field(payload, 1, static_cast<std::uint64_t>(project_));
    if (tag == wire::find_tag("UpdateContext")) {
        wire::put_bytes_field(payload, 2, "context");
        // One of no variant changes nothing, the insertion of a message does.
        std::string operation;
        if (setting_.variant == Variant::writes) wire::put_bytes_field(operation, 1, "");
        wire::put_bytes_field(payload, 3, operation);
    }
    if (setting_.variant == Variant::reads) wire::put_bytes_field(payload, 5, "");  // get_hover
    const auto* route = world_.core().router().find(tag);
    const bool to_peer = route != nullptr && (route->relay == rpc::Relay::to_peer ||
                                              route->relay == rpc::Relay::request_to_peer);
    if (to_peer) {
        proto::PeerId peer;
        peer.set_owner_id(ally_->peer.server);
        peer.set_id(ally_->peer.connection);
        wire::put_bytes_field(payload, 2, peer.SerializeAsString());
    }
    return payload;
}

std::string AuthorizationStage::payload_for(std::uint32_t tag) {
    const auto* route = world_.core().router().find(tag);
    const auto* field = proto::Envelope::descriptor()->FindFieldByNumber(static_cast<int>(tag));
    if (field == nullptr || route == nullptr || route->shape == rpc::Shape::relay) {
        return relayed_payload(tag);
    }
    proto::Envelope envelope;
    auto& message = *envelope.GetReflection()->MutableMessage(&envelope, field);
    fill(message);
    adjust(message);
    return message.SerializeAsString();
}

void AuthorizationStage::fill(google::protobuf::Message& message) {
    const auto& reflection = *message.GetReflection();
    const auto* descriptor = message.GetDescriptor();
    if (descriptor->name() == "RejoinRoom") {
        auto& rejoin = dynamic_cast<proto::RejoinRoom&>(message);
        rejoin.set_id(static_cast<std::uint64_t>(room_));
        return;
    }
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const auto* field = descriptor->field(i);
        const std::string& name = field->name();
        if (name == "leader_id" || name == "peer_id") {
            auto& peer = dynamic_cast<proto::PeerId&>(*reflection.MutableMessage(&message, field));
            peer.set_owner_id(ally_->peer.server);
            peer.set_id(ally_->peer.connection);
        } else if (name == "location") {
            auto& location = *reflection.MutableMessage(&message, field);
            dynamic_cast<proto::ParticipantLocation&>(location).mutable_external();
        } else if (name == "nonce") {
            auto& nonce = *reflection.MutableMessage(&message, field);
            dynamic_cast<proto::Nonce&>(nonce).set_lower_half(2);
        } else if (name == "operations") {
            auto& operation =
                dynamic_cast<proto::Operation&>(*reflection.AddMessage(&message, field));
            operation.mutable_edit()->set_replica_id(replica_);
            operation.mutable_edit()->set_lamport_timestamp(1);
            operation.mutable_edit()->add_ranges();
            operation.mutable_edit()->add_new_text("x");
        } else if (name == "buffers" && field->is_repeated()) {
            fill(*reflection.AddMessage(&message, field));
        } else if (name == "update_active_view" || name == "server" || name == "summary") {
            reflection.MutableMessage(&message, field);
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
            const bool uuid = name == "session_id";
            reflection.SetString(&message, field, uuid ? std::string(kThread) : "name");
        } else if (name == "accept") {
            reflection.SetBool(&message, field, true);
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
            fill_integer(message, field);
        }
    }
}

// Where the variant says something else than the plain message.
void AuthorizationStage::adjust(google::protobuf::Message& message) const {
    const auto& reflection = *message.GetReflection();
    const auto field = [&](const char* name) {
        return message.GetDescriptor()->FindFieldByName(name);
    };
    switch (setting_.variant) {
        case Variant::root:
            return reflection.ClearField(&message, field("parent_id"));
        case Variant::oneself:
            return reflection.SetUInt64(&message, field("user_id"),
                                        static_cast<std::uint64_t>(actor_->user.value));
        case Variant::selections: {
            auto& operation = dynamic_cast<proto::Operation&>(
                *reflection.MutableRepeatedMessage(&message, field("operations"), 0));
            operation.mutable_update_selections()->set_replica_id(replica_);
            operation.mutable_update_selections()->set_lamport_timestamp(1);
            return;
        }
        default:
            return;
    }
}

void AuthorizationStage::fill_integer(google::protobuf::Message& message,
                                      const FieldDescriptor* field) {
    const std::string& name = field->name();
    const std::string& type = message.GetDescriptor()->name();
    std::int64_t value = 0;
    if (name == "project_id") value = project_;
    if (name == "channel_id" || name == "parent_id") value = channel_;
    if (name == "to") value = root_;
    if (name == "room_id" || (name == "id" && type == "JoinRoom")) value = room_;
    if (name == "called_user_id" || type == "RemoveContact") value = friend_->user.value;
    if (name == "responder_id" || name == "requester_id") value = outsider_->user.value;
    if (name == "user_id" && type == "InviteChannelMember") value = outsider_->user.value;
    if (name == "user_id" && value == 0) value = ally_->user.value;
    if (name == "message_id" || name == "message_ids") value = static_cast<std::int64_t>(message_);
    if (name == "worktree_id" || name == "limit") value = 1;
    if (name == "notification_id") value = notification_;
    if (value == 0) return;
    if (field->is_repeated()) {
        message.GetReflection()->AddUInt64(&message, field, static_cast<std::uint64_t>(value));
    } else {
        message.GetReflection()->SetUInt64(&message, field, static_cast<std::uint64_t>(value));
    }
}

std::string AuthorizationStage::act(std::uint32_t tag, Duration wait) {
    for (auto& seat : seats_) seat.seen = seat.client->inbox().size();
    const auto id = actor_->send_raw(tag, payload_for(tag));
    answer_rings();
    world_.advance(wait);
    return outcome(id, tag);
}

void AuthorizationStage::answer_rings() {
    for (const auto& ring : friend_->received_raw(wire::tag_of<proto::IncomingCall>())) {
        friend_->reply(ring, proto::Ack());
    }
}

std::string AuthorizationStage::outcome(std::uint32_t id, std::uint32_t tag) {
    std::string text = "-";
    bool at_host = false;
    bool at_others = false;
    std::vector<Received> passed;
    for (const auto& seat : seats_) {
        for (std::size_t i = seat.seen; i < seat.client->inbox().size(); ++i) {
            const auto& received = seat.client->inbox()[i];
            const auto& envelope = received.envelope;
            if (envelope.has_responding_to()) {
                if (seat.client != actor_ || envelope.responding_to() != id) continue;
                text = "ok";
                if (!received.is_error()) continue;
                const auto& error = envelope.error();
                text = proto::ErrorCode_Name(error.code());
                for (const auto& word : error.tags()) {
                    if (word == "reason=unhandled") text = "unhandled";
                }
            } else if (seat.client == host_ && received.tag == tag) {
                at_host = true;
                passed.push_back(received);
            } else if (seat.client != actor_) {
                at_others = true;
            }
        }
    }
    const auto* route = world_.core().router().find(tag);
    // It must not stay open for what comes next.
    for (const auto& each : passed) host_->reply(each, proto::Error());
    const bool passed_on = route != nullptr && route->shape == rpc::Shape::relay;
    if (route != nullptr && !passed_on && (text == "ok" || at_others)) {
        unspent_ = false;
    }
    return text + (at_host ? " host" : "") + (at_others ? " others" : "");
}

}  // namespace collab::test
