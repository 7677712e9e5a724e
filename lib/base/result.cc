// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstdio>

namespace collab {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "collab: assertion failed: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

}  // namespace collab
