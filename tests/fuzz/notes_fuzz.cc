// SPDX-License-Identifier: Apache-2.0
// Any operations into open notes: those that are accepted can be stored, loaded and replayed, and
// give the same text then. Also any bytes as a stored operation. Input: an UpdateChannelBuffer
// whose channel_id says how many of its operations come at a time.
#include <algorithm>

#include "areas/notes/note_operations.h"
#include "areas/notes/open_notes.h"
#include "proto/notes.pb.h"

namespace {

using namespace collab;

constexpr std::string_view kBaseText = "caf\xc3\xa9\nbase text\n";
const notes::Collaborator kAuthor{{1, 1}, UserId{1}, 8, false, 1};

void load_as_stored(std::string_view bytes) {
    const notes::History history{std::string(kBaseText), {{{7, 8}, std::string(bytes)}}};
    const notes::OpenNote note({}, history);
    COLLAB_ASSERT(note.damaged() || note.has_operations());
}

void accept(notes::OpenNote& note, std::vector<text::Operation> batch,
            std::vector<notes::StoredOperation>& rows) {
    notes::Present present;
    present.add(kAuthor, true);
    for (const auto& each :
         note.accept(std::move(batch), notes::sender_of(kAuthor), present).applied) {
        rows.push_back({text::timestamp(each.operation), notes::encode_operation(each.operation)});
    }
}

void write(const proto::UpdateChannelBuffer& update) {
    notes::OpenNote note({}, {std::string(kBaseText), {}});
    std::vector<notes::StoredOperation> rows;
    std::vector<text::Operation> batch;
    for (const auto& each : update.operations()) {
        if (!notes::changes_text(each)) continue;
        auto operation = notes::parse_operation(each);
        if (!operation.ok()) continue;
        batch.push_back(std::move(operation).value());
        if (batch.size() > update.channel_id() % 4) accept(note, std::exchange(batch, {}), rows);
    }
    accept(note, std::move(batch), rows);
    COLLAB_ASSERT(!note.damaged());
    std::ranges::sort(rows, {}, &notes::StoredOperation::at);
    const notes::OpenNote loaded({}, {std::string(kBaseText), rows});
    COLLAB_ASSERT(!loaded.damaged() && !loaded.has_early_rows());
    COLLAB_ASSERT(loaded.buffer().text() == note.buffer().text());
    COLLAB_ASSERT(loaded.buffer().version() == note.buffer().version());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    load_as_stored({reinterpret_cast<const char*>(data), size});
    proto::UpdateChannelBuffer update;
    if (update.ParseFromArray(data, static_cast<int>(size))) write(update);
    return 0;
}
