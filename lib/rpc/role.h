// SPDX-License-Identifier: Apache-2.0
#pragma once

// Roles in channels and rooms, and what they allow (spec 2, section 1). The roles of a room decide
// about its projects; the roles of a root channel decide about its tree.

#include <optional>
#include <string_view>

namespace collab::rpc {

enum class Role { admin, member, talker, guest, banned };
enum class Visibility { everybody, members };

// As the database spells them. Requires a spelling of ours.
std::string_view to_text(Role role);
Role role_from_text(std::string_view text);
std::string_view to_text(Visibility visibility);
Visibility visibility_from_text(std::string_view text);

// The number on the wire (ChannelRole, ChannelVisibility); nothing for a number that is none: a
// request with one is refused.
int to_wire(Role role);
std::optional<Role> role_from_wire(int number);
int to_wire(Visibility visibility);
std::optional<Visibility> visibility_from_wire(int number);

bool may_read_projects(Role role);  // all but banned
bool may_edit_projects(Role role);  // admin, member: also to share, and to edit notes
bool may_use_microphone(Role role);
bool may_see(Role role, Visibility visibility);
bool needs_cla(Role role);

// Whether `a` allows something that `b` does not; banned is the weakest.
bool is_stronger(Role a, Role b);

}  // namespace collab::rpc
