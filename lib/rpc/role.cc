// SPDX-License-Identifier: Apache-2.0
#include "rpc/role.h"

#include "base/result.h"

namespace collab::rpc {
namespace {

struct Spelling {
    Role role;
    std::string_view text;
    int wire;
    int strength;
};

constexpr Spelling kRoles[] = {
    {Role::admin, "admin", 0, 4}, {Role::member, "member", 1, 3}, {Role::talker, "talker", 4, 2},
    {Role::guest, "guest", 2, 1}, {Role::banned, "banned", 3, 0},
};

const Spelling& spelling(Role role) {
    for (const auto& row : kRoles) {
        if (row.role == role) return row;
    }
    COLLAB_ASSERT(!"unknown role");
    return kRoles[0];
}

}  // namespace

std::string_view to_text(Role role) {
    return spelling(role).text;
}

Role role_from_text(std::string_view text) {
    for (const auto& row : kRoles) {
        if (row.text == text) return row.role;
    }
    return Role::banned;  // a spelling from elsewhere gives no rights
}

std::string_view to_text(Visibility visibility) {
    return visibility == Visibility::everybody ? "public" : "members";
}

Visibility visibility_from_text(std::string_view text) {
    return text == "public" ? Visibility::everybody : Visibility::members;
}

int to_wire(Role role) {
    return spelling(role).wire;
}

std::optional<Role> role_from_wire(int number) {
    for (const auto& row : kRoles) {
        if (row.wire == number) return row.role;
    }
    return {};
}

int to_wire(Visibility visibility) {
    return visibility == Visibility::everybody ? 0 : 1;
}

std::optional<Visibility> visibility_from_wire(int number) {
    if (number == 0) return Visibility::everybody;
    if (number == 1) return Visibility::members;
    return {};
}

bool may_read_projects(Role role) {
    return role != Role::banned;
}
bool may_edit_projects(Role role) {
    return role == Role::admin || role == Role::member;
}
bool may_use_microphone(Role role) {
    return role != Role::guest && role != Role::banned;
}

bool may_see(Role role, Visibility visibility) {
    if (role == Role::banned) return false;
    return visibility == Visibility::everybody || may_edit_projects(role);
}

bool needs_cla(Role role) {
    return may_edit_projects(role);
}

bool is_stronger(Role a, Role b) {
    return spelling(a).strength > spelling(b).strength;
}

}  // namespace collab::rpc
