// SPDX-License-Identifier: Apache-2.0
#pragma once

// A host that does anything a host may do, at random: for the tests that hold two views of a
// project against each other.

#include <random>
#include <string>

#include "proto/projects.pb.h"
#include "support/rpc_world.h"

namespace collab::test {

class RandomHost {
public:
    RandomHost(std::uint64_t seed, std::uint64_t project) : random_(seed), project_(project) {
        scan_ = seed * 10'000;
    }

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    // Sends one message of any kind, valid in itself.
    void act(FakeClient& host) {
        switch (below(10)) {
            case 0:
                return (void)host.send(diagnostics());
            case 1:
                return (void)host.send(settings());
            case 2:
                return (void)host.send(start());
            case 3:
                return (void)host.send(stop());
            case 4:
                return (void)host.send(removal());
            case 5:
            case 6:
                return (void)host.send(repository());
            default:
                return (void)host.send(entries());
        }
    }

    // About half a megabyte that does not compress.
    proto::UpdateWorktree bulk() {
        auto update = entries();
        for (auto& entry : *update.mutable_updated_entries()) {
            for (int i = 0; i < 4000; ++i)
                *entry.mutable_path() += static_cast<char>('0' + below(75));
        }
        return update;
    }

    // The last message of a scan that has begun.
    proto::UpdateWorktree end_of_scan(std::uint64_t worktree) {
        proto::UpdateWorktree update;
        update.set_project_id(project_);
        update.set_worktree_id(worktree);
        update.set_root_name("root");
        update.set_abs_path("/root");
        update.set_scan_id(scan_);
        update.set_is_last_update(true);
        return update;
    }

private:
    proto::UpdateWorktree entries() {
        proto::UpdateWorktree update;
        update.set_project_id(project_);
        update.set_worktree_id(1 + below(2));
        update.set_root_name("root" + std::to_string(below(3)));
        update.set_abs_path("/root");
        if (below(2) == 0) update.set_root_repo_common_dir("/git" + std::to_string(below(2)));
        update.set_scan_id(++scan_);
        update.set_is_last_update(below(3) != 0);
        // No host names an entry as updated and removed at once: even ids live, odd ids go, or the
        // other way round.
        const auto side = below(2);
        for (auto count = below(200); count > 0; --count) {
            auto& entry = *update.add_updated_entries();
            entry.set_id(below(750) * 2 + side);
            entry.set_path("p" + std::to_string(below(1'000'000)));
        }
        for (auto count = below(100); count > 0; --count)
            update.add_removed_entries(below(750) * 2 + 1 - side);
        return update;
    }
    proto::UpdateRepository repository() {
        proto::UpdateRepository update;
        update.set_project_id(project_);
        update.set_id(below(3));
        update.set_abs_path("/r" + std::to_string(below(4)));
        update.set_scan_id(++scan_);
        update.set_is_last_update(below(3) != 0);
        if (below(2) == 0) update.set_common_dir_abs_path("/c" + std::to_string(below(3)));
        if (update.is_last_update())
            update.add_branch_list()->set_ref_name(std::to_string(below(9)));
        update.add_stash_entries()->set_message(std::to_string(below(5)));
        for (auto count = below(120); count > 0; --count) {
            auto& status = *update.add_updated_statuses();
            status.set_repo_path("f" + std::to_string(below(600)));
            status.set_simple_status(static_cast<proto::GitStatus>(below(8)));
        }
        for (auto count = below(60); count > 0; --count) {
            update.add_removed_statuses("g" + std::to_string(below(600)));
        }
        return update;
    }
    proto::RemoveRepository removal() {
        proto::RemoveRepository update;
        update.set_project_id(project_);
        update.set_id(below(3));
        return update;
    }
    proto::UpdateDiagnosticSummary diagnostics() {
        proto::UpdateDiagnosticSummary update;
        update.set_project_id(project_);
        update.set_worktree_id(1 + below(2));
        update.mutable_summary();
        for (auto count = below(20); count > 0; --count) {
            auto& summary = *update.add_more_summaries();
            summary.set_path(std::to_string(below(50)));
            summary.set_language_server_id(below(2));
            summary.set_error_count(static_cast<std::uint32_t>(below(9)));
        }
        return update;
    }
    proto::UpdateWorktreeSettings settings() {
        proto::UpdateWorktreeSettings update;
        update.set_project_id(project_);
        update.set_worktree_id(1 + below(2));
        update.set_path(std::to_string(below(3)));
        update.set_kind(static_cast<proto::LocalSettingsKind>(below(4)));
        if (below(3) != 0) update.set_content(std::to_string(below(100)));
        return update;
    }
    proto::StartLanguageServer start() {
        proto::StartLanguageServer update;
        update.set_project_id(project_);
        update.mutable_server()->set_id(below(4));
        update.set_capabilities(std::to_string(below(100)));
        return update;
    }
    proto::UpdateLanguageServer stop() {
        proto::UpdateLanguageServer update;
        update.set_project_id(project_);
        update.set_language_server_id(below(4));
        update.mutable_removed();
        return update;
    }

    std::mt19937_64 random_;
    std::uint64_t project_;
    std::uint64_t scan_;
};

}  // namespace collab::test
