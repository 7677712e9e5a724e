// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the golden copies of the protocol tables.

#include <map>
#include <string>
#include <vector>

namespace collab::test {

using CsvRow = std::map<std::string, std::string>;

// The rows of tests/golden/<name>, by column name. Fields may be quoted, with "" for a quote.
std::vector<CsvRow> golden_table(const std::string& name);

}  // namespace collab::test
