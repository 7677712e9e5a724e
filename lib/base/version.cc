// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"

namespace collab {

std::string_view version() {
    return COLLAB_VERSION;
}

}  // namespace collab
