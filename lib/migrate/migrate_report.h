// SPDX-License-Identifier: Apache-2.0
#pragma once

// How collab-migrate prints its answers: text for people, JSON for programs. No other place knows
// the formats; "schema" in the JSON counts up when one changes.

#include <chrono>
#include <string>
#include <vector>

#include "schema/migrator.h"

namespace collab::migrate {

// VERSION NAME STATE APPLIED_AT CHECKSUM DURATION in columns, a line per migration.
std::string status_table(const std::vector<schema::Entry>& entries);
std::string status_json(const std::vector<schema::Entry>& entries);

std::string applied_line(const schema::Applied& applied);
std::string up_json(const schema::UpReport& report);

std::string plan_lines(const std::vector<schema::Migration>& pending);
// `scripts` is what up --dry-run shows, one per migration; empty: without SQL.
std::string plan_json(const std::vector<schema::Migration>& pending,
                      const std::vector<std::string>& scripts);

std::string verify_json(const std::vector<schema::Entry>& entries);
std::string wait_json(std::chrono::milliseconds waited);

}  // namespace collab::migrate
