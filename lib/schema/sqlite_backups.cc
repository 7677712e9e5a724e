// SPDX-License-Identifier: Apache-2.0
#include "schema/sqlite_backups.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "db/sqlite_backup.h"

namespace collab::schema {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeep = 3;

// A copy that cannot be deleted does no harm: it is tried again before the next migration.
void delete_old(const fs::path& database) {
    const std::string prefix = database.filename().string() + ".pre-";
    const fs::path folder = database.has_parent_path() ? database.parent_path() : fs::path(".");
    std::vector<std::pair<fs::file_time_type, fs::path>> copies;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(".bak")) continue;
        copies.emplace_back(entry.last_write_time(failed), entry.path());
    }
    std::sort(copies.begin(), copies.end(), std::greater<>());
    for (std::size_t i = kKeep; i < copies.size(); ++i) fs::remove(copies[i].second, failed);
}

}  // namespace

Result<std::string> back_up_before(const std::string& path, int number) {
    char suffix[32];
    std::snprintf(suffix, sizeof suffix, ".pre-%04d.bak", number);
    const std::string copy = path + suffix;
    COLLAB_DO(db::backup_sqlite(path, copy));
    delete_old(path);
    return copy;
}

}  // namespace collab::schema
