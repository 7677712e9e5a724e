// SPDX-License-Identifier: Apache-2.0
#pragma once

// Comparing what an attacker may guess at: the time taken tells nothing but the length.

#include <string_view>

namespace collab::crypto {

bool secrets_equal(std::string_view left, std::string_view right);

}  // namespace collab::crypto
