// SPDX-License-Identifier: Apache-2.0
#pragma once

// A room of people who share a project, made the way editors make it.

#include <memory>
#include <vector>

#include "bench/client.h"
#include "bench/server_process.h"

namespace collab::bench {

struct Party {
    std::vector<std::unique_ptr<Client>> people;  // the first one is the host
    std::vector<std::int64_t> users;
    std::uint64_t room = 0;
    std::uint64_t project = 0;

    Client& host() { return *people.front(); }
    Client& guest(std::size_t i) { return *people[i + 1]; }
};

enum class Contacts {
    of_the_first,  // everybody knows the first one
    in_pairs,
};

// A server on a fresh SQLite database with users.
struct Site {
    Site(const std::filesystem::path& binary, int people,
         Contacts contacts = Contacts::of_the_first);

    test::TestDatabase database{test::Engine::sqlite};
    std::vector<std::int64_t> users;
    std::unique_ptr<ServerProcess> server;
    Poller poller;
};

// Connects these users, at most some at a time, and waits for each one's Hello.
std::vector<std::unique_ptr<Client>> connect_all(Poller& poller, std::uint16_t port,
                                                 const std::vector<std::int64_t>& users);

// Everybody is connected, in one room and in a project without files.
Party make_party(Poller& poller, std::uint16_t port, std::vector<std::int64_t> users);

// Sends a worktree of so many entries as editors do, each chunk after the answer to the last.
void send_worktree(Party& party, int entries);

}  // namespace collab::bench
