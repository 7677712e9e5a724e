// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table that the bench prints: a Markdown table for people, JSON for programs.

#include <optional>
#include <string>
#include <vector>

namespace collab::bench {

struct Row {
    std::string what;
    std::string measured;
    std::string yardstick = {};  // what it is compared with in the same run, and how that did
    std::optional<double> ratio = {};
    std::string goal = {};  // empty: reported only
    std::optional<bool> met = {};
};

class Report {
public:
    void add(Row row) { rows_.push_back(std::move(row)); }
    // The whole run says nothing: a yardstick is not what it was when the goals were set.
    void void_because(std::string why) { voids_.push_back(std::move(why)); }

    bool all_met() const;
    bool is_void() const { return !voids_.empty(); }
    std::string markdown() const;
    std::string json() const;

private:
    std::vector<Row> rows_;
    std::vector<std::string> voids_;
};

// A figure with three significant digits.
std::string figure(double value, const char* unit);

}  // namespace collab::bench
