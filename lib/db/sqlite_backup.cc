// SPDX-License-Identifier: Apache-2.0
#include "db/sqlite_backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/unique_fd.h"

namespace collab::db {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

struct CloseDatabase {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;

Error failed(const std::string& target, const char* why) {
    return {ErrorCode::unavailable, "cannot write the backup '" + target + "': " + why};
}

Result<Handle> open(const std::string& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Handle handle(raw);
    if (code != SQLITE_OK) {
        return Error{ErrorCode::unavailable, "cannot open '" + path + "': " + sqlite3_errstr(code)};
    }
    sqlite3_busy_timeout(raw, kBusyTimeoutMs);
    return handle;
}

Status copy(const std::string& path, const std::string& target) {
    COLLAB_TRY(const Handle from, open(path, SQLITE_OPEN_READONLY));
    COLLAB_TRY(const Handle to, open(target, SQLITE_OPEN_READWRITE));
    sqlite3_backup* const backup = sqlite3_backup_init(to.get(), "main", from.get(), "main");
    if (backup == nullptr) return failed(target, sqlite3_errmsg(to.get()));
    // All pages in one step: one snapshot, and writers of a WAL database do not wait for it.
    const int stepped = sqlite3_backup_step(backup, -1);
    const int code = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE) return failed(target, sqlite3_errstr(stepped));
    if (code != SQLITE_OK) return failed(target, sqlite3_errstr(code));
    return ok();
}

}  // namespace

Status backup_sqlite(const std::string& path, const std::string& target) {
    const std::string part = target + "." + std::to_string(::getpid()) + ".part";
    {
        const UniqueFd created(::open(part.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
        if (!created) return failed(target, std::strerror(errno));
    }
    Status copied = copy(path, part);
    if (copied.ok() && std::rename(part.c_str(), target.c_str()) != 0) {
        copied = failed(target, std::strerror(errno));
    }
    if (!copied.ok()) ::unlink(part.c_str());
    return copied;
}

}  // namespace collab::db
