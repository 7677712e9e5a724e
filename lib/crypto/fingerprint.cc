// SPDX-License-Identifier: Apache-2.0
#include "crypto/fingerprint.h"

#include <cstdint>

#include "base/result.h"

namespace collab::crypto {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr int kSymbols = 12;
constexpr int kBitsPerSymbol = 5;
constexpr int kGroup = 4;

}  // namespace

std::string display_fingerprint(std::string_view hash) {
    COLLAB_ASSERT(hash.size() >= sizeof(std::uint64_t));
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i)
        bits = bits << 8 | static_cast<unsigned char>(hash[i]);

    std::string text;
    for (int symbol = 0; symbol < kSymbols; ++symbol) {
        if (symbol > 0 && symbol % kGroup == 0) text += '-';
        text += kAlphabet[bits >> (64 - kBitsPerSymbol)];
        bits <<= kBitsPerSymbol;
    }
    return text;
}

}  // namespace collab::crypto
