// SPDX-License-Identifier: Apache-2.0
#pragma once

// A project's state as one blob and back (table project_snapshots). Thread: any.

#include <string>

#include "areas/projects/shared_project.h"

namespace collab::projects {

// Compressed. Removed repositories are left out, other deleted things are kept. Error too_many: it
// would be longer than read_snapshot() takes.
Result<std::string> make_snapshot(const SharedProject& project);

// Fills a fresh project. Error internal: the blob is damaged.
Status read_snapshot(std::string_view snapshot, SharedProject& project);

}  // namespace collab::projects
