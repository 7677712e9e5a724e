// SPDX-License-Identifier: Apache-2.0
#include "support/csv.h"

#include <gtest/gtest.h>

#include <fstream>

namespace collab::test {
namespace {

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += line[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    return fields;
}

}  // namespace

std::vector<CsvRow> golden_table(const std::string& name) {
    std::ifstream in(std::string(COLLAB_SOURCE_DIR) + "/tests/golden/" + name);
    EXPECT_TRUE(in) << name;
    std::string line;
    std::getline(in, line);
    const auto columns = fields_of(line);
    std::vector<CsvRow> rows;
    while (std::getline(in, line)) {
        const auto fields = fields_of(line);
        CsvRow row;
        for (std::size_t i = 0; i < columns.size() && i < fields.size(); ++i)
            row[columns[i]] = fields[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace collab::test
