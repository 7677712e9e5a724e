// SPDX-License-Identifier: Apache-2.0
#include "kills/stored_notes.h"

#include "areas/notes/note_operations.h"
#include "bench/measuring.h"
#include "text/text_buffer.h"

namespace collab::kills {
namespace {

constexpr std::string_view kBuffers = "SELECT id, channel_id, epoch FROM buffers ORDER BY id";
constexpr std::string_view kBaseText =
    "SELECT text FROM buffer_snapshots WHERE buffer_id = $1 AND epoch = $2";
constexpr std::string_view kCount =
    "SELECT COUNT(*) FROM buffer_operations WHERE buffer_id = $1 AND epoch = $2";
constexpr std::string_view kOperations =
    "SELECT lamport_timestamp, replica_id, value FROM buffer_operations "
    "WHERE buffer_id = $1 AND epoch = $2 ORDER BY lamport_timestamp, replica_id";

db::Rows query(db::Connection& connection, std::string_view sql, const db::Values& values) {
    auto rows = connection.query(sql, values);
    if (!rows.ok()) bench::die("cannot read the database: " + rows.error().message);
    return std::move(rows).value();
}

// Applies one row; what is wrong with it, or nothing.
std::string trouble_with(text::TextBuffer& buffer, std::string_view value) {
    const auto decoded = notes::decode_operation(value);
    if (!decoded.ok()) return decoded.error().message;
    const auto operation = notes::parse_operation(*decoded);
    if (!operation.ok()) return operation.error().message;
    const auto outcome = buffer.apply(*operation);
    if (!outcome.ok()) return outcome.error().message;
    if (*outcome == text::Outcome::early) return "what it needs is not there";
    if (*outcome == text::Outcome::duplicate) return "it is there twice";
    return {};
}

}  // namespace

OperationKey key_of(std::uint64_t channel, std::uint64_t epoch, const proto::Operation& operation) {
    const auto at = text::timestamp(*notes::parse_operation(operation));
    return {channel, epoch, at.value, at.replica};
}

std::vector<std::string> StoredNotes::read(db::Connection& connection) {
    std::vector<std::string> wrong;
    const auto buffers = query(connection, kBuffers, {});
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        const auto current = buffers[i].integer(2);
        for (std::int64_t number = 0; number <= current; ++number) {
            auto trouble = read_epoch(connection, buffers[i].unsigned_integer(1),
                                      {buffers[i].integer(0), number}, number < current);
            if (trouble.empty()) continue;
            wrong.push_back("channel " + std::to_string(buffers[i].integer(1)) + ", epoch " +
                            std::to_string(number) + ": " + trouble);
        }
    }
    return wrong;
}

std::string StoredNotes::read_epoch(db::Connection& connection, std::uint64_t channel, Epoch epoch,
                                    bool over) {
    if (over_.contains(epoch)) return {};
    const auto count = query(connection, kCount, {epoch.first, epoch.second});
    const auto known = sizes_.find(epoch);
    if (known != sizes_.end() && known->second == static_cast<std::size_t>(count[0].integer(0))) {
        if (over) over_.insert(epoch);
        return {};
    }
    const auto base = query(connection, kBaseText, {epoch.first, epoch.second});
    if (base.size() != 1) return "the text it begins with is missing";
    const auto before = texts_.find({epoch.first, epoch.second - 1});
    if (before != texts_.end() && before->second != base[0].text(0)) {
        return "it does not begin with what the epoch before came to";
    }
    text::TextBuffer buffer(base[0].text(0));
    const auto rows = query(connection, kOperations, {epoch.first, epoch.second});
    auto& size = sizes_[epoch];
    if (rows.size() < size) return "operations are gone";
    size = rows.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        if (const auto trouble = trouble_with(buffer, row.text(2)); !trouble.empty()) {
            return "operation " + std::to_string(row.integer(0)) + " of replica " +
                   std::to_string(row.integer(1)) + ": " + trouble;
        }
        stored_[{channel, static_cast<std::uint64_t>(epoch.second),
                 static_cast<std::uint32_t>(row.integer(0)),
                 static_cast<std::uint32_t>(row.integer(1))}] = row.text(2);
    }
    texts_[epoch] = buffer.text();
    if (over) over_.insert(epoch);
    return {};
}

bool StoredNotes::has(const OperationKey& key, const proto::Operation& operation) const {
    const auto found = stored_.find(key);
    if (found == stored_.end()) return false;
    const auto stored = notes::decode_operation(found->second);
    return stored.ok() && *notes::parse_operation(*stored) == *notes::parse_operation(operation);
}

}  // namespace collab::kills
