// SPDX-License-Identifier: Apache-2.0
#include "db/statement_text.h"

#include <gtest/gtest.h>

namespace collab::db {
namespace {

TEST(StatementText, ReplacesEveryListByWhatTheDatabaseUnderstands) {
    const char* sql = "SELECT 1 FROM t WHERE a IN IDS($2) OR b IN IDS($1)";
    EXPECT_EQ(expand_ids(sql, Dialect::sqlite),
              "SELECT 1 FROM t WHERE a IN (SELECT value FROM json_each($2))"
              " OR b IN (SELECT value FROM json_each($1))");
    EXPECT_EQ(expand_ids(sql, Dialect::postgres),
              "SELECT 1 FROM t WHERE a IN (SELECT unnest($2::bigint[]))"
              " OR b IN (SELECT unnest($1::bigint[]))");
}

TEST(StatementText, FindsTheLineOfAStatementAfterTheWhiteSpaceBeforeIt) {
    EXPECT_EQ(line_at("one;\n\n  two;", 0), 1);
    EXPECT_EQ(line_at("one;\n\n  two;", 4), 3);
    EXPECT_EQ(line_at("one;\n", 99), 2);
}

}  // namespace
}  // namespace collab::db
