// SPDX-License-Identifier: Apache-2.0
#pragma once

// A few people who do what comes to their mind, on servers and a database that fail now and then.
// All of it follows from one seed. When all has come to rest, what everybody knows is compared
// with what the rows say, and the rows with a simple model of the rules.

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "simulation/simulated_person.h"

namespace collab::test {

class Simulation {
public:
    // What people do. A seed means the same schedule only with the same repertoire.
    enum class Repertoire { first, with_chat_and_following, with_late_operations };

    Simulation(std::uint64_t seed, Engine engine, Repertoire repertoire);

    // Several rounds of random actions, each followed by rest and comparison.
    void run();
    // What was done, for the reader of a failure.
    const std::vector<std::string>& log() const { return log_; }

private:
    using Person = SimulatedPerson;

    std::size_t below(std::size_t limit) { return random_() % limit; }
    template <class Container>
    auto pick(const Container& all) {
        return *std::next(all.begin(), static_cast<std::ptrdiff_t>(below(all.size())));
    }
    Person& anybody() { return *people_[below(people_.size())]; }

    void get_acquainted();
    bool seldom(std::size_t rarely);
    void arm_faults();
    void disarm_faults();
    void act();
    std::size_t kinds_of_actions() const;
    void let_pass();
    void befriend_somebody(Person& person);
    void talk(Person& person);
    void go_into_room(Person& person);
    void work_on_project(Person& person);
    void arrange_channels(Person& person);
    void arrange_members(Person& person);
    void write_notes(Person& person);
    void follow_somebody(Person& person);
    void chat(Person& person);
    void doubt_notes();
    bool may_write(const Person& person, std::uint64_t channel);
    void lose_somebody(Person& person);
    void restart_server();

    void come_to_rest();
    void compare();
    void compare_contacts(Person& person);
    void compare_channels(Person& person);
    void compare_room(Person& person);
    void compare_files(Person& person);
    void compare_notes(Person& person);
    void compare_chats(Person& person);
    void note(const Person& person, const std::string& what);

    const std::uint64_t seed_;
    std::mt19937_64 random_;
    ServerWorld world_;
    const bool faulty_;
    const Repertoire repertoire_;
    bool must_rejoin_ = false;  // something was refused: editors put it right when they rejoin
    std::vector<std::unique_ptr<Person>> people_;
    std::vector<std::string> log_;
};

}  // namespace collab::test
