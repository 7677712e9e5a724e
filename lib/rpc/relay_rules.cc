// SPDX-License-Identifier: Apache-2.0
#include "rpc/relay_rules.h"

#include <algorithm>

#include "wire/peek.h"

namespace collab::rpc {
namespace {

// The field numbers of LspQuery under which a query stands that only reads. Scalars are no queries,
// whatever their number.
constexpr std::uint32_t kReadQueries[] = {
#define COLLAB_READ_QUERY(number, name) number,
#include "rpc/lsp_queries.inc"
#undef COLLAB_READ_QUERY
};

}  // namespace

Result<ProjectId> project_of(wire::Bytes payload) {
    const auto id = wire::peek_varint(payload, 1);
    if (!id) return Error{ErrorCode::invalid, "the message does not name one project"};
    return ProjectId{static_cast<std::int64_t>(*id)};
}

Error denied(Need need) {
    switch (need) {
        case Need::write:
            return {ErrorCode::denied, "you may not edit this project", {"reason=not_allowed"}};
        case Need::host:
            return {ErrorCode::denied, "only the host of this project may do that"};
        case Need::collaborator:
            return {ErrorCode::denied, "you are not in this project"};
        default:
            return {ErrorCode::denied,
                    "there is no such project, or you may not read it",
                    {"reason=not_allowed"}};
    }
}

Status check_once(wire::Bytes payload, std::uint32_t last) {
    std::uint32_t seen = 0;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->number > last) continue;
        const auto bit = std::uint32_t{1} << field->number;
        if ((seen & bit) != 0) {
            return Error{ErrorCode::invalid,
                         "field " + std::to_string(field->number) + " stands twice"};
        }
        seen |= bit;
    }
    if (reader.malformed()) return Error{ErrorCode::invalid, "cannot read the message"};
    return ok();
}

Result<Need> need_of_lsp_query(wire::Bytes payload) {
    std::optional<std::uint32_t> query;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->type != wire::WireType::length) continue;
        if (query) return Error{ErrorCode::invalid, "two queries in one message"};
        query = field->number;
    }
    if (reader.malformed()) return Error{ErrorCode::invalid, "cannot read the message"};
    const bool reads = query && std::ranges::find(kReadQueries, *query) != std::end(kReadQueries);
    return reads ? Need::read : Need::write;
}

Result<PeerId> target_peer(wire::Bytes payload) {
    const Error wrong{ErrorCode::invalid, "the message does not name one receiver"};
    std::optional<wire::Bytes> peer;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->number != 2) continue;
        if (peer || field->type != wire::WireType::length) return wrong;
        peer = field->bytes;
    }
    if (reader.malformed() || !peer) return wrong;
    const auto server = wire::peek_varint(*peer, 1);
    const auto connection = wire::peek_varint(*peer, 2);
    if (!server || !connection) return wrong;
    return PeerId{static_cast<std::uint32_t>(*server), static_cast<std::uint32_t>(*connection)};
}

}  // namespace collab::rpc
