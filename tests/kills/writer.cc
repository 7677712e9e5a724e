// SPDX-License-Identifier: Apache-2.0
#include "kills/writer.h"

#include <algorithm>

#include "areas/notes/note_operations.h"
#include "bench/server_process.h"

namespace collab::kills {
namespace {

constexpr std::size_t kMostUnknown = 200;  // of one note

template <class M>
M parsed(const bench::Message& message) {
    M result;
    if (!result.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()))) {
        bench::die("got a message that cannot be read");
    }
    return result;
}

}  // namespace

Writer::Writer(std::int64_t user, std::uint64_t seed, Acknowledge acknowledge)
    : user_(user), random_(seed), acknowledge_(std::move(acknowledge)) {}

void Writer::connect(bench::Poller& poller, std::uint16_t port,
                     const std::vector<std::uint64_t>& channels) {
    client_ =
        std::make_unique<bench::Client>(poller, port, bench::ServerProcess::authorization(user_));
    poller.until([&] { return client_->peer().has_value() || client_->closed(); }, "Hello");
    if (client_->closed()) bench::die("not let in: " + client_->refusal());
    for (const auto channel : channels) {
        if (find(channel) != nullptr) continue;
        notes_.push_back(std::make_unique<Note>());
        notes_.back()->channel = channel;
    }
    rejoin();
    client_->on_message = [this](const bench::Message& message) { on_message(message); };
    for (auto& note : notes_) {
        if (!note->author) open(*note);
    }
}

void Writer::disconnect() {
    client_.reset();
    fences_.clear();
    for (auto& note : notes_) note->opening.reset();
}

void Writer::rejoin() {
    proto::RejoinChannelBuffers request;
    for (const auto& note : notes_) {
        if (!note->author) continue;
        auto& buffer = *request.add_buffers();
        buffer.set_channel_id(note->channel);
        buffer.set_epoch(note->epoch);
        notes::put_version(note->author->version(), buffer.mutable_version());
    }
    if (request.buffers().empty()) return;
    const auto answer = client_->request<proto::RejoinChannelBuffersResponse>(request);
    std::vector<std::unique_ptr<bench::NoteAuthor>> before;
    for (auto& note : notes_) before.push_back(std::move(note->author));
    for (const auto& buffer : answer.buffers()) {
        const auto at = std::ranges::find(notes_, buffer.channel_id(),
                                          [](const auto& note) { return note->channel; });
        if (at == notes_.end()) bench::die("came back to notes that were not open");
        (*at)->author = std::move(before[static_cast<std::size_t>(at - notes_.begin())]);
        rejoined(**at, buffer);
    }
    for (auto& note : notes_) {
        if (!note->author) note->unknown.clear();
    }
}

void Writer::rejoined(Note& note, const proto::RejoinedChannelBuffer& answer) {
    for (const auto& operation : answer.operations()) note.author->hear(operation);
    const auto stored = notes::parse_version(answer.version());
    std::vector<proto::Operation> again;
    std::deque<Written> unknown;
    for (auto& each : std::exchange(note.unknown, {})) {
        if (stored->observed({each.key.lamport, static_cast<std::uint16_t>(each.key.replica)})) {
            acknowledge_(std::move(each));
            continue;
        }
        again.push_back(each.operation);
        unknown.push_back(std::move(each));
    }
    note.unknown = std::move(unknown);
    send(note, again);
}

void Writer::on_message(const bench::Message& message) {
    if (message.responding_to) return on_answer(message);
    if (message.tag == wire::tag_of<proto::UpdateChannelBuffer>()) hear(message);
}

void Writer::hear(const bench::Message& message) {
    const auto update = parsed<proto::UpdateChannelBuffer>(message);
    auto* note = find(update.channel_id());
    if (note == nullptr || !note->author) return;
    for (const auto& operation : update.operations()) {
        note->author->hear(operation);
        // Nobody sees what is not on disk.
        acknowledge_({key_of(note->channel, note->epoch, operation), operation});
    }
}

void Writer::on_answer(const bench::Message& message) {
    if (message.tag == wire::tag_of<proto::Error>()) {
        bench::die("refused: " + parsed<proto::Error>(message).message());
    }
    for (auto& note : notes_) {
        if (note->opening != message.responding_to) continue;
        return opened(*note, parsed<proto::JoinChannelBufferResponse>(message));
    }
    if (fences_.empty() || fences_.front().id != message.responding_to) return;
    const auto fence = std::move(fences_.front());
    fences_.pop_front();
    for (const auto& [channel, last] : fence.last) acknowledge_up_to(*find(channel), last);
}

void Writer::opened(Note& note, const proto::JoinChannelBufferResponse& answer) {
    note.opening.reset();
    note.epoch = answer.epoch();
    note.author = std::make_unique<bench::NoteAuthor>(answer, random_());
    note.unknown.clear();
    for (const auto& operation : answer.operations()) {
        acknowledge_({key_of(note.channel, note.epoch, operation), operation});
    }
}

void Writer::acknowledge_up_to(Note& note, const OperationKey& last) {
    while (!note.unknown.empty()) {
        const auto& key = note.unknown.front().key;
        if (key.epoch != last.epoch || key.replica != last.replica || key > last) return;
        acknowledge_(std::move(note.unknown.front()));
        note.unknown.pop_front();
    }
}

void Writer::act() {
    auto& note = *notes_[random_() % notes_.size()];
    const auto dice = random_() % 200;
    if (dice < 30) return ping();
    if (!note.author) {
        if (!note.opening && dice < 50) open(note);
        return;
    }
    if (dice < 34) return close(note);  // now and then all have: the next epoch
    if (note.unknown.size() > kMostUnknown) return;
    write(note, dice < 180 ? 1 + random_() % 2 : 20);
}

void Writer::write(Note& note, std::size_t operations) {
    std::vector<proto::Operation> written;
    while (operations-- > 0) {
        written.push_back(note.author->write());
        note.unknown.push_back({key_of(note.channel, note.epoch, written.back()), written.back()});
    }
    send(note, written);
}

void Writer::send(const Note& note, const std::vector<proto::Operation>& operations) {
    proto::UpdateChannelBuffer update;
    update.set_channel_id(note.channel);
    for (const auto& each : operations) *update.add_operations() = each;
    client_->send(update);
}

void Writer::open(Note& note) {
    proto::JoinChannelBuffer join;
    join.set_channel_id(note.channel);
    note.opening = client_->send(join);
}

// What is on its way counts no more: its fence would come to nothing.
void Writer::close(Note& note) {
    proto::LeaveChannelBuffer leave;
    leave.set_channel_id(note.channel);
    client_->send(leave);
    note.author.reset();
    note.unknown.clear();
}

void Writer::ping() {
    std::vector<std::pair<std::uint64_t, OperationKey>> last;
    for (const auto& note : notes_) {
        if (!note->unknown.empty()) last.emplace_back(note->channel, note->unknown.back().key);
    }
    fences_.push_back({client_->send(proto::Ping()), std::move(last)});
}

Writer::Note* Writer::find(std::uint64_t channel) {
    for (auto& note : notes_) {
        if (note->channel == channel) return note.get();
    }
    return nullptr;
}

}  // namespace collab::kills
