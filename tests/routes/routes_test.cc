// SPDX-License-Identifier: Apache-2.0
// The routing table, held against the handler table of the protocol (PROTOCOL.md) and a reviewed
// golden file: a change of a right shows as a diff of tests/golden/routes.txt.
// COLLAB_ACCEPT=1 rewrites it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "server/routes.h"
#include "support/csv.h"

namespace collab::server {
namespace {

using rpc::Need;
using rpc::Relay;
using rpc::Shape;

std::string name_of(const rpc::Route& route) {
    return std::string(wire::find_message_type(route.tag)->name);
}

std::string need_name(Need need) {
    switch (need) {
        case Need::nothing:
            return "signed-in";
        case Need::read:
            return "read";
        case Need::write:
            return "write";
        case Need::host:
            return "host";
        case Need::collaborator:
            return "collaborator";
    }
    return "";
}

std::string shape_name(const rpc::Route& route) {
    switch (route.shape) {
        case Shape::record:
            return "record";
        case Shape::read:
            return "read";
        case Shape::live:
            return "live";
        case Shape::conversation:
            return "conversation";
        case Shape::relay:
            break;
    }
    switch (route.relay) {
        case Relay::request:
            return "relay-request";
        case Relay::request_by_query:
            return "relay-request-by-query";
        case Relay::stream:
            return "relay-stream";
        case Relay::broadcast:
            return "relay-broadcast";
        case Relay::to_peer:
            return "relay-to-peer";
        case Relay::request_to_peer:
            return "relay-request-to-peer";
        case Relay::forbidden:
            return "forbidden";
        case Relay::none:
            break;
    }
    return "";
}

TEST(Routes, LimitHowFastOneConnectionSearchesForPeople) {
    for (const auto& route : routes()) {
        EXPECT_EQ(route.rate.burst, name_of(route) == "FuzzySearchUsers" ? 20u : 0u);
    }
}

TEST(Routes, CoverEveryHandledMessageExactlyOnce) {
    std::multiset<std::string> routed;
    for (const auto& route : routes()) routed.insert(name_of(route));
    std::set<std::string> handled;
    for (auto& row : test::golden_table("handlers.csv")) {
        if (row["message"] != "Ping") handled.insert(row["message"]);  // the router's own
    }
    for (const auto& message : handled) EXPECT_EQ(routed.count(message), 1u) << message;
    for (const auto& message : routed) EXPECT_TRUE(handled.contains(message)) << message;
}

TEST(Routes, GiveRelayedMessagesTheRightsOfTheirClass) {
    const std::map<std::string, Need> needs = {{"forward_read", Need::read},
                                               {"forward_read_stream", Need::read},
                                               {"forward_mutate", Need::write},
                                               {"broadcast_host_only", Need::host},
                                               {"host_to_peer", Need::host},
                                               {"forward_to_peer", Need::host},
                                               {"broadcast_from_host", Need::collaborator}};
    std::map<std::string, std::string> classes;
    for (auto& row : test::golden_table("handlers.csv"))
        classes[row["message"]] = row["ours_class"];
    for (const auto& route : routes()) {
        const auto& ours = classes[name_of(route)];
        const auto name = name_of(route);
        if (const auto found = needs.find(ours); found != needs.end()) {
            EXPECT_EQ(route.need, found->second) << name;
        }
        EXPECT_EQ(route.relay == Relay::forbidden, ours == "disallow_guest") << name;
    }
}

TEST(Routes, AnswerWithTheTypesOfTheProtocol) {
    for (auto& row : test::golden_table("handlers.csv")) {
        for (const auto& route : routes()) {
            if (name_of(route) != row["message"] || route.shape != Shape::relay) continue;
            if (route.answers[0] == 0) continue;
            const auto answer = wire::find_message_type(route.answers[0])->name;
            EXPECT_TRUE(row["response"].starts_with(answer)) << row["message"];
        }
    }
}

TEST(Routes, ChangeNoRightUnnoticed) {
    std::map<std::string, std::string> lines;
    for (const auto& route : routes()) {
        lines[name_of(route)] = need_name(route.need) + " " + shape_name(route) +
                                (route.one_way ? " one-way" : "") +
                                (route.background ? " background" : "");
    }
    std::string table;
    for (const auto& [name, line] : lines) table += name + ": " + line + "\n";
    const std::string path = std::string(COLLAB_SOURCE_DIR) + "/tests/golden/routes.txt";
    if (std::getenv("COLLAB_ACCEPT") != nullptr) std::ofstream(path) << table;
    std::ostringstream golden;
    golden << std::ifstream(path).rdbuf();
    EXPECT_EQ(golden.str(), table);
}

}  // namespace
}  // namespace collab::server
