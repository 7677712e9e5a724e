// SPDX-License-Identifier: Apache-2.0
#pragma once

// The certificate that local mode serves with: a private authority made once, a leaf that is
// renewed when it nears its end or the machine's names change (decisions 22, 31).

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/state_directory.h"

namespace collab::server {

struct TlsIdentity {
    std::string certificate_pem;  // the leaf, then the authority
    std::string key_pem;
    std::string fingerprint;  // of the authority, as people see it
};

Result<TlsIdentity> load_or_make_identity(const StateDirectory& state,
                                          const std::vector<std::string>& names, WallTime now);

}  // namespace collab::server
