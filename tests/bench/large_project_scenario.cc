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

// Joins over and over. Frames are only counted while it is measured: decoding 100,000 entries on
// the processor that measures would be what is measured.
class Joiner {
public:
    Joiner(Poller& poller, Client& client, std::uint64_t project)
        : poller_(poller), client_(client) {
        join_.set_project_id(project);
        leave_.set_project_id(project);
    }

    // The first time, decoded and counted. Ends the measurement unless every entry comes.
    void join_and_check() {
        int entries = 0;
        bool last = false;
        wire::Decoder decoder;
        client_.on_frame = [&](wire::Bytes frame) {
            const auto message = parse(decoder, frame);
            chunks_ += frame.size() >= kChunkBytes ? 1 : 0;
            if (message.tag != wire::tag_of<proto::UpdateWorktree>()) return;
            proto::UpdateWorktree update;
            update.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()));
            entries += update.updated_entries_size();
            last = update.is_last_update();
        };
        client_.send(join_);
        poller_.until([&] { return last; }, "the last chunk of the project");
        client_.on_frame = nullptr;
        if (entries != kEntries) die("a joiner got " + std::to_string(entries) + " entries");
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
    void forget_times() { times_.clear(); }

private:
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
    joiner.join_and_check();
    joiner.start();
    site.poller.until([&] { return joiner.times().size() >= kJoins; }, "somebody who joins");
    joiner.stop_after_this_one();
    site.poller.until([&] { return joiner.stopped(); }, "somebody who joins");
    const double join = median(joiner.times()) / 1000;
    report.add({"join of 100,000 entries, to the last byte",
                figure(join, "ms"),
                "",
                {},
                "100 ms",
                join <= 100});

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
