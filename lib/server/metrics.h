// SPDX-License-Identifier: Apache-2.0
#pragma once

// What /metrics says, in Prometheus text: upstream's gauges under their names, ours as collab_*.

#include <string>

#include "net/server.h"
#include "server/core.h"

namespace collab::server {

std::string metrics_text(Core& core, const net::ServerCounters& net);

}  // namespace collab::server
