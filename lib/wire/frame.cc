// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.h"

#include <google/protobuf/message_lite.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "wire/frame_bound.h"

namespace collab::wire {
namespace {

constexpr int kLevel = 1;
constexpr int kMaxWindowLog = 23;
constexpr std::size_t kKeepBuffer = std::size_t{1} << 20;
constexpr std::size_t kHead = 4096;
constexpr std::size_t kScratch = std::size_t{64} << 10;

// What stands before stored bytes: magic, a descriptor with a single segment and a one byte content
// size, then one raw last block. Requires size < 256.
std::array<char, 9> stored_header(std::size_t size) {
    const auto block = static_cast<std::uint32_t>(1u | size << 3);
    return {'\x28',
            '\xb5',
            '\x2f',
            '\xfd',
            '\x20',
            static_cast<char>(size),
            static_cast<char>(block),
            static_cast<char>(block >> 8),
            static_cast<char>(block >> 16)};
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
        const auto header = stored_header(bytes.size());
        out.reserve(header.size() + bytes.size());
        return out.append(header.data(), header.size()).append(bytes);
    }
    out.resize(ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compressCCtx(compressor(), out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
    COLLAB_ASSERT(ZSTD_isError(size) == 0);
    out.resize(size);
    out.shrink_to_fit();
    return out;
}

}  // namespace

Body pack(Bytes bytes) {
    return std::make_shared<const std::string>(pack_string(as_text(bytes)));
}

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
    message.SerializeWithCachedSizesToArray(
        reinterpret_cast<std::uint8_t*>(envelope.data() + head));
    return pack(as_bytes(envelope));
}

namespace {

// The few fields of a tail, without memory of their own: one is written for every delivery.
class TailFields {
public:
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_[size_++] = static_cast<char>(value | 0x80);
        bytes_[size_++] = static_cast<char>(value);
    }
    void varint_field(std::uint32_t number, std::uint64_t value) {
        varint(std::uint64_t{number} << 3);
        varint(value);
    }
    void bytes_field(std::uint32_t number, std::string_view bytes) {
        varint(std::uint64_t{number} << 3 | 2);
        varint(bytes.size());
        std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    std::string_view view() const { return {bytes_.data(), size_}; }

private:
    std::size_t size_ = 0;
    std::array<char, Tail::kMaxTail> bytes_;
};

}  // namespace

Tail::Tail(std::string_view envelope_fields) {
    const auto header = stored_header(envelope_fields.size());
    COLLAB_ASSERT(header.size() + envelope_fields.size() <= kMaxTail);
    size_ = static_cast<std::uint8_t>(header.size() + envelope_fields.size());
    std::memcpy(bytes_.data(), header.data(), header.size());
    std::memcpy(bytes_.data() + header.size(), envelope_fields.data(), envelope_fields.size());
}

Tail Tail::message(std::uint32_t id) {
    TailFields fields;
    fields.varint_field(1, id);
    return Tail(fields.view());
}

Tail Tail::forwarded(std::uint32_t id, PeerId sender) {
    TailFields peer;
    peer.varint_field(1, sender.server);
    peer.varint_field(2, sender.connection);
    TailFields fields;
    fields.varint_field(1, id);
    fields.bytes_field(3, peer.view());
    return Tail(fields.view());
}

Tail Tail::response(std::uint32_t id, std::uint32_t responding_to) {
    TailFields fields;
    fields.varint_field(1, id);
    fields.varint_field(2, responding_to);
    return Tail(fields.view());
}

namespace {

Error too_large() {
    return {ErrorCode::unsupported, "message is too large"};
}

}  // namespace

struct Decoder::Zstd {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    ~Zstd() { ZSTD_freeDCtx(context); }
};

Decoder::Decoder(std::size_t max_decoded)
    : zstd_(std::make_unique<Zstd>()), max_decoded_(max_decoded) {
    COLLAB_ASSERT(zstd_->context != nullptr);
    ZSTD_DCtx_setParameter(zstd_->context, ZSTD_d_windowLogMax, kMaxWindowLog);
}

Decoder::~Decoder() = default;

Result<Bytes> Decoder::decode(Bytes frame) {
    decoded_ = 0;
    if (frame.empty()) return Error{ErrorCode::invalid, "empty message"};
    if (room_ > kKeepBuffer) room_ = 0;
    reserve(kHead + kScratch);
    const auto bound = bound_of_frames(frame);
    std::uint64_t size = bound.at_most;
    if (std::max(bound.at_most, bound.declared) > max_decoded_) {
        // Too long, most likely: that is found out without memory for it.
        COLLAB_TRY(size, run(frame, bound.declared > max_decoded_ ? kHead : max_decoded_));
        if (size > max_decoded_) return too_large();  // a limit shorter than a head
    }
    reserve(static_cast<std::size_t>(size) + 1);
    COLLAB_DO(run(frame, static_cast<std::size_t>(size)));
    return Bytes{buffer_.get(), decoded_};
}

// At least so much room; its pages cost nothing until they are written.
void Decoder::reserve(std::size_t room) {
    if (room <= room_) return;
    buffer_.reset();
    buffer_ = std::make_unique_for_overwrite<std::uint8_t[]>(room);
    room_ = room;
}

// Decodes at most `limit` bytes and returns how many there are. Where they do not all have room
// only the first and the last of them remain.
Result<std::size_t> Decoder::run(Bytes frame, std::size_t limit) {
    ZSTD_DCtx_reset(zstd_->context, ZSTD_reset_session_only);
    ZSTD_inBuffer in{frame.data(), frame.size(), 0};
    decoded_ = 0;
    std::size_t at = 0;
    int frames = 0;
    bool inside = false;  // between the first byte of a zstd frame and its last
    while (in.pos < in.size || inside) {
        if (!inside && ++frames > kMaxZstdFrames) {
            return Error{ErrorCode::too_many, "too many zstd frames in one message"};
        }
        inside = true;
        if (at == room_) at = kHead;
        ZSTD_outBuffer out{buffer_.get(), room_, at};
        const std::size_t in_before = in.pos;
        const std::size_t hint = ZSTD_decompressStream(zstd_->context, &out, &in);
        if (ZSTD_isError(hint) != 0) {
            return Error{ErrorCode::invalid,
                         std::string("cannot decompress: ") + ZSTD_getErrorName(hint)};
        }
        const bool progressed = out.pos != at || in.pos != in_before;
        decoded_ += out.pos - at;
        at = out.pos;
        if (decoded_ > limit) return too_large();
        if (hint == 0) inside = false;
        if (!progressed && inside && in.pos == in.size && out.pos < out.size) {
            return Error{ErrorCode::invalid, "truncated zstd frame"};
        }
    }
    return decoded_;
}

Bytes Decoder::head() const {
    return {buffer_.get(), std::min(decoded_, kHead)};
}

}  // namespace collab::wire
