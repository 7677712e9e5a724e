// SPDX-License-Identifier: Apache-2.0
#include "bench/edits.h"

#include "bench/relay.h"

namespace collab::bench {
namespace {

// Between 200 and 300 bytes, and no two alike.
std::string edit_payload(std::uint64_t project, std::uint64_t number) {
    proto::UpdateBuffer update;
    update.set_project_id(project);
    update.set_buffer_id(1);
    auto& edit = *update.add_operations()->mutable_edit();
    edit.set_lamport_timestamp(static_cast<std::uint32_t>(number) + 1000);
    for (std::uint32_t replica = 0; replica < 4; ++replica) {
        auto& entry = *edit.add_version();
        entry.set_replica_id(replica);
        entry.set_timestamp(static_cast<std::uint32_t>(number) + 17 * replica);
    }
    auto& range = *edit.add_ranges();
    range.set_start(number * 3);
    range.set_end(number * 3 + 2);
    edit.add_new_text("fn step_" + std::to_string(number) +
                      "(state: &mut State, input: &[Token]) -> Result<Outcome, ParseError> {\n"
                      "    let window = input.windows(2).filter(|pair| pair[0] != pair[1]);\n" +
                      "    state.merge(window, " + std::to_string(number * 2654435761U) + ")\n}\n");
    return update.SerializeAsString();
}

}  // namespace

Edits::Edits(Poller& poller, Client& sender, std::vector<Client*> receivers, std::uint64_t project,
             bool through_server)
    : poller_(poller),
      sender_(sender),
      receivers_(std::move(receivers)),
      project_(project),
      through_server_(through_server),
      next_(receivers_.size(), 0) {
    sender_.on_frame = [](wire::Bytes) {};
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        receivers_[i]->on_frame = [this, i](wire::Bytes frame) { receive(i, frame); };
    }
}

Edits::~Edits() {
    sender_.on_frame = nullptr;
    for (auto* receiver : receivers_) receiver->on_frame = nullptr;
}

void Edits::post(Instant due) {
    auto& edit = edits_[sent_ % kRemembered];
    const auto id = sender_.next_id();
    edit.due = due;
    edit.payload = edit_payload(project_, sent_);
    std::string envelope;
    wire::put_varint_field(envelope, 1, id);
    wire::put_bytes_field(envelope, wire::tag_of<proto::UpdateBuffer>(), edit.payload);
    edit.body = compress_anew(envelope);
    ++sent_;
    if (through_server_) return sender_.post_frame(edit.body);
    const auto tail = wire::Tail::forwarded(id, PeerId{1, 1});
    sender_.post_frame(edit.body + std::string(wire::as_text(tail.bytes())));
}

// Our server hands on the body and appends a tail; who encodes anew must say the same.
bool Edits::is(const Edit& edit, wire::Bytes frame) {
    const auto text = wire::as_text(frame);
    if (text.starts_with(edit.body) && text.size() <= edit.body.size() + wire::Tail::kMaxTail) {
        return true;
    }
    const auto message = parse(decoder_, frame);
    if (message.tag != wire::tag_of<proto::UpdateBuffer>()) return false;
    if (wire::as_text(message.payload) != edit.payload) die("an edit arrived damaged or misplaced");
    return true;
}

void Edits::answer(Client& host, wire::Bytes frame) {
    host.post(wire::tag_of<proto::Ack>(), {}, parse(decoder_, frame).id);
    host.flush();
}

void Edits::receive(std::size_t receiver, wire::Bytes frame) {
    auto& next = next_[receiver];
    const auto& edit = edits_[next % kRemembered];
    if (next >= sent_) return;
    if (!is(edit, frame)) return;
    if (receivers_[receiver] == answering_) answer(*answering_, frame);
    if (latencies_ != nullptr) latencies_->push_back(microseconds(edit.due, now()));
    ++next;
    ++delivered_;
}

void Edits::wait_for_all() {
    const auto start = now();
    while (delivered_ < sent_ * receivers_.size()) {
        poller_.turn(0);
        if (microseconds(start, now()) > 10e6) {
            die("edits got lost: " + std::to_string(delivered_) + " of " +
                std::to_string(sent_ * receivers_.size()) + " arrived");
        }
    }
}

double Edits::load(Flow flow, double seconds, pid_t process) {
    const double cpu = cpu_time(process);
    const auto before = delivered_;
    const auto start = now();
    const auto count = receivers_.size();
    const auto room = static_cast<std::uint64_t>(flow.window - flow.batch);
    while (microseconds(start, now()) < seconds * 1e6) {
        if (sent_ * count <= delivered_ + room * count) {
            for (int i = 0; i < flow.batch; ++i) post(start);
            sender_.flush();
        }
        poller_.turn(0);
    }
    wait_for_all();
    return (cpu_time(process) - cpu) / static_cast<double>(delivered_ - before);
}

std::vector<double> Edits::pace(int count, double interval) {
    std::vector<double> latencies;
    latencies.reserve(static_cast<std::size_t>(count) * receivers_.size());
    latencies_ = &latencies;
    const auto step = std::chrono::duration_cast<Instant::duration>(
        std::chrono::duration<double, std::micro>(interval));
    auto due = now();
    for (int i = 0; i < count; ++i, due += step) {
        while (now() < due) poller_.turn(0);
        post(due);
        sender_.flush();
    }
    wait_for_all();
    latencies_ = nullptr;
    return latencies;
}

}  // namespace collab::bench
