// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames: what one binary websocket message carries, one or more zstd frames that decode to one
// Envelope. A frame of ours is a body, shared by all who receive it, and a tail of its own for each
// receiver: concatenated zstd frames decode to concatenated bytes, concatenated protobuf encodings
// merge, and the last scalar wins. PROTOCOL.md 2.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "wire/fields.h"
#include "wire/parse_cost.h"

namespace google::protobuf {
class MessageLite;
}

namespace collab::wire {

// Largest envelope that is accepted, decoded and on the wire (decisions 2). Overridden by
// limits.message_decoded and limits.message_wire.
inline constexpr std::size_t kMaxDecoded = std::size_t{64} << 20;
inline constexpr std::size_t kMaxWire = std::size_t{16} << 20;
// More zstd frames than this in one message is an attack (S3).
inline constexpr int kMaxZstdFrames = 8;
// Below this many bytes compression costs more than it saves (feasibility: 4 us of table resets).
inline constexpr std::size_t kCompressFromBytes = 256;

// Whole zstd frames, immutable.
using Body = std::shared_ptr<const std::string>;

// An envelope's payload only: `message` under the envelope tag `tag`, stored or compressed.
// Thread: any.
Body encode(std::uint32_t tag, const google::protobuf::MessageLite& message);
// The same for payload bytes that are encoded already.
Body encode(std::uint32_t tag, Bytes payload);

// The message of a payload. Errors: malformed, when the bytes are no such message; too_many, when
// it has more parts than anybody needs (wire/parse_cost.h).
template <class M>
Result<M> parse(Bytes payload) {
    if (payload.size() >= kCostlyFromBytes) {
        COLLAB_DO(check_parse_cost(payload, M::descriptor()));
    }
    M message;
    if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
        return Error{ErrorCode::malformed, "cannot read the message"};
    }
    return message;
}
// Any bytes as zstd: stored when short, compressed otherwise. Thread: any.
Body pack(Bytes bytes);

// The per-receiver end of a frame: a stored zstd frame of at most kMaxTail bytes.
class Tail {
public:
    static constexpr std::size_t kMaxTail = 48;

    // {id}
    static Tail message(std::uint32_t id);
    // {id, original_sender_id}
    static Tail forwarded(std::uint32_t id, PeerId sender);
    // {id, responding_to}
    static Tail response(std::uint32_t id, std::uint32_t responding_to);

    Bytes bytes() const { return {bytes_.data(), size_}; }

private:
    explicit Tail(std::string_view envelope_fields);

    std::uint8_t size_ = 0;
    std::array<std::uint8_t, kMaxTail> bytes_;
};

struct Frame {
    Body body;
    Tail tail;

    std::size_t size() const { return body->size() + tail.bytes().size(); }
};

// Takes frames apart. Reuses one zstd context and one buffer; what is too long is found out before
// memory is used for it. Thread: one at a time.
class Decoder {
public:
    explicit Decoder(std::size_t max_decoded = kMaxDecoded);
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // The envelope in `frame`, valid until the next call. Errors:
    //   invalid      not zstd, truncated, or a window above 8 MiB: close the connection
    //   too_many     more than kMaxZstdFrames: close with 1009
    //   unsupported  intact as far as read, but longer than the limit: `head()` has its beginning;
    //                skip the message and answer with an Error
    Result<Bytes> decode(Bytes frame);

    // From the next message on.
    void set_limit(std::size_t max_decoded) { max_decoded_ = max_decoded; }

    // After `unsupported`: the first bytes of the envelope, enough to find its id.
    Bytes head() const;

private:
    struct Zstd;
    void reserve(std::size_t room);
    Result<std::size_t> run(Bytes frame, std::size_t limit);

    std::unique_ptr<Zstd> zstd_;
    std::size_t max_decoded_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t room_ = 0;     // in buffer_
    std::size_t decoded_ = 0;  // of the last message
};

}  // namespace collab::wire
