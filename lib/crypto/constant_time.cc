// SPDX-License-Identifier: Apache-2.0
#include "crypto/constant_time.h"

#include <sodium.h>

namespace collab::crypto {

bool secrets_equal(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    return sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace collab::crypto
