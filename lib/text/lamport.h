// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two clocks of channel notes (spec 2, 9.1): Lamport timestamps, which order operations, and
// version vectors, which say what somebody has seen.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace collab::text {

// Largest Lamport value we accept: the stored column is a signed 32-bit integer.
inline constexpr std::uint32_t kMaxLamportValue = 0x7fffffff;

// Names one operation of one epoch. Ordered by value, then by replica.
struct Lamport {
    std::uint32_t value = 0;
    std::uint16_t replica = 0;

    auto operator<=>(const Lamport&) const = default;
};

// The timestamp of the base text, which is one insertion of replica 0.
inline constexpr Lamport kBaseText{1, 0};

struct LamportHash {
    std::size_t operator()(Lamport at) const {
        const std::uint64_t key = (std::uint64_t{at.replica} << 32) | at.value;
        return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 16);
    }
};

// A sparse vector clock: the greatest value seen of each replica; a replica that is not in it
// counts as 0. Look-ups are logarithmic, covers() is linear in the number of entries of both.
class Version {
public:
    Version() = default;
    Version(std::initializer_list<Lamport> seen);

    // The greatest value seen of `replica`, 0 if none.
    std::uint32_t value(std::uint16_t replica) const;
    bool observed(Lamport at) const { return value(at.replica) >= at.value; }

    // Raises the entry of at.replica to at.value. A value of 0 means nothing, as on the wire.
    void observe(Lamport at);
    // Raises every entry to that of `other`.
    void merge(const Version& other);

    // Whether all that `other` has seen has been seen here.
    bool covers(const Version& other) const;

    // One per replica, ascending by replica, none with value 0.
    const std::vector<Lamport>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }
    // The greatest value of any replica, 0 if empty.
    std::uint32_t max_value() const;

    bool operator==(const Version&) const = default;

private:
    std::vector<Lamport> entries_;
};

}  // namespace collab::text
