// SPDX-License-Identifier: Apache-2.0
#include "livekit/livekit_client.h"

#include <utility>

#include "base/log.h"
#include "crypto/livekit_token.h"
#include "net/http_client.h"
#include "wire/fields.h"

namespace collab::livekit {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(5);
constexpr int kAttempts = 3;  // decisions 15

// Field numbers of LiveKit's livekit_room.proto and livekit_models.proto.
enum : std::uint32_t { kRoom = 1, kIdentity = 2, kMetadata = 3, kPermission = 4 };
enum : std::uint32_t {
    kCanSubscribe = 1,
    kCanPublish = 2,
    kCanPublishData = 3,
    kHidden = 7,
    kRecorder = 8
};

std::string room_body(const std::string& room) {
    std::string body;
    wire::put_bytes_field(body, kRoom, room);
    return body;
}

std::string participant_body(const std::string& room, UserId user) {
    auto body = room_body(room);
    wire::put_bytes_field(body, kIdentity, std::to_string(user.value));
    return body;
}

std::string permission_body(bool can_publish) {
    std::string body;
    wire::put_varint_field(body, kCanSubscribe, 1);
    wire::put_varint_field(body, kCanPublish, can_publish ? 1 : 0);
    wire::put_varint_field(body, kCanPublishData, can_publish ? 1 : 0);
    wire::put_varint_field(body, kHidden, 0);
    wire::put_varint_field(body, kRecorder, 0);
    return body;
}

}  // namespace

struct LivekitClient::Request {
    std::string method;
    std::string room;
    std::string body;
    bool creates_or_deletes = false;  // needs the token for that instead of the room's
};

LivekitClient::LivekitClient(Executor& executor, rpc::LiveKitSettings settings)
    : executor_(executor), settings_(std::move(settings)) {}

void LivekitClient::remove_participant(const std::string& livekit_room, UserId user) const {
    queue({"RemoveParticipant", livekit_room, participant_body(livekit_room, user)}, kAttempts);
}

void LivekitClient::update_participant(const std::string& livekit_room, UserId user,
                                       bool can_publish) const {
    auto body = participant_body(livekit_room, user);
    wire::put_bytes_field(body, kMetadata, "");
    wire::put_bytes_field(body, kPermission, permission_body(can_publish));
    queue({"UpdateParticipant", livekit_room, std::move(body)}, kAttempts);
}

void LivekitClient::delete_room(const std::string& livekit_room) const {
    queue({"DeleteRoom", livekit_room, room_body(livekit_room), true}, kAttempts);
}

// Another attempt goes to the end of the lane, so that one slow server does not starve other work.
void LivekitClient::queue(Request request, int attempts_left) const {
    executor_.post(Lane::outside, [this, request = std::move(request), attempts_left] {
        const crypto::LivekitKey key{settings_.key, settings_.secret};
        const auto now = executor_.clock().wall_now();
        const auto token = request.creates_or_deletes
                               ? crypto::livekit_room_create_token(key, now)
                               : crypto::livekit_room_admin_token(key, request.room, now);
        const auto answer = net::fetch(
            "POST", settings_.url + "/twirp/livekit.RoomService/" + request.method,
            {{"Content-Type", "application/protobuf"}, {"Authorization", "Bearer " + token}},
            request.body, kTimeout);
        if (answer.ok() && answer->status < 500) {
            if (answer->status >= 400) {
                log(LogLevel::debug, "livekit: " + request.method + " was answered with " +
                                         std::to_string(answer->status));
            }
            return;
        }
        if (attempts_left > 1) return queue(request, attempts_left - 1);
        log(LogLevel::warning, "livekit: " + request.method + " failed: " +
                                   (answer.ok() ? "status " + std::to_string(answer->status)
                                                : answer.error().message));
    });
}

}  // namespace collab::livekit
