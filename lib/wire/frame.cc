// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.h"

#include <google/protobuf/message_lite.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace collab::wire {
namespace {

constexpr int kLevel = 1;
constexpr int kMaxWindowLog = 23;
// The largest block of zstd: a stored frame holds one raw block.
constexpr std::size_t kMaxRawBlock = 128 * 1024;
constexpr std::size_t kKeepBuffer = std::size_t{1} << 20;

// Magic, a descriptor with a single segment and a one byte content size, then one raw last block.
// Requires bytes.size() < 256.
void put_stored(std::string& out, std::string_view bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::uint32_t block = 1u | size << 3;
    const char head[9] = {'\x28', '\xb5', '\x2f', '\xfd', '\x20', static_cast<char>(size),
                          static_cast<char>(block), static_cast<char>(block >> 8),
                          static_cast<char>(block >> 16)};
    out.append(head, sizeof head).append(bytes);
}

struct FreeCompressor {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

ZSTD_CCtx* compressor() {
    thread_local std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
    COLLAB_ASSERT(context != nullptr);
    return context.get();
}

std::string pack_string(std::string_view bytes) {
    std::string out;
    if (bytes.size() < kCompressFromBytes) {
        put_stored(out, bytes);
        return out;
    }
    out.resize(ZSTD_compressBound(bytes.size()));
    const std::size_t size = ZSTD_compressCCtx(compressor(), out.data(), out.size(), bytes.data(),
                                               bytes.size(), kLevel);
    COLLAB_ASSERT(ZSTD_isError(size) == 0);
    out.resize(size);
    out.shrink_to_fit();
    return out;
}

}  // namespace

Body pack(Bytes bytes) { return std::make_shared<const std::string>(pack_string(as_text(bytes))); }

Body encode(std::uint32_t tag, Bytes payload) {
    std::string envelope;
    envelope.reserve(payload.size() + 10);
    put_bytes_field(envelope, tag, as_text(payload));
    return pack(as_bytes(envelope));
}

Body encode(std::uint32_t tag, const google::protobuf::MessageLite& message) {
    const std::size_t size = message.ByteSizeLong();
    std::string envelope;
    put_varint(envelope, std::uint64_t{tag} << 3 | 2);
    put_varint(envelope, size);
    const std::size_t head = envelope.size();
    envelope.resize(head + size);
    message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(envelope.data() + head));
    return pack(as_bytes(envelope));
}

Tail::Tail(std::string_view envelope_fields) {
    std::string frame;
    put_stored(frame, envelope_fields);
    COLLAB_ASSERT(frame.size() <= kMaxTail);
    size_ = static_cast<std::uint8_t>(frame.size());
    std::memcpy(bytes_.data(), frame.data(), frame.size());
}

Tail Tail::message(std::uint32_t id) {
    std::string fields;
    put_varint_field(fields, 1, id);
    return Tail(fields);
}

Tail Tail::forwarded(std::uint32_t id, PeerId sender) {
    std::string peer;
    put_varint_field(peer, 1, sender.server);
    put_varint_field(peer, 2, sender.connection);
    std::string fields;
    put_varint_field(fields, 1, id);
    put_bytes_field(fields, 3, peer);
    return Tail(fields);
}

Tail Tail::response(std::uint32_t id, std::uint32_t responding_to) {
    std::string fields;
    put_varint_field(fields, 1, id);
    put_varint_field(fields, 2, responding_to);
    return Tail(fields);
}

struct Decoder::Zstd {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    std::size_t decoded = 0;
    ~Zstd() { ZSTD_freeDCtx(context); }
};

Decoder::Decoder(std::size_t max_decoded)
    : zstd_(std::make_unique<Zstd>()), max_decoded_(max_decoded) {
    COLLAB_ASSERT(zstd_->context != nullptr);
    ZSTD_DCtx_setParameter(zstd_->context, ZSTD_d_windowLogMax, kMaxWindowLog);
}

Decoder::~Decoder() = default;

Result<Bytes> Decoder::decode(Bytes frame) {
    ZSTD_DCtx_reset(zstd_->context, ZSTD_reset_session_only);
    if (buffer_.size() > kKeepBuffer) {
        buffer_.resize(kKeepBuffer);
        buffer_.shrink_to_fit();
    }
    if (buffer_.size() < 4096) buffer_.resize(4096);
    ZSTD_inBuffer in{frame.data(), frame.size(), 0};
    std::size_t& decoded = zstd_->decoded;
    decoded = 0;
    int frames = 0;
    bool inside = false;  // between the first byte of a zstd frame and its last
    if (frame.empty()) return Error{ErrorCode::invalid, "empty message"};
    while (in.pos < in.size || inside) {
        if (!inside && ++frames > kMaxZstdFrames) {
            return Error{ErrorCode::too_many, "too many zstd frames in one message"};
        }
        inside = true;
        if (decoded == buffer_.size()) {
            if (decoded > max_decoded_) {
                return Error{ErrorCode::unsupported, "message is too large"};
            }
            buffer_.resize(std::min(buffer_.size() * 2, max_decoded_ + 1));
        }
        ZSTD_outBuffer out{buffer_.data(), buffer_.size(), decoded};
        const std::size_t in_before = in.pos;
        const std::size_t hint = ZSTD_decompressStream(zstd_->context, &out, &in);
        if (ZSTD_isError(hint) != 0) {
            return Error{ErrorCode::invalid,
                         std::string("cannot decompress: ") + ZSTD_getErrorName(hint)};
        }
        const bool progressed = out.pos != decoded || in.pos != in_before;
        decoded = out.pos;
        if (decoded > max_decoded_) return Error{ErrorCode::unsupported, "message is too large"};
        if (hint == 0) inside = false;
        if (!progressed && inside && in.pos == in.size && out.pos < out.size) {
            return Error{ErrorCode::invalid, "truncated zstd frame"};
        }
    }
    return Bytes{reinterpret_cast<const std::uint8_t*>(buffer_.data()), decoded};
}

Bytes Decoder::head() const {
    return {reinterpret_cast<const std::uint8_t*>(buffer_.data()), zstd_->decoded};
}

}  // namespace collab::wire
