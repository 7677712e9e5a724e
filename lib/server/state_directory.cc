// SPDX-License-Identifier: Apache-2.0
#include "server/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace collab::server {
namespace {

Error system_error(ErrorCode code, const std::string& what, const std::string& path) {
    return {code, what + " '" + path + "': " + std::strerror(errno)};
}

}  // namespace

Result<StateDirectory> StateDirectory::open(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
        return Error{ErrorCode::unavailable, "cannot make the state directory '" + path +
                                                 "': " + error.message() +
                                                 " (choose another with --state-dir)"};
    }
    ::chmod(path.c_str(), 0700);
    StateDirectory directory;
    directory.path_ = path;
    const std::string lock = directory.file("lock");
    directory.lock_.reset(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!directory.lock_) return system_error(ErrorCode::unavailable, "cannot write", lock);
    if (::flock(directory.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        const auto holder = directory.read("lock");
        return Error{ErrorCode::too_many, "another collab-serve uses '" + path + "' (process " +
                                              (holder.ok() ? *holder : "unknown") +
                                              "): stop it, or choose another --state-dir"};
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(directory.lock_.get(), 0) != 0 ||
        ::pwrite(directory.lock_.get(), pid.data(), pid.size(), 0) < 0) {
        return system_error(ErrorCode::unavailable, "cannot write", lock);
    }
    return directory;
}

Result<std::string> StateDirectory::read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    if (!in) return Error{ErrorCode::not_found, "there is no '" + file(name) + "'"};
    std::ostringstream content;
    content << in.rdbuf();
    if (in.bad()) return system_error(ErrorCode::unavailable, "cannot read", file(name));
    return content.str();
}

Status StateDirectory::write(const std::string& name, const std::string& content) const {
    const std::string temporary = file(name + ".new");
    UniqueFd out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out) return system_error(ErrorCode::unavailable, "cannot write", temporary);
    std::size_t written = 0;
    while (written < content.size()) {
        const ssize_t n = ::write(out.get(), content.data() + written, content.size() - written);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(ErrorCode::unavailable, "cannot write", temporary);
        written += static_cast<std::size_t>(n);
    }
    if (::fsync(out.get()) != 0 || ::rename(temporary.c_str(), file(name).c_str()) != 0) {
        return system_error(ErrorCode::unavailable, "cannot write", file(name));
    }
    return ok();
}

std::string default_socket_directory() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    const bool named = runtime != nullptr && *runtime != '\0';
    std::string path = std::string(named ? runtime : "/run") + "/collab";
    std::error_code error;
    std::filesystem::create_directories(path, error);
    return path;
}

}  // namespace collab::server
