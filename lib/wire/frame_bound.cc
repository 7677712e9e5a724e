// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_bound.h"

#include <zstd.h>

#include <algorithm>

namespace collab::wire {
namespace {

constexpr std::uint32_t kSkippableMask = 0xfffffff0;
constexpr std::uint32_t kSkippable = 0x184d2a50;
constexpr std::size_t kBlockHeader = 3;
constexpr std::uint64_t kMaxBlock = std::uint64_t{128} << 10;
constexpr std::uint64_t kMaxDeclared = std::uint64_t{1} << 40;  // sums of more do not fit

std::uint32_t little_endian(Bytes bytes, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= std::uint32_t{bytes[i]} << (8 * i);
    return value;
}

// RFC 8878, 3.1.1.1; 0: too short.
std::size_t header_size(Bytes frame) {
    if (frame.size() < 6) return 0;
    constexpr std::size_t kDictionary[] = {0, 1, 2, 4};
    constexpr std::size_t kContent[] = {0, 2, 4, 8};
    const unsigned descriptor = frame[4];
    const bool single_segment = (descriptor & 0x20) != 0;
    const unsigned content = descriptor >> 6;
    const std::size_t size = 5 + (single_segment ? 0 : 1) + kDictionary[descriptor & 3] +
                             (content == 0 && single_segment ? 1 : kContent[content]);
    return size <= frame.size() ? size : 0;
}

// What the blocks of a frame may hold; takes them from `rest`.
std::uint64_t bound_of_blocks(Bytes& rest) {
    std::uint64_t bound = 0;
    bool last = false;
    while (!last && rest.size() >= kBlockHeader) {
        const auto header = little_endian(rest, kBlockHeader);
        last = (header & 1) != 0;
        const auto type = header >> 1 & 3;  // raw, one byte repeated, compressed
        const std::size_t size = header >> 3;
        bound += type == 2 ? kMaxBlock : size;
        rest = rest.subspan(std::min(rest.size(), kBlockHeader + (type == 1 ? 1 : size)));
    }
    return bound;
}

}  // namespace

FrameBound bound_of_frames(Bytes rest) {
    FrameBound bound;
    while (rest.size() >= 8) {
        const auto magic = little_endian(rest, 4);
        if ((magic & kSkippableMask) == kSkippable) {
            const std::uint64_t size = 8 + std::uint64_t{little_endian(rest.subspan(4), 4)};
            rest = rest.subspan(std::min<std::uint64_t>(rest.size(), size));
            continue;
        }
        const std::size_t header = header_size(rest);
        if (magic != ZSTD_MAGICNUMBER || header == 0) return bound;
        const bool checksum = (rest[4] & 4) != 0;
        const auto declared = ZSTD_getFrameContentSize(rest.data(), rest.size());
        rest = rest.subspan(header);
        const auto blocks = bound_of_blocks(rest);
        if (checksum) rest = rest.subspan(std::min<std::size_t>(rest.size(), 4));
        if (declared < ZSTD_CONTENTSIZE_ERROR) {
            bound.declared += std::min<std::uint64_t>(declared, kMaxDeclared);
        }
        bound.at_most += blocks;
    }
    return bound;
}

}  // namespace collab::wire
