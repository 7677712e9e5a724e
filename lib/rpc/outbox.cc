// SPDX-License-Identifier: Apache-2.0
#include "rpc/outbox.h"

#include <algorithm>
#include <iterator>

namespace collab::rpc {

// Who is filled may ask once more and keep its place again; what all of them ask then travels
// together, too.
Status Outbox::settle() {
    const auto is_late = [](const Item& item) { return std::holds_alternative<Late>(item); };
    while (std::any_of(items_.begin(), items_.end(), is_late)) {
        std::vector<Item> filled;
        for (auto& item : items_) {
            const auto* late = std::get_if<Late>(&item);
            if (late == nullptr) {
                filled.push_back(std::move(item));
                continue;
            }
            Outbox inner;
            COLLAB_DO(late->fill(inner));
            std::move(inner.items_.begin(), inner.items_.end(), std::back_inserter(filled));
        }
        items_ = std::move(filled);
    }
    return ok();
}

}  // namespace collab::rpc
