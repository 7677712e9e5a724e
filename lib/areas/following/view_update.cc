// SPDX-License-Identifier: Apache-2.0
#include "areas/following/view_update.h"

#include "wire/peek.h"

namespace collab::following {
namespace {

enum : std::uint32_t { kRoomId = 1, kProjectId = 2, kActiveView = 4, kView = 5, kUpdateView = 6 };
constexpr std::uint32_t kLeaderId = 2;  // of UpdateView
enum : std::uint32_t { kOwnerId = 1, kConnectionId = 2 };

Error malformed() {
    return {ErrorCode::invalid, "cannot read the message"};
}

// The sub-message with this number; nothing when it is absent.
Result<std::optional<wire::Bytes>> sub_message(wire::Bytes message, std::uint32_t number) {
    std::optional<wire::Bytes> found;
    wire::FieldReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number != number) continue;
        if (field->type != wire::WireType::length || found) return malformed();
        found = field->bytes;
    }
    if (reader.malformed()) return malformed();
    return found;
}

bool has_field(wire::Bytes message, std::uint32_t number) {
    wire::FieldReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number == number) return true;
    }
    return false;
}

Result<std::optional<PeerId>> leader_of(wire::Bytes update_view) {
    COLLAB_TRY(const auto leader, sub_message(update_view, kLeaderId));
    if (!leader) return std::optional<PeerId>();
    const auto owner = wire::peek_varint(*leader, kOwnerId);
    const auto connection = wire::peek_varint(*leader, kConnectionId);
    if (!owner || !connection) return malformed();
    return std::optional<PeerId>(
        PeerId{static_cast<std::uint32_t>(*owner), static_cast<std::uint32_t>(*connection)});
}

}  // namespace

Result<ViewUpdate> peek_view_update(wire::Bytes payload) {
    const auto room = wire::peek_varint(payload, kRoomId);
    const auto project = wire::peek_varint(payload, kProjectId);
    if (!room || !project) return malformed();
    ViewUpdate update;
    update.room = RoomId{static_cast<std::int64_t>(*room)};
    if (*project != 0 || has_field(payload, kProjectId)) {
        update.project = ProjectId{static_cast<std::int64_t>(*project)};
    }
    COLLAB_TRY(const auto active_view, sub_message(payload, kActiveView));
    COLLAB_TRY(const auto view, sub_message(payload, kView));
    COLLAB_TRY(const auto update_view, sub_message(payload, kUpdateView));
    if ((active_view ? 1 : 0) + (view ? 1 : 0) + (update_view ? 1 : 0) > 1) return malformed();
    if (update_view) {
        COLLAB_TRY(update.leader, leader_of(*update_view));
    }
    return update;
}

}  // namespace collab::following
