// SPDX-License-Identifier: Apache-2.0
// How long the text of channel notes takes (decisions 39). Three people write into one note, at
// random places or on from where they were, and hear of each other up to 20 operations late.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>

#include "text/text_buffer.h"
#include "text/text_snapshot.h"

namespace collab::text {
namespace {

constexpr std::size_t kLongNote = 200'000;
constexpr std::size_t kMostLate = 20;

// Makes operations without a model of the text: all offsets are full offsets of what the author
// had seen, whose length it can count. Every tenth operation undoes one of the author's last.
class Writers {
public:
    explicit Writers(std::uint64_t seed) : random_(seed) {}

    Operation next() {
        const std::size_t who = random_() % 3;
        Writer& writer = writers_[who];
        hear(writer, random_() % kMostLate);
        const Lamport at{++writer.clock, static_cast<std::uint16_t>(8 + who)};
        const bool undo = random_() % 10 == 0 && writer.last_edit.value != 0;
        const std::uint64_t grown = undo ? 0 : kText.size();
        Operation operation;
        if (undo) {
            operation = Undo{at, writer.version, {{writer.last_edit, ++writer.count}}};
        } else {
            operation = edit(writer, at);
            writer.last_edit = at;
            writer.count = 0;
        }
        writer.version.observe(at);
        writer.length += grown;
        log_.push_back({at, grown});
        return operation;
    }

private:
    static constexpr std::string_view kText = "word";

    struct Writer {
        Version version;
        std::size_t heard = 0;
        std::uint64_t length = 0;
        std::uint64_t place = 0;
        std::uint32_t clock = 0;
        Lamport last_edit;
        std::uint32_t count = 0;
    };
    struct Entry {
        Lamport at;
        std::uint64_t grown;
    };

    void hear(Writer& writer, std::size_t late) {
        for (; writer.heard + late < log_.size(); ++writer.heard) {
            const Entry& entry = log_[writer.heard];
            if (writer.version.observed(entry.at)) continue;
            writer.version.observe(entry.at);
            writer.length += entry.grown;
            writer.clock = std::max(writer.clock, entry.at.value);
        }
    }

    Edit edit(Writer& writer, Lamport at) {
        writer.place += kText.size();
        if (random_() % 4 == 0) writer.place = random_();
        writer.place %= writer.length + 1;
        std::uint64_t end = writer.place;
        if (random_() % 3 == 0) end = std::min(writer.length, end + random_() % 9);
        return {at, writer.version, {{writer.place, end}}, {std::string(kText)}};
    }

    std::mt19937_64 random_;
    Writer writers_[3];
    std::vector<Entry> log_;
};

struct Note {
    std::vector<Operation> history;
    std::vector<Operation> more;  // what comes after it
};

const Note& note(std::size_t length) {
    static std::map<std::size_t, Note> notes;
    Note& note = notes[length];
    if (!note.history.empty()) return note;
    Writers writers(length);
    for (std::size_t i = 0; i < length; ++i) note.history.push_back(writers.next());
    for (std::size_t i = 0; i < 20'000; ++i) note.more.push_back(writers.next());
    return note;
}

std::unique_ptr<TextBuffer> replay(benchmark::State& state, const Note& note) {
    auto buffer = std::make_unique<TextBuffer>("");
    for (const Operation& operation : note.history) {
        const auto outcome = buffer->apply(operation);
        if (outcome.ok() && *outcome == Outcome::applied) continue;
        state.SkipWithError("the history does not apply");
        break;
    }
    return buffer;
}

// Goal: at most 20 us for one operation at any length of the note.
void apply_one(benchmark::State& state) {
    const Note& long_note = note(static_cast<std::size_t>(state.range(0)));
    auto buffer = replay(state, long_note);
    std::size_t next = 0;
    for (auto each : state) {
        if (next == long_note.more.size()) {
            state.PauseTiming();
            buffer = replay(state, long_note);
            next = 0;
            state.ResumeTiming();
        }
        benchmark::DoNotOptimize(buffer->apply(long_note.more[next++]));
    }
    state.counters["fragments"] = static_cast<double>(buffer->fragments().size());
}
BENCHMARK(apply_one)->Arg(1'000)->Arg(20'000)->Arg(kLongNote)->Iterations(20'000);

// Goal: at most 1 s for a note of 200,000 operations.
void snapshot_of_a_long_note(benchmark::State& state) {
    const Note& long_note = note(kLongNote);
    for (auto each : state) benchmark::DoNotOptimize(snapshot("", long_note.history).text.size());
}
BENCHMARK(snapshot_of_a_long_note)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace collab::text
