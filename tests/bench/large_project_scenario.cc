// SPDX-License-Identifier: Apache-2.0
// A project of 100,000 entries: shared, joined, and edited by others while somebody joins.
#include "bench/edits.h"
#include "bench/party.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr int kEntries = 100'000;
constexpr int kJoins = 7;
constexpr double kEditEvery = 2'000;  // us
constexpr int kEdits = 600;
// Chunks of a worktree are larger, edits and answers smaller.
constexpr std::size_t kChunkBytes = 1000;
// A project is all there when nothing has come for so long (us).
constexpr double kQuietAfter = 500e3;

// Joins over and over. Frames are only counted while it is measured: decoding 100,000 entries on
// the processor that measures would be what is measured.
class Joiner {
public:
    Joiner(Poller& poller, Client& client, std::uint64_t project)
        : poller_(poller), client_(client) {
        join_.set_project_id(project);
        leave_.set_project_id(project);
    }

    // Joins, and decodes what came after all is there. Returns the microseconds to the last byte.
    // Ends the measurement unless every entry comes.
    double join_and_check() {
        std::vector<std::pair<Instant, std::string>> frames;
        client_.on_frame = [&](wire::Bytes frame) {
            frames.emplace_back(now(), wire::as_text(frame));
        };
        client_.send(leave_);
        const auto start = now();
        client_.send(join_);
        poller_.until(
            [&] {
                return !frames.empty() && microseconds(frames.back().first, now()) > kQuietAfter;
            },
            "a project");
        client_.on_frame = nullptr;
        int entries = 0;
        double time = 0;
        for (const auto& [at, frame] : frames) {
            const auto update = worktree_update(frame);
            entries += update.updated_entries_size();
            if (update.is_last_update()) time = microseconds(start, at);
            chunks_ += frame.size() >= kChunkBytes ? 1 : 0;
        }
        if (entries != kEntries) die("a joiner got " + std::to_string(entries) + " entries");
        return time;
    }

    void start() {
        seen_ = 0;
        client_.on_frame = [this](wire::Bytes frame) {
            if (frame.size() >= kChunkBytes && ++seen_ == chunks_) arrived();
        };
        again();
    }
    void stop_after_this_one() { stop_ = true; }
    bool stopped() const { return stopped_; }
    const std::vector<double>& times() const { return times_; }

private:
    // The message if it is one, else an empty one. Parsed whole, as clients do: an entry list and
    // its header may come as two payloads.
    proto::UpdateWorktree worktree_update(const std::string& frame) {
        const auto bytes = decoder_.decode(wire::as_bytes(frame));
        proto::Envelope envelope;
        if (!bytes.ok() ||
            !envelope.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
            die("a joiner got a frame that cannot be read");
        }
        return envelope.has_update_worktree() ? envelope.update_worktree()
                                              : proto::UpdateWorktree();
    }
    void again() {
        stopped_ = false;
        seen_ = 0;
        client_.send(leave_);
        started_ = now();
        client_.send(join_);
    }
    void arrived() {
        times_.push_back(microseconds(started_, now()));
        stopped_ = stop_;
        if (!stop_) again();
    }

    Poller& poller_;
    Client& client_;
    wire::Decoder decoder_;
    proto::JoinProject join_;
    proto::LeaveProject leave_;
    int chunks_ = 0;
    int seen_ = 0;
    bool stop_ = false;
    bool stopped_ = false;
    Instant started_;
    std::vector<double> times_;
};

}  // namespace

void measure_large_project(const std::filesystem::path& server, Report& report) {
    Site site(server, 4);
    auto party = make_party(site.poller, site.server->port(), site.users);
    const auto start = now();
    send_worktree(party, kEntries);
    const double share = microseconds(start, now()) / 1e6;
    report.add({"share of 100,000 entries, to the last answer",
                figure(share, "s"),
                "",
                {},
                "0.6 s",
                share <= 0.6});

    Joiner joiner(site.poller, party.guest(2), party.project);
    const double first = joiner.join_and_check() / 1000;
    joiner.start();
    site.poller.until([&] { return joiner.times().size() >= kJoins; }, "somebody who joins");
    joiner.stop_after_this_one();
    site.poller.until([&] { return joiner.stopped(); }, "somebody who joins");
    const double join = median(joiner.times()) / 1000;
    report.add({"join of 100,000 entries, the first one, to the last byte",
                figure(first, "ms"),
                "later ones " + figure(join, "ms"),
                {},
                "100 ms",
                first <= 100});

    Edits edits(site.poller, party.guest(0), {&party.guest(1), &party.host()}, party.project, true);
    edits.answered_by(party.host());
    const double before = percentile(edits.pace(kEdits, kEditEvery), 0.99);
    Joiner during(site.poller, party.guest(2), party.project);
    during.join_and_check();
    during.start();
    const double while_joining = percentile(edits.pace(kEdits, kEditEvery), 0.99);
    during.stop_after_this_one();
    site.poller.until([&] { return during.stopped(); }, "somebody who joins");
    report.add({"edits of others while somebody joins (" + std::to_string(during.times().size()) +
                    " joins in a row), p99",
                figure(while_joining, "us"), "before " + figure(before, "us"),
                while_joining / before, "2x", while_joining <= 2 * before});
}

}  // namespace collab::bench
