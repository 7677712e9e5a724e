// SPDX-License-Identifier: Apache-2.0
#pragma once

// Versions of clients: full semantic versions, compared whole; build metadata is ignored in
// comparisons and kept for texts that name the version (decisions 8).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace collab {

struct Semver {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::uint64_t patch = 0;
    std::string pre;    // behind "-", without it
    std::string build;  // behind "+", without it

    // By precedence of semver 2.0: a pre-release comes before its release.
    std::weak_ordering operator<=>(const Semver& other) const;
    bool operator==(const Semver& other) const { return (*this <=> other) == 0; }

    std::string text() const;
};

// "1.14.0+stable.271.9a8e09be0a"; surrounding spaces are allowed. Nothing when it is no semver.
std::optional<Semver> parse_semver(std::string_view text);

}  // namespace collab
