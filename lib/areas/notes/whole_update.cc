// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/whole_update.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <map>
#include <set>

#include "areas/notes/note_operations.h"

namespace collab::notes {
namespace {

using Fresh = std::map<text::Lamport, const text::Operation*>;

// Beside its Edit or Undo: those who know them may take it for another kind of operation.
bool has_unknown_fields(const proto::Operation& operation) {
    const auto bytes =
        operation.has_edit() ? operation.edit().ByteSizeLong() : operation.undo().ByteSizeLong();
    constexpr std::size_t kTag = 1;
    return operation.ByteSizeLong() !=
           kTag + google::protobuf::io::CodedOutputStream::VarintSize64(bytes) + bytes;
}

// The edits and undos that were applied before. None of them: something cannot be relayed as it is.
std::optional<std::vector<text::Lamport>> repeated(const OpenNote& open,
                                                   const proto::UpdateChannelBuffer& request,
                                                   const Fresh& fresh) {
    std::vector<text::Lamport> repeats;
    for (const auto& each : request.operations()) {
        if (!changes_text(each)) continue;
        const auto operation = parse_operation(each);
        if (!operation.ok()) return {};
        const auto at = text::timestamp(*operation);
        if (const auto found = fresh.find(at); found != fresh.end()) {
            if (*found->second != *operation) return {};
            continue;
        }
        // A receiver that had to wait for something would pass over that replica meanwhile.
        if (!open.buffer().observed(at) || !open.buffer().covers(text::version(*operation)))
            return {};
        repeats.push_back(at);
    }
    return repeats;
}

}  // namespace

Result<bool> is_whole(rpc::Call& call, const Note& note, const OpenNote& open,
                      const proto::UpdateChannelBuffer& request, const Accepted& accepted) {
    if (accepted.applied.empty() || !accepted.refused.empty() || accepted.met_held) return false;
    std::size_t texts = 0;
    for (const auto& each : request.operations()) {
        if (!changes_text(each)) continue;
        if (has_unknown_fields(each)) return false;
        ++texts;
    }
    if (accepted.applied.size() == texts) return true;
    Fresh fresh;
    for (const auto& each : accepted.applied)
        fresh.emplace(text::timestamp(each.operation), &each.operation);
    const auto repeats = repeated(open, request, fresh);
    if (!repeats) return false;
    if (repeats->empty()) return true;
    COLLAB_TRY(const auto stored, list_stored(call.tx, note, *repeats));
    return std::ranges::all_of(*repeats, [&](text::Lamport at) { return stored.contains(at); });
}

}  // namespace collab::notes
