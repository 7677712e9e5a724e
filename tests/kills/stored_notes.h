// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the rows of channel notes say while no server runs: whether they make sense, and whether an
// operation is among them.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "db/connection.h"
#include "proto/text.pb.h"

namespace collab::kills {

// Names one stored operation.
struct OperationKey {
    std::uint64_t channel = 0;
    std::uint64_t epoch = 0;
    std::uint32_t lamport = 0;
    std::uint32_t replica = 0;

    auto operator<=>(const OperationKey&) const = default;
};
OperationKey key_of(std::uint64_t channel, std::uint64_t epoch, const proto::Operation& operation);

class StoredNotes {
public:
    // Reads the rows again. Returns what is wrong with them: an epoch that cannot be replayed, one
    // without the text it begins with, a text that is not what the epoch before came to, rows that
    // went. An epoch without new rows is not looked at again.
    std::vector<std::string> read(db::Connection& connection);

    // Whether the operation is stored, with just this content, in what read() read last or before.
    bool has(const OperationKey& key, const proto::Operation& operation) const;
    std::size_t operations() const { return stored_.size(); }
    std::size_t epochs() const { return texts_.size(); }

private:
    using Epoch = std::pair<std::int64_t, std::int64_t>;  // buffer, number

    std::string read_epoch(db::Connection& connection, std::uint64_t channel, Epoch epoch,
                           bool over);

    std::map<OperationKey, std::string> stored_;
    std::map<Epoch, std::string> texts_;  // what each came to so far
    std::map<Epoch, std::size_t> sizes_;
    std::set<Epoch> over_;
};

}  // namespace collab::kills
