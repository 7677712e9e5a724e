// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/open_notes.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "areas/notes/note_operations.h"
#include "rpc/writer.h"

namespace collab::notes {
namespace {

// What may be held for the connections of one user (decisions 10).
constexpr std::size_t kMaxHeldOperations = 1'000;
constexpr std::size_t kMaxHeldBytes = std::size_t{1} << 20;

// Of a note whose buffer is ahead of its rows; no row has it.
constexpr std::int64_t kNoStamp = -1;

Error damage(text::Lamport at, const Error& cause) {
    return Error{ErrorCode::conflict,
                 "these notes are damaged and closed: stored operation " +
                     std::to_string(at.value) + " of replica " + std::to_string(at.replica) + ": " +
                     cause.message,
                 {"reason=damaged_notes", "hint=ask the administrator of this server"}};
}

Result<std::vector<text::Operation>> decode_all(const std::vector<StoredOperation>& rows) {
    std::vector<text::Operation> operations;
    operations.reserve(rows.size());
    for (const auto& row : rows) {
        auto decoded = decode_operation(row.value);
        if (!decoded.ok()) return damage(row.at, decoded.error());
        auto parsed = parse_operation(*decoded);
        if (!parsed.ok()) return damage(row.at, parsed.error());
        if (text::timestamp(*parsed) != row.at) {
            return damage(row.at, {ErrorCode::internal, "it is stored under another timestamp"});
        }
        operations.push_back(std::move(parsed).value());
    }
    return operations;
}

}  // namespace

void Present::add(const Collaborator& collaborator, bool may_edit) {
    if (may_edit) editors_.emplace(sender_of(collaborator), collaborator.user);
    replicas_.emplace(collaborator.replica, collaborator.user);
}

const UserId* Present::editor(Sender sender) const {
    const auto found = editors_.find(sender);
    return found == editors_.end() ? nullptr : &found->second;
}

bool Present::counts(text::Lamport at, Sender sender) const {
    const auto editor = editors_.find(sender);
    if (editor == editors_.end()) return false;
    const auto owner = replicas_.find(at.replica);
    return owner == replicas_.end() || owner->second == editor->second;
}

OpenNote::OpenNote(const Note& note, const History& history)
    : epoch_(note.epoch),
      stamp_(note.stamp),
      buffer_(history.base_text),
      operations_(history.operations.size()) {
    auto operations = decode_all(history.operations);
    if (!operations.ok()) {
        damaged_ = std::move(operations).error();
        return;
    }
    const auto delivery = early_rows_.deliver(buffer_, std::move(operations).value(), {});
    if (!delivery.refused.empty()) {
        damaged_ = damage(delivery.refused.front().at, delivery.refused.front().error);
    }
}

void OpenNote::inherit(OpenNote& older) {
    if (older.epoch_ != epoch_) return;
    held_ = std::move(older.held_);
    released_ = std::move(older.released_);
    reserved_ = std::move(older.reserved_);
    replayed_ = true;
}

std::set<Sender> OpenNote::waiting() const {
    std::set<Sender> senders;
    for (const auto& [sender, held] : held_.held()) senders.insert(sender);
    for (const auto& each : released_) senders.insert(each.operation.sender);
    return senders;
}

std::set<std::uint32_t> OpenNote::reserved(const std::vector<Collaborator>& collaborators) const {
    std::set<std::uint32_t> replicas;
    for (const auto& [replica, user] : reserved_) {
        const bool here =
            std::ranges::find(collaborators, user, &Collaborator::user) != collaborators.end();
        if (here) replicas.insert(replica);
    }
    return replicas;
}

Accepted OpenNote::accept(std::vector<text::Operation> batch, Sender sender,
                          const Present& present) {
    ++messages_;
    Accepted accepted;
    forget_uncounted(present);
    redeliver_released(accepted);
    std::set<text::Lamport> fresh;
    for (const auto& operation : batch) fresh.insert(text::timestamp(operation));
    const std::size_t before = accepted.applied.size();
    accepted.met_held =
        before > 0 || std::ranges::any_of(fresh, [&](text::Lamport at) { return held_.holds(at); });
    take(held_.deliver(buffer_, std::move(batch), sender), accepted);
    apply_early_rows(accepted);
    for (std::size_t i = before; i < accepted.applied.size(); ++i) {
        if (fresh.contains(text::timestamp(accepted.applied[i].operation))) continue;
        released_.push_back({accepted.applied[i], messages_});
        accepted.met_held = true;
    }
    if (held_.size() > 0) refuse_hoarder(sender, present, accepted);
    if (!accepted.applied.empty()) stamp_ = kNoStamp;
    return accepted;
}

void OpenNote::take(text::DeferredOperations::Delivery delivery, Accepted& accepted) {
    operations_ += delivery.applied.size();
    std::ranges::move(delivery.applied, std::back_inserter(accepted.applied));
    std::ranges::move(delivery.refused, std::back_inserter(accepted.refused));
}

// Rows of other servers' making may wait for what just came; they are stored already.
void OpenNote::apply_early_rows(Accepted& accepted) {
    while (early_rows_.size() > 0) {
        const auto rows = early_rows_.deliver(buffer_, {}, {});
        if (!rows.refused.empty()) {
            damaged_ = damage(rows.refused.front().at, rows.refused.front().error);
        }
        if (rows.applied.empty()) return;
        take(held_.deliver(buffer_, {}, {}), accepted);
    }
}

void OpenNote::forget_uncounted(const Present& present) {
    held_.drop_if([&](text::Lamport at, Sender sender) { return !present.counts(at, sender); });
    std::erase_if(released_, [&](const Released& each) {
        const auto& item = each.operation;
        return !present.counts(text::timestamp(item.operation), item.sender);
    });
}

// After a rollback what it had released from among the held is held again; what was committed after
// all is a duplicate. At most kMaxBatch messages can be rolled back, so older ones are safe.
void OpenNote::redeliver_released(Accepted& accepted) {
    if (std::exchange(replayed_, false)) {
        for (auto& each : std::exchange(released_, {})) {
            std::vector<text::Operation> one;
            one.push_back(std::move(each.operation.operation));
            take(held_.deliver(buffer_, std::move(one), each.operation.sender), accepted);
        }
        for (const auto& each : accepted.applied) released_.push_back({each, messages_});
    }
    std::erase_if(released_, [&](const Released& each) {
        return each.message + rpc::Writer::kMaxBatch < messages_;
    });
}

void OpenNote::refuse_hoarder(Sender sender, const Present& present, Accepted& accepted) {
    const auto all = held_.held();
    const auto* const user = present.editor(sender);
    if (user == nullptr || !all.contains(sender)) return;
    text::DeferredOperations::Held sum;
    for (const auto& [whose, held] : all) {
        const auto* const other = present.editor(whose);
        if (other == nullptr || *other != *user) continue;
        sum.operations += held.operations;
        sum.bytes += held.bytes;
    }
    if (sum.operations <= kMaxHeldOperations && sum.bytes <= kMaxHeldBytes) return;
    accepted.refused.push_back(
        {{}, sender, {ErrorCode::too_many, "too many operations came before what they need"}});
}

std::shared_ptr<OpenNote> OpenNotes::current(const Note& note) const {
    const auto found = notes_.find(note.id);
    if (found == notes_.end() || !found->second->matches(note)) return nullptr;
    return found->second;
}

void OpenNotes::put(const Note& note, std::shared_ptr<OpenNote> open) const {
    auto& slot = notes_[note.id];
    if (slot) open->inherit(*slot);
    slot = std::move(open);
}

}  // namespace collab::notes
