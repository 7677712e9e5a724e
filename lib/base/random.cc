// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "base/result.h"

namespace collab {

void SystemRandom::fill(void* bytes, std::size_t size) {
    auto* out = static_cast<unsigned char*>(bytes);
    while (size > 0) {
        const ssize_t got = ::getrandom(out, size, 0);
        COLLAB_ASSERT(got > 0 || errno == EINTR);
        if (got <= 0) continue;
        out += got;
        size -= static_cast<std::size_t>(got);
    }
}

void SeededRandom::fill(void* bytes, std::size_t size) {
    auto* out = static_cast<unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(engine_());
}

std::string random_url_safe(Random& random, std::size_t length) {
    static constexpr char kAlphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text(length, '\0');
    random.fill(text.data(), text.size());
    for (char& c : text) c = kAlphabet[static_cast<unsigned char>(c) & 63];
    return text;
}

std::string random_uuid(Random& random) {
    std::array<unsigned char, 16> b;
    random.fill(b.data(), b.size());
    b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x40);
    b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
    char text[37];
    std::snprintf(text, sizeof text,
                  "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                  b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                  b[14], b[15]);
    return text;
}

}  // namespace collab
