// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/leaving.h"

#include "areas/notes/note_messages.h"
#include "base/log.h"

namespace collab::notes {
namespace {

// PostgreSQL stores no NUL in a text.
std::string storable(std::string text) {
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
        text.replace(at, 1, kReplacement);
    }
    return text;
}

Status collapse(rpc::Call& call, Note note) {
    COLLAB_TRY(const auto open, open_note(call, note));
    call.services.get<OpenNotes>().close(note);
    if (open->damaged()) {
        log(LogLevel::error, open->damaged()->message);
        return ok();
    }
    if (!open->has_operations()) return ok();
    if (open->has_early_rows()) {
        log(LogLevel::warning, "notes of channel " + std::to_string(note.channel.value) +
                                   ": operations whose predecessors never came are left out");
    }
    ++note.epoch;
    note.stamp = new_stamp(call);
    COLLAB_DO(insert_snapshot(call.tx, note.id, note.epoch, storable(open->buffer().text())));
    return update_note(call.tx, note);
}

}  // namespace

Result<std::shared_ptr<OpenNote>> open_note(rpc::Call& call, const Note& note) {
    const auto& notes = call.services.get<OpenNotes>();
    if (auto open = notes.current(note)) return open;
    COLLAB_TRY(const auto history, load_history(call.tx, note));
    auto open = std::make_shared<OpenNote>(note, history);
    notes.put(note, open);
    return open;
}

std::int64_t new_stamp(rpc::Call& call) {
    std::uint64_t number = 0;
    call.random.fill(&number, sizeof number);
    return static_cast<std::int64_t>(number >> 2);
}

Status finish_leaving(rpc::Call& call, ChannelId channel, const std::optional<Note>& note) {
    COLLAB_TRY(const auto remaining, list_collaborators(call.tx, channel));
    if (remaining.empty()) return note ? collapse(call, *note) : ok();
    post_collaborators(call.outbox, channel, remaining);
    return ok();
}

}  // namespace collab::notes
