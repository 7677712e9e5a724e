// SPDX-License-Identifier: Apache-2.0
// Who listens on a port, as far as /proc tells: the socket's inode from /proc/net/tcp and tcp6,
// then the process that has that inode open.

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/text.h"
#include "net/listening_socket.h"

namespace collab::net {
namespace {

using Directory = std::unique_ptr<DIR, decltype([](DIR* dir) { closedir(dir); })>;

// "socket:[4711]" for the listener of `port` in one table, else empty.
std::string listening_inode(const char* table, std::uint16_t port) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);  // headings
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
            timeout >> inode;
        unsigned found = 0;
        const auto colon = local.rfind(':');
        if (state != "0A" || colon == std::string::npos) continue;  // 0A: listening
        if (std::sscanf(local.c_str() + colon + 1, "%X", &found) == 1 && found == port) {
            return "socket:[" + inode + "]";
        }
    }
    return {};
}

bool has_open(const std::string& process, const std::string& inode) {
    const std::string fds = "/proc/" + process + "/fd";
    const Directory dir(opendir(fds.c_str()));
    if (!dir) return false;
    while (const dirent* entry = readdir(dir.get())) {
        std::array<char, 64> target{};
        const std::string link = fds + "/" + entry->d_name;
        const auto length = readlink(link.c_str(), target.data(), target.size() - 1);
        if (length > 0 && inode == target.data()) return true;
    }
    return false;
}

std::string name_of(const std::string& process) {
    std::ifstream file("/proc/" + process + "/comm");
    std::string name;
    std::getline(file, name);
    return escape_control(name);
}

}  // namespace

std::string port_holder(std::uint16_t port) {
    std::string inode = listening_inode("/proc/net/tcp6", port);
    if (inode.empty()) inode = listening_inode("/proc/net/tcp", port);
    if (inode.empty()) return {};
    const Directory proc(opendir("/proc"));
    if (!proc) return {};
    while (const dirent* entry = readdir(proc.get())) {
        const std::string process = entry->d_name;
        if (!parse_uint32(process) || !has_open(process, inode)) continue;
        return "'" + name_of(process) + "' (process " + process + ")";
    }
    return {};
}

}  // namespace collab::net
