// SPDX-License-Identifier: Apache-2.0
#pragma once

// The oracle: sections 9.2 to 9.6 of spec 2 written down as they stand, on a flat list that is
// built anew for every edit. Slow and plain on purpose; it shares no code with lib/text but the
// types. It checks nothing: give it well-formed operations.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/text_buffer.h"
#include "text/text_operation.h"

namespace collab::text {

class FlatModel {
public:
    struct Piece {
        Lamport at;
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        std::set<Lamport> deletions;
        bool visible = true;
    };

    explicit FlatModel(std::string_view base_text);

    // 9.6: a batch, then one pass over all that is deferred.
    void deliver(const std::vector<Operation>& batch);

    std::string text() const;
    std::string full_text() const;  // deleted text included
    std::string slice(const Piece& piece) const;
    const std::vector<Piece>& pieces() const { return pieces_; }
    std::vector<FragmentInfo> fragments() const;
    const Version& version() const { return version_; }
    std::size_t deferred() const { return deferred_.size(); }
    std::uint32_t undo_count(Lamport edit) const;

private:
    class Walk;

    bool deliver_one(const Operation& operation, std::set<std::uint16_t>& blocked);
    void apply(const Edit& edit);
    void apply(const Undo& undo);
    bool undone(Lamport edit, const Version* version) const;
    bool is_visible(const Piece& piece) const;
    bool was_visible(const Piece& piece, const Version& version) const;

    std::map<Lamport, std::string> texts_;
    std::vector<Piece> pieces_;
    std::map<Lamport, std::map<Lamport, std::uint32_t>> undos_;
    Version version_;
    std::map<Lamport, Operation> deferred_;
};

}  // namespace collab::text
