// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where local mode keeps its database, keys and sockets, and the lock that lets one server at a
// time use it (decisions 25).

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace collab::server {

// Locked for as long as the object lives.
class StateDirectory {
public:
    // Makes the directory with mode 0700. Error too_many: another server uses it; the message says
    // which. Error unavailable: it cannot be made or written.
    static Result<StateDirectory> open(const std::string& path);

    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

    // The content of a file in it; nothing when there is none.
    Result<std::string> read(const std::string& name) const;
    // Replaces a file whole, mode 0600: after a crash either the old or the new content is there.
    Status write(const std::string& name, const std::string& content) const;

private:
    std::string path_;
    UniqueFd lock_;
};

// $XDG_RUNTIME_DIR/collab or /run/collab; made with mode 0755 when missing.
std::string default_socket_directory();

}  // namespace collab::server
