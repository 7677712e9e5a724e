// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_search.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "base/text.h"

namespace collab::users {
namespace {

constexpr std::size_t kMaxFound = 10;
// No name is longer; it also bounds the work of LIKE.
constexpr std::size_t kMaxQueryBytes = 128;

constexpr std::string_view kExact =
    "SELECT" COLLAB_USER_COLUMNS
    "FROM users WHERE (github_login = $1 OR username = $1) AND id <> $2 ORDER BY id";

constexpr std::string_view kCandidates =
    "SELECT" COLLAB_USER_COLUMNS
    "FROM users WHERE (lower(username) LIKE $1 OR lower(github_login) LIKE $1) AND id <> $2 "
    "ORDER BY length(username), id LIMIT 1000";

// Letters and digits of ASCII; every byte of a character beyond it counts as a letter.
bool is_word_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

// "%c%l%r%" for "c-lr"; empty when fewer than two characters are left.
std::string subsequence_pattern(std::string_view query) {
    std::string pattern;
    std::size_t characters = 0;
    for (const char c : to_lower_ascii(query)) {
        if (!is_word_byte(c)) continue;
        if (starts_character(c)) {
            pattern += '%';
            ++characters;
        }
        pattern += c;
    }
    if (characters < 2) return {};
    return pattern + '%';
}

std::set<std::string> trigrams(std::string_view text) {
    std::set<std::string> found;
    std::string word;
    const auto finish = [&] {
        if (word.empty()) return;
        const std::string padded = "  " + word + " ";
        for (std::size_t i = 0; i + 3 <= padded.size(); ++i) found.insert(padded.substr(i, 3));
        word.clear();
    };
    for (const char c : to_lower_ascii(text)) {
        if (is_word_byte(c)) {
            word += c;
        } else {
            finish();
        }
    }
    finish();
    return found;
}

double distance_to(const User& user, std::string_view query) {
    return std::min(trigram_distance(user.username, query),
                    trigram_distance(user.github_login, query));
}

std::vector<User> nearest(std::vector<User> candidates, std::string_view query) {
    std::vector<std::pair<double, User>> ranked;
    ranked.reserve(candidates.size());
    for (auto& user : candidates) ranked.emplace_back(distance_to(user, query), std::move(user));
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    if (ranked.size() > kMaxFound) ranked.resize(kMaxFound);
    std::vector<User> found;
    found.reserve(ranked.size());
    for (auto& [distance, user] : ranked) found.push_back(std::move(user));
    return found;
}

}  // namespace

double trigram_distance(std::string_view left, std::string_view right) {
    const auto ours = trigrams(left);
    const auto theirs = trigrams(right);
    std::vector<std::string> common;
    std::set_intersection(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                          std::back_inserter(common));
    const auto all = ours.size() + theirs.size() - common.size();
    if (all == 0) return 1;
    return 1 - static_cast<double>(common.size()) / static_cast<double>(all);
}

Result<std::vector<User>> search_users(db::Tx& tx, UserId self, std::string_view query) {
    // PostgreSQL takes no NUL and no broken UTF-8 as text, and no name has either.
    if (query.empty() || query.size() > kMaxQueryBytes || !is_valid_utf8(query) ||
        query.find('\0') != std::string_view::npos) {
        return std::vector<User>();
    }
    const auto pattern = query.size() < 3 ? std::string() : subsequence_pattern(query);
    if (pattern.empty()) return tx.list(kExact, {query, self}, read_user);
    COLLAB_TRY(auto candidates, tx.list(kCandidates, {pattern, self}, read_user));
    return nearest(std::move(candidates), query);
}

}  // namespace collab::users
