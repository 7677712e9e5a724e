// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <fstream>

#include "proto/envelope.pb.h"
#include "wire/message_types.h"
#include "wire/peek.h"

namespace collab::wire {
namespace {

std::string together(const Body& body, const Tail& tail) {
    return *body + std::string(as_text(tail.bytes()));
}

proto::Envelope decoded(const std::string& frame) {
    Decoder decoder;
    const auto bytes = decoder.decode(as_bytes(frame));
    EXPECT_TRUE(bytes.ok()) << (bytes.ok() ? "" : bytes.error().message);
    proto::Envelope envelope;
    if (bytes.ok()) {
        EXPECT_TRUE(envelope.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())));
    }
    return envelope;
}

// As clients make them: a streaming encoder, no content size in the header.
std::string streamed(const std::string& bytes, int level = 4) {
    auto* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer buffer{out.data(), out.size(), 0};
    while (ZSTD_compressStream2(context, &buffer, &in, ZSTD_e_end) != 0) {
    }
    ZSTD_freeCCtx(context);
    out.resize(buffer.pos);
    return out;
}

proto::UpdateWorktree worktree(int entries) {
    proto::UpdateWorktree update;
    update.set_project_id(7);
    for (int i = 0; i < entries; ++i)
        update.add_updated_entries()->set_path("src/file" + std::to_string(i));
    return update;
}

TEST(Frame, OfASmallAndOfALargeMessageDecodeToWhatWasEncoded) {
    for (const int entries : {0, 1, 300, 20'000}) {
        const auto update = worktree(entries);
        const auto body = encode(tag_of<proto::UpdateWorktree>(), update);
        const auto envelope = decoded(together(body, Tail::message(41)));
        EXPECT_EQ(envelope.id(), 41u);
        EXPECT_EQ(envelope.update_worktree().SerializeAsString(), update.SerializeAsString());
        EXPECT_FALSE(envelope.has_original_sender_id());
    }
}

TEST(Frame, GivesEachReceiverItsOwnTailBehindOneSharedBody) {
    const auto body = encode(tag_of<proto::Ping>(), proto::Ping());
    EXPECT_EQ(decoded(together(body, Tail::response(9, 0))).responding_to(), 0u);
    EXPECT_TRUE(decoded(together(body, Tail::response(9, 0))).has_responding_to());
    const auto forwarded = decoded(together(body, Tail::forwarded(10, {3, 0})));
    EXPECT_EQ(forwarded.original_sender_id().owner_id(), 3u);
    EXPECT_EQ(forwarded.original_sender_id().id(), 0u);
}

TEST(Frame, OverwritesWhatASenderForged) {
    proto::Envelope forged;
    forged.set_id(1);
    forged.mutable_original_sender_id()->set_owner_id(99);
    forged.mutable_original_sender_id()->set_id(99);
    forged.mutable_ping();
    const auto frame = streamed(forged.SerializeAsString()) +
                       std::string(as_text(Tail::forwarded(5, {1, 0}).bytes()));
    EXPECT_EQ(decoded(frame).original_sender_id().owner_id(), 1u);
    EXPECT_EQ(decoded(frame).original_sender_id().id(), 0u);
}

TEST(Frame, LargestTailFits) {
    EXPECT_LE(Tail::forwarded(UINT32_MAX, {UINT32_MAX, UINT32_MAX}).bytes().size(), Tail::kMaxTail);
}

TEST(Decoder, TakesWhatClientsOfAllLevelsMake) {
    const auto bytes = worktree(500).SerializeAsString();
    Decoder decoder;
    for (const int level : {-7, 1, 4, 19}) {
        const auto frame = streamed(bytes, level);
        const auto got = decoder.decode(as_bytes(frame));
        ASSERT_TRUE(got.ok());
        EXPECT_EQ(as_text(*got), bytes);
    }
}

TEST(Decoder, RefusesGarbageTruncationAndAnEmptyMessage) {
    Decoder decoder;
    const auto whole = streamed(worktree(500).SerializeAsString());
    EXPECT_EQ(decoder.decode(as_bytes("this is not zstd")).error().code, ErrorCode::invalid);
    EXPECT_EQ(decoder.decode(as_bytes("")).error().code, ErrorCode::invalid);
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
        const auto got =
            decoder.decode(as_bytes(std::string_view(whole).substr(0, whole.size() - cut)));
        ASSERT_FALSE(got.ok()) << cut;
    }
    EXPECT_TRUE(decoder.decode(as_bytes(whole)).ok());
}

TEST(Decoder, StopsABombAtTheLimitAndKeepsItsHead) {
    Decoder decoder(1 << 20);
    proto::Envelope envelope;
    envelope.set_id(77);
    envelope.set_responding_to(0);
    envelope.mutable_error()->set_message(std::string(64 << 20, ' '));
    const auto bomb = streamed(envelope.SerializeAsString());
    EXPECT_LT(bomb.size(), 20'000u);
    EXPECT_EQ(decoder.decode(as_bytes(bomb)).error().code, ErrorCode::unsupported);
    EXPECT_EQ(peek_head(decoder.head()).id, 77u);
    EXPECT_EQ(peek_head(decoder.head()).responding_to, 0u);
}

// What a message of blanks of this size looks like on the wire.
std::string blanks(std::uint64_t size, bool declared) {
    auto* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, declared ? 1 : 0);
    ZSTD_CCtx_setPledgedSrcSize(context, size);
    const std::string chunk(1 << 20, ' ');
    std::string out(1 << 20, '\0');
    ZSTD_outBuffer buffer{out.data(), out.size(), 0};
    for (std::uint64_t done = 0; done < size; done += chunk.size()) {
        ZSTD_inBuffer in{chunk.data(), chunk.size(), 0};
        const auto mode = done + chunk.size() >= size ? ZSTD_e_end : ZSTD_e_continue;
        while (ZSTD_compressStream2(context, &buffer, &in, mode) != 0 || in.pos < in.size) {
            if (mode == ZSTD_e_continue && in.pos == in.size) break;
        }
    }
    ZSTD_freeCCtx(context);
    out.resize(buffer.pos);
    return out;
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * 4096;
}

TEST(Decoder, UsesNoMemoryForABomb) {
    for (const bool declared : {false, true}) {
        const auto bomb = blanks(std::uint64_t{1} << 30, declared);
        ASSERT_LT(bomb.size(), 200'000u);
        Decoder decoder;
        const auto before = resident_bytes();
        EXPECT_EQ(decoder.decode(as_bytes(bomb)).error().code, ErrorCode::unsupported);
        EXPECT_LT(resident_bytes(), before + (std::size_t{16} << 20));
    }
}

TEST(Decoder, TakesAMessageOfExactlyTheLimitAndNoneThatIsLonger) {
    Decoder decoder(std::size_t{4} << 20);
    for (const bool declared : {false, true}) {
        const auto fits = blanks(std::uint64_t{4} << 20, declared);
        const auto got = decoder.decode(as_bytes(fits));
        ASSERT_TRUE(got.ok());
        EXPECT_EQ(as_text(*got), std::string(std::size_t{4} << 20, ' '));
        EXPECT_EQ(decoder.decode(as_bytes(fits + *pack(as_bytes("x")))).error().code,
                  ErrorCode::unsupported);
    }
}

TEST(Decoder, TakesWhatIsShorterThanItsBlocksCouldBe) {
    // Flushed after every few bytes: many small blocks, of which each might hold 128 KiB.
    auto* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    std::string out(1 << 20, '\0');
    std::string bytes;
    ZSTD_outBuffer buffer{out.data(), out.size(), 0};
    for (int i = 0; i < 1000; ++i) {
        const std::string text = std::string(300, static_cast<char>('a' + i % 20)) + "abcabcabc";
        bytes += text;
        ZSTD_inBuffer in{text.data(), text.size(), 0};
        const auto mode = i == 999 ? ZSTD_e_end : ZSTD_e_flush;
        while (ZSTD_compressStream2(context, &buffer, &in, mode) != 0) {
        }
    }
    ZSTD_freeCCtx(context);
    out.resize(buffer.pos);
    Decoder decoder(1 << 20);
    const auto got = decoder.decode(as_bytes(out));
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(as_text(*got), bytes);
}

TEST(Decoder, RefusesMoreFramesThanAnybodyNeeds) {
    Decoder decoder;
    std::string frames;
    for (int i = 0; i < kMaxZstdFrames; ++i) frames += *pack(as_bytes("x"));
    EXPECT_TRUE(decoder.decode(as_bytes(frames)).ok());
    frames += *pack(as_bytes("x"));
    EXPECT_EQ(decoder.decode(as_bytes(frames)).error().code, ErrorCode::too_many);
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += *pack(as_bytes(""));
    EXPECT_EQ(decoder.decode(as_bytes(many)).error().code, ErrorCode::too_many);
}

TEST(Decoder, RefusesHeadersThatClaimTooMuchWithoutAllocating) {
    Decoder decoder;
    // A window of 2^31 bytes, and a content size of 2^60.
    const std::string window("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
    const std::string size("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x00\x00\x10\x01\x00\x00", 16);
    EXPECT_FALSE(decoder.decode(as_bytes(window)).ok());
    EXPECT_FALSE(decoder.decode(as_bytes(size)).ok());
}

TEST(Peek, FindsWhatTheRouterNeeds) {
    proto::Envelope envelope;
    envelope.set_id(5);
    envelope.set_responding_to(0);
    envelope.mutable_ack();
    const auto bytes = envelope.SerializeAsString();
    const auto peeked = peek(as_bytes(bytes));
    ASSERT_TRUE(peeked.ok());
    EXPECT_EQ(peeked->id, 5u);
    EXPECT_EQ(peeked->responding_to, 0u);
    EXPECT_EQ(peeked->tag, tag_of<proto::Ack>());
    EXPECT_TRUE(peeked->relayable);
}

TEST(Peek, LetsNothingBeRelayedThatCouldFoolAReceiver) {
    const auto relayable = [](const std::string& bytes) {
        const auto peeked = peek(as_bytes(bytes));
        return peeked.ok() && peeked->relayable;
    };
    std::string plain;
    put_varint_field(plain, 1, 5);
    put_bytes_field(plain, 7, "");
    EXPECT_TRUE(relayable(plain));
    std::string second_id = plain;
    put_varint_field(second_id, 1, 6);
    std::string second_payload = plain;
    put_bytes_field(second_payload, 7, "");
    std::string sender = plain;
    put_bytes_field(sender, 3, "");
    std::string ack = plain;
    put_varint_field(ack, 266, 1);
    for (const auto& bytes : {second_id, second_payload, sender, ack})
        EXPECT_FALSE(relayable(bytes));
}

TEST(Peek, RefusesAnEnvelopeOfMillionsOfFields) {
    std::string fields;
    for (int i = 0; i < 1'000'000; ++i) put_varint_field(fields, 1, 1);
    EXPECT_FALSE(peek(as_bytes(fields)).ok());
}

TEST(Peek, RefusesMalformedEnvelopes) {
    for (const auto& bytes : {std::string("\x08", 1), std::string("\x00\x01", 2),
                              std::string("\x3a\x05\x01", 3), std::string("\x0b", 1),
                              std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11)}) {
        EXPECT_FALSE(peek(as_bytes(bytes)).ok());
    }
}

}  // namespace
}  // namespace collab::wire
