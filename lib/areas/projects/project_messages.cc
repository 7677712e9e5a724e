// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/project_messages.h"

#include "wire/message_types.h"

namespace collab::projects {
namespace {

// Fields of UpdateDiagnosticSummary.
constexpr std::uint32_t kProject = 1;
constexpr std::uint32_t kWorktree = 2;
constexpr std::uint32_t kSummary = 3;
constexpr std::uint32_t kMoreSummaries = 4;

}  // namespace

proto::PeerId make_peer(PeerId peer) {
    proto::PeerId message;
    message.set_owner_id(peer.server);
    message.set_id(peer.connection);
    return message;
}

proto::Collaborator make_collaborator(const rpc::Collaborator& collaborator) {
    proto::Collaborator message;
    *message.mutable_peer_id() = make_peer(collaborator.peer);
    message.set_replica_id(collaborator.replica);
    message.set_user_id(static_cast<std::uint64_t>(collaborator.user.value));
    message.set_is_host(collaborator.is_host);
    if (collaborator.committer_name) message.set_committer_name(*collaborator.committer_name);
    if (collaborator.committer_email) message.set_committer_email(*collaborator.committer_email);
    return message;
}

bool wants_single_summaries(const rpc::Caller& caller) {
    static const Semver first_with_more{0, 204, 1, "", ""};
    return caller.version < first_with_more;
}

wire::Body diagnostics_body(ProjectId project, std::uint64_t worktree,
                            const std::vector<std::string_view>& summaries) {
    std::string fields;
    wire::put_varint_field(fields, kProject, static_cast<std::uint64_t>(project.value));
    wire::put_varint_field(fields, kWorktree, worktree);
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        wire::put_bytes_field(fields, i == 0 ? kSummary : kMoreSummaries, summaries[i]);
    }
    return wire::encode(wire::tag_of<proto::UpdateDiagnosticSummary>(), wire::as_bytes(fields));
}

proto::RemoveRepository remove_repository_message(ProjectId project, std::uint64_t repository) {
    proto::RemoveRepository message;
    message.set_project_id(static_cast<std::uint64_t>(project.value));
    message.set_id(repository);
    return message;
}

proto::UpdateLanguageServer diagnostics_are_up_to_date(ProjectId project,
                                                       const proto::LanguageServer& server) {
    proto::UpdateLanguageServer message;
    message.set_project_id(static_cast<std::uint64_t>(project.value));
    message.set_language_server_id(server.id());
    message.set_server_name(server.name());
    message.mutable_disk_based_diagnostics_updated();
    return message;
}

}  // namespace collab::projects
