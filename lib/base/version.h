// SPDX-License-Identifier: Apache-2.0
#pragma once

// The version of this build: one for all programs, from CMake's project().

#include <string_view>

namespace collab {

// "0.1.0"
std::string_view version();

}  // namespace collab
