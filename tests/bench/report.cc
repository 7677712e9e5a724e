// SPDX-License-Identifier: Apache-2.0
#include "bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace collab::bench {

std::string figure(double value, const char* unit) {
    const double size = std::abs(value);
    const int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
    char text[64];
    std::snprintf(text, sizeof text, "%.*f %s", digits, value, unit);
    return text;
}

bool Report::all_met() const {
    return std::all_of(rows_.begin(), rows_.end(),
                       [](const Row& row) { return row.met.value_or(true); });
}

std::string Report::markdown() const {
    std::string text =
        "| what | measured | yardstick | ratio | goal | |\n|---|---|---|---|---|---|\n";
    for (const auto& row : rows_) {
        text += "| " + row.what + " | " + row.measured + " | " + row.yardstick + " | " +
                (row.ratio ? figure(*row.ratio, "x") : "") + " | " + row.goal + " | " +
                (row.met ? (*row.met ? "met" : "missed") : "") + " |\n";
    }
    for (const auto& why : voids_) text += "\nVOID: " + why + "\n";
    return text;
}

std::string Report::json() const {
    auto rows = nlohmann::json::array();
    for (const auto& row : rows_) {
        nlohmann::json each = {{"what", row.what},
                               {"measured", row.measured},
                               {"yardstick", row.yardstick},
                               {"goal", row.goal}};
        if (row.ratio) each["ratio"] = *row.ratio;
        if (row.met) each["met"] = *row.met;
        rows.push_back(std::move(each));
    }
    return nlohmann::json{{"rows", rows}, {"void", voids_}}.dump(2);
}

}  // namespace collab::bench
