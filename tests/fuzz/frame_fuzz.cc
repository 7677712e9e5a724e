// SPDX-License-Identifier: Apache-2.0
// Whatever a websocket may carry: zstd frames, then the peek at the envelope.
#include "proto/envelope.pb.h"
#include "wire/frame.h"
#include "wire/peek.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static collab::wire::Decoder decoder(1 << 20);
    const collab::wire::Bytes input(data, size);
    const auto plain = collab::wire::peek(input);
    const auto envelope = decoder.decode(input);
    if (!envelope.ok()) (void)collab::wire::peek_head(decoder.head());
    if (envelope.ok()) (void)collab::wire::peek(*envelope);
    // What the peek takes for one clean payload, protobuf must read the same way.
    collab::proto::Envelope parsed;
    if (plain.ok() && plain->relayable && parsed.ParseFromArray(data, static_cast<int>(size))) {
        COLLAB_ASSERT(parsed.id() == plain->id);
        COLLAB_ASSERT(!parsed.has_original_sender_id());
    }
    return 0;
}
