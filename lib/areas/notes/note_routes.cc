// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_routes.h"

namespace collab::notes {

std::vector<rpc::Route> routes() { return {}; }

}  // namespace collab::notes
