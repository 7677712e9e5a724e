// SPDX-License-Identifier: Apache-2.0
#include "rpc/error_reply.h"

#include "proto/core.pb.h"
#include "wire/message_types.h"

namespace collab::rpc {
namespace {

proto::ErrorCode to_wire(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
        case ErrorCode::conflict:
        case ErrorCode::unavailable:
        case ErrorCode::internal:
        case ErrorCode::not_found:
        case ErrorCode::unsupported:
        case ErrorCode::malformed:
            return proto::Internal;
        case ErrorCode::too_many:
            return proto::RateLimitExceeded;
        case ErrorCode::no_such_channel:
            return proto::NoSuchChannel;
        case ErrorCode::denied:
        case ErrorCode::forbidden:
            return proto::Forbidden;
        case ErrorCode::needs_cla:
            return proto::NeedsCla;
        case ErrorCode::not_a_root_channel:
            return proto::NotARootChannel;
        case ErrorCode::bad_public_nesting:
            return proto::BadPublicNesting;
        case ErrorCode::circular_nesting:
            return proto::CircularNesting;
        case ErrorCode::wrong_move_target:
            return proto::WrongMoveTarget;
    }
    return proto::Internal;
}

}  // namespace

wire::Body encode_error(const Error& error) {
    proto::Error message;
    message.set_code(to_wire(error.code));
    message.set_message(error.message);
    for (const auto& tag : error.tags) message.add_tags(tag);
    return wire::encode(wire::tag_of<proto::Error>(), message);
}

}  // namespace collab::rpc
