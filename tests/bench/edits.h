// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stream of edits from one editor to others, through the server or through a yardstick; every
// receiver checks that each comes once, in order and unharmed, while it is measured.

#include <array>
#include <string>
#include <vector>

#include "bench/client.h"

namespace collab::bench {

// How messages are kept under way.
struct Flow {
    int window;  // at most so many edits that not everybody has
    int batch;   // sent at once
};
inline constexpr Flow kInFlight = {64, 32};
inline constexpr Flow kOneByOne = {1, 1};

class Edits {
public:
    // `through_server` is false for a yardstick, which hands on what it gets: the edits are then
    // sent in the form in which the server would deliver them. The receivers stay under
    // observation until this is destroyed.
    Edits(Poller& poller, Client& sender, std::vector<Client*> receivers, std::uint64_t project,
          bool through_server);
    ~Edits();
    Edits(const Edits&) = delete;
    Edits& operator=(const Edits&) = delete;

    // Sends for so long and waits until all have arrived. Returns processor time of `process` for
    // one delivery, in microseconds.
    double load(Flow flow, double seconds, pid_t process);
    // The receiver who answers each edit, as a host must answer its guests.
    void answered_by(Client& host) { answering_ = &host; }
    // So many edits, one every `interval` microseconds by the clock, whatever happened to the
    // earlier ones. Microseconds from when it was due to each arrival.
    std::vector<double> pace(int count, double interval);

    std::uint64_t deliveries() const { return delivered_; }

private:
    struct Edit {
        std::string body;     // zstd frames of the envelope
        std::string payload;  // of it
        Instant due;
    };
    static constexpr std::size_t kRemembered = 4096;

    void post(Instant due);
    void receive(std::size_t receiver, wire::Bytes frame);
    bool is(const Edit& edit, wire::Bytes frame);
    void answer(Client& host, wire::Bytes frame);
    void wait_for_all();

    Poller& poller_;
    Client& sender_;
    std::vector<Client*> receivers_;
    std::uint64_t project_;
    bool through_server_;
    Client* answering_ = nullptr;
    std::uint64_t sent_ = 0;
    std::uint64_t delivered_ = 0;
    std::vector<std::uint64_t> next_;  // per receiver
    std::vector<Edit> edits_{kRemembered};
    std::vector<double>* latencies_ = nullptr;
    wire::Decoder decoder_;
};

}  // namespace collab::bench
