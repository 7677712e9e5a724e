// SPDX-License-Identifier: Apache-2.0
#include "server/avatar.h"

#include <array>
#include <cctype>
#include <vector>

namespace collab::server {
namespace {

constexpr int kSize = 128;
constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 7;
constexpr int kScale = 8;  // two glyphs and their gap fill most of the square

// Five bits a row, the leftmost the highest; seven rows. A to Z, then 0 to 9, then a dot.
constexpr std::array<std::array<std::uint8_t, kGlyphHeight>, 37> kGlyphs = {{
    {0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11}, {0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e},
    {0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e}, {0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e},
    {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f}, {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10},
    {0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f}, {0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11},
    {0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e}, {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c},
    {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11}, {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f},
    {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11}, {0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11},
    {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}, {0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10},
    {0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d}, {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11},
    {0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e}, {0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04},
    {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}, {0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04},
    {0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11}, {0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11},
    {0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04}, {0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f},
    {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}, {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e},
    {0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f}, {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e},
    {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}, {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e},
    {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}, {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}, {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c},
    {0x00, 0x00, 0x04, 0x0e, 0x04, 0x00, 0x00},
}};

// Calm colours with enough contrast to white.
constexpr std::array<std::array<std::uint8_t, 3>, 8> kColours = {{
    {0x2b, 0x6c, 0xb0},
    {0x2f, 0x85, 0x5a},
    {0xb8, 0x32, 0x80},
    {0x97, 0x5a, 0x16},
    {0x6b, 0x46, 0xc1},
    {0xc0, 0x56, 0x21},
    {0x28, 0x5e, 0x61},
    {0x9b, 0x2c, 0x2c},
}};

const std::array<std::uint8_t, kGlyphHeight>& glyph(char c) {
    if (c >= 'A' && c <= 'Z') return kGlyphs[static_cast<std::size_t>(c - 'A')];
    if (c >= '0' && c <= '9') return kGlyphs[static_cast<std::size_t>(26 + c - '0')];
    return kGlyphs.back();
}

void put32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ (0xedb88320 & (0u - (crc & 1)));
    }
    return ~crc;
}

void put_chunk(std::string& png, std::string_view type, std::string_view data) {
    put32(png, static_cast<std::uint32_t>(data.size()));
    const std::string body = std::string(type) + std::string(data);
    png += body;
    put32(png, crc32(body));
}

// zlib without compression: one stored block. A picture of two colours, one bit a pixel, is small
// as it is.
std::string stored(const std::string& bytes) {
    const auto size = static_cast<std::uint16_t>(bytes.size());
    std::string out("\x78\x01\x01", 3);
    for (const std::uint16_t half : {size, static_cast<std::uint16_t>(~size)}) {
        out.push_back(static_cast<char>(half));
        out.push_back(static_cast<char>(half >> 8));
    }
    out += bytes;
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<std::uint8_t>(c)) % 65521;
        b = (b + a) % 65521;
    }
    put32(out, b << 16 | a);
    return out;
}

// Whether the pixel belongs to a letter.
bool inked(const std::string& letters, int x, int y) {
    const int count = static_cast<int>(letters.size());
    const int width = (count * (kGlyphWidth + 1) - 1) * kScale;
    x -= (kSize - width) / 2;
    y -= (kSize - kGlyphHeight * kScale) / 2;
    if (x < 0 || x >= width || y < 0 || y >= kGlyphHeight * kScale) return false;
    const int column = x / kScale % (kGlyphWidth + 1);
    const int letter = x / kScale / (kGlyphWidth + 1);
    if (column == kGlyphWidth) return false;
    const auto row =
        glyph(letters[static_cast<std::size_t>(letter)])[static_cast<std::size_t>(y / kScale)];
    return (row >> (kGlyphWidth - 1 - column) & 1) != 0;
}

}  // namespace

std::string initials(std::string_view name) {
    std::string letters;
    bool starts = true;
    for (const char c : name) {
        const bool alphanumeric = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (alphanumeric && starts) letters.push_back(static_cast<char>(std::toupper(c)));
        starts = !alphanumeric;
    }
    if (letters.size() == 1) {
        const auto first =
            name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
        for (const char c : name.substr(first + 1)) {
            if (std::isalnum(static_cast<unsigned char>(c)) == 0) continue;
            letters.push_back(static_cast<char>(std::toupper(c)));
            break;
        }
    }
    if (letters.empty()) return ".";
    return letters.substr(0, 2);
}

std::string draw_avatar(std::string_view name, std::int64_t user_id) {
    const std::string letters = initials(name);
    std::string pixels;
    for (int y = 0; y < kSize; ++y) {
        pixels.push_back(0);  // no filter
        for (int byte = 0; byte < kSize / 8; ++byte) {
            int bits = 0;
            for (int bit = 0; bit < 8; ++bit)
                bits = bits << 1 | (inked(letters, byte * 8 + bit, y) ? 1 : 0);
            pixels.push_back(static_cast<char>(bits));
        }
    }
    std::string header;
    put32(header, kSize);
    put32(header, kSize);
    header += std::string("\x01\x03\x00\x00\x00", 5);  // one bit a pixel, palette
    const auto& colour = kColours[static_cast<std::uint64_t>(user_id) % kColours.size()];
    const std::string palette = std::string(colour.begin(), colour.end()) + "\xff\xff\xff";
    std::string png("\x89PNG\r\n\x1a\n", 8);
    put_chunk(png, "IHDR", header);
    put_chunk(png, "PLTE", palette);
    put_chunk(png, "IDAT", stored(pixels));
    put_chunk(png, "IEND", "");
    return png;
}

}  // namespace collab::server
