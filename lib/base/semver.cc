// SPDX-License-Identifier: Apache-2.0
#include "base/semver.h"

#include <algorithm>

#include "base/text.h"

namespace collab {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
    if (text.empty() || text.size() > 18) return {};
    if (text.size() > 1 && text.front() == '0') return {};
    const auto value = parse_int64(text);
    if (!value || *value < 0) return {};
    return static_cast<std::uint64_t>(*value);
}

bool is_identifiers(std::string_view text) {
    for (const auto part : split(text, '.')) {
        if (part.empty()) return false;
        if (!std::ranges::all_of(part, [](unsigned char c) {
                return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-';
            })) {
            return false;
        }
    }
    return true;
}

std::weak_ordering compare_identifier(std::string_view a, std::string_view b) {
    const auto x = number(a);
    const auto y = number(b);
    if (x && y) return *x <=> *y;
    if (x) return std::weak_ordering::less;
    if (y) return std::weak_ordering::greater;
    return a <=> b;
}

std::weak_ordering compare_pre(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty()) return a.empty() <=> b.empty();
    const auto left = split(a, '.');
    const auto right = split(b, '.');
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        if (const auto order = compare_identifier(left[i], right[i]); order != 0) return order;
    }
    return left.size() <=> right.size();
}

}  // namespace

std::weak_ordering Semver::operator<=>(const Semver& other) const {
    if (major != other.major) return major <=> other.major;
    if (minor != other.minor) return minor <=> other.minor;
    if (patch != other.patch) return patch <=> other.patch;
    return compare_pre(pre, other.pre);
}

std::string Semver::text() const {
    std::string text =
        std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    if (!pre.empty()) text += "-" + pre;
    if (!build.empty()) text += "+" + build;
    return text;
}

std::optional<Semver> parse_semver(std::string_view text) {
    text = trim(text);
    Semver version;
    if (const auto plus = text.find('+'); plus != std::string_view::npos) {
        version.build = text.substr(plus + 1);
        if (!is_identifiers(version.build)) return {};
        text = text.substr(0, plus);
    }
    if (const auto dash = text.find('-'); dash != std::string_view::npos) {
        version.pre = text.substr(dash + 1);
        if (!is_identifiers(version.pre)) return {};
        text = text.substr(0, dash);
    }
    const auto parts = split(text, '.');
    if (parts.size() != 3) return {};
    const auto major = number(parts[0]);
    const auto minor = number(parts[1]);
    const auto patch = number(parts[2]);
    if (!major || !minor || !patch) return {};
    version.major = *major;
    version.minor = *minor;
    version.patch = *patch;
    return version;
}

}  // namespace collab
