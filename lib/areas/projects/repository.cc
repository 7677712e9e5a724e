// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/repository.h"

namespace collab::projects {
namespace {

// Fields of UpdateRepository.
enum Number : std::uint32_t {
    kProject = 1,
    kId = 2,
    kUpdatedStatuses = 6,
    kRemovedStatuses = 7,
    kScanId = 9,
    kIsLastUpdate = 10,
    kBranchList = 18,
    kRepositoryDir = 19,
    kCommonDir = 20,
    kBranchListError = 21,
};

struct Raw {
    std::vector<wire::Bytes> statuses;
    std::string common;
    std::string repository_dir;
    std::string common_dir;
    std::string final_only;
};

std::string* place_of(Raw& raw, std::uint32_t number) {
    switch (number) {
        case kProject:
        case kId:
        case kUpdatedStatuses:
        case kRemovedStatuses:
        case kScanId:
        case kIsLastUpdate:
            return nullptr;
        case kRepositoryDir:
            return &raw.repository_dir;
        case kCommonDir:
            return &raw.common_dir;
        default:
            return number < kBranchList ? &raw.common : &raw.final_only;
    }
}

Result<Raw> take_apart(const proto::UpdateRepository& update, wire::Bytes payload) {
    Raw raw;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->number == kUpdatedStatuses) raw.statuses.push_back(field->whole);
        if (auto* place = place_of(raw, field->number)) *place += wire::as_text(field->whole);
    }
    if (reader.malformed() || std::ssize(raw.statuses) != update.updated_statuses_size()) {
        return Error{ErrorCode::invalid, "cannot read the message"};
    }
    return raw;
}

}  // namespace

Status Repository::apply(const proto::UpdateRepository& update, wire::Bytes payload,
                         std::uint64_t change, WallTime now) {
    COLLAB_TRY(auto raw, take_apart(update, payload));
    id = update.id();
    scan_id = update.scan_id();
    changed = change;
    if (removed || born == 0) {
        born = change;
        born_scan_id = scan_id;
        removed = false;
    }
    common = std::move(raw.common);
    if (!raw.repository_dir.empty()) repository_dir = std::move(raw.repository_dir);
    if (!raw.common_dir.empty()) common_dir = std::move(raw.common_dir);
    if (update.is_last_update()) final_only = std::move(raw.final_only);
    for (int i = 0; i < update.updated_statuses_size(); ++i) {
        statuses[update.updated_statuses(i).repo_path()] = {
            std::string(wire::as_text(raw.statuses[static_cast<std::size_t>(i)])),
            scan_id,
            change,
            {}};
    }
    for (const auto& path : update.removed_statuses()) statuses[path] = {"", scan_id, change, now};
    return ok();
}

void Repository::remove(std::uint64_t change, WallTime now) {
    const auto gone = id;
    *this = Repository();
    id = gone;
    removed = true;
    removed_at = now;
    changed = change;
}

void Repository::prune(WallTime before) {
    std::erase_if(statuses, [&](const auto& each) {
        return each.second.removed() && each.second.removed_at < before;
    });
}

void Repository::renew_deletions(WallTime now) {
    if (removed) removed_at = now;
    for (auto& [path, status] : statuses) {
        if (status.removed()) status.removed_at = now;
    }
}

std::string Repository::head(ProjectId project) const {
    std::string fields;
    wire::put_varint_field(fields, kProject, static_cast<std::uint64_t>(project.value));
    wire::put_varint_field(fields, kId, id);
    wire::put_varint_field(fields, kScanId, scan_id);
    return fields + common + repository_dir + common_dir;
}

std::string Repository::message(ProjectId project, const std::vector<const FileStatus*>& updated,
                                const std::vector<const std::string*>& gone) const {
    std::string fields = head(project);
    for (const auto* status : updated) fields += status->entry;
    for (const auto* path : gone) wire::put_bytes_field(fields, kRemovedStatuses, *path);
    return fields;
}

std::string Repository::final_message(ProjectId project) const {
    std::string fields = head(project) + final_only;
    wire::put_varint_field(fields, kIsLastUpdate, 1);
    return fields;
}

}  // namespace collab::projects
