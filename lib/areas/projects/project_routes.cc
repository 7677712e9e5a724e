// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/project_routes.h"

#include "areas/projects/join.h"
#include "areas/projects/project_handlers.h"
#include "areas/projects/rejoin_room.h"
#include "areas/projects/stream_handlers.h"

namespace collab::projects {

using rpc::conversation;
using rpc::live_unparsed;
using rpc::Need;
using rpc::record;
using wire::tag_of;

std::vector<rpc::Route> routes() {
    constexpr auto kCrash = db::Durability::crash;
    constexpr bool kOneWay = true;
    return {
        record<&share_project>({.about_room = true, .durability = kCrash}),
        record<&unshare_project>(
            {.about_room = true, .one_way = true, .need = Need::host, .durability = kCrash}),
        record<&update_project>(
            {.about_room = true, .keeps_frame = true, .need = Need::host, .durability = kCrash}),
        record<&leave_project>({.about_room = true, .one_way = true, .durability = kCrash}),
        conversation<&join_project>(),
        conversation<&rejoin_room>(),
        //                                    message                              right
        live_unparsed<&update_worktree>(tag_of<proto::UpdateWorktree>(), Need::host),
        live_unparsed<&update_repository>(tag_of<proto::UpdateRepository>(), Need::host),
        live_unparsed<&remove_repository>(tag_of<proto::RemoveRepository>(), Need::host),
        live_unparsed<&update_diagnostic_summary>(tag_of<proto::UpdateDiagnosticSummary>(),
                                                  Need::host, kOneWay),
        live_unparsed<&update_worktree_settings>(tag_of<proto::UpdateWorktreeSettings>(),
                                                 Need::host, kOneWay),
        live_unparsed<&start_language_server>(tag_of<proto::StartLanguageServer>(), Need::host,
                                              kOneWay),
        live_unparsed<&update_language_server>(tag_of<proto::UpdateLanguageServer>(),
                                               Need::collaborator, kOneWay),
    };
}

}  // namespace collab::projects
