// SPDX-License-Identifier: Apache-2.0
#include "db/statement_text.h"

#include <algorithm>

namespace collab::db {

std::string expand_ids(std::string_view sql, Dialect dialect) {
    constexpr std::string_view kMark = "IDS(";
    std::string text;
    while (true) {
        const auto at = sql.find(kMark);
        if (at == std::string_view::npos) return text.append(sql);
        const auto end = sql.find(')', at);
        const auto parameter = sql.substr(at + kMark.size(), end - at - kMark.size());
        text.append(sql.substr(0, at));
        if (dialect == Dialect::sqlite) {
            text.append("(SELECT value FROM json_each(").append(parameter).append("))");
        } else {
            text.append("(SELECT unnest(").append(parameter).append("::bigint[]))");
        }
        sql.remove_prefix(end + 1);
    }
}

int line_at(std::string_view script, std::size_t offset) {
    offset = std::min(script.find_first_not_of(" \t\r\n", offset), script.size());
    const auto before = script.substr(0, offset);
    return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace collab::db
