// SPDX-License-Identifier: Apache-2.0
#include "text/text_snapshot.h"

#include <algorithm>
#include <set>

#include "text/text_buffer.h"

namespace collab::text {

Snapshot snapshot(std::string_view base_text, std::span<const Operation> operations) {
    std::vector<const Operation*> in_order;
    in_order.reserve(operations.size());
    for (const Operation& operation : operations) in_order.push_back(&operation);
    std::stable_sort(in_order.begin(), in_order.end(), [](const Operation* a, const Operation* b) {
        return timestamp(*a) < timestamp(*b);
    });

    Snapshot result;
    TextBuffer buffer(base_text);
    std::set<Lamport> deferred;
    std::set<std::uint16_t> blocked;
    for (const Operation* operation : in_order) {
        const Lamport at = timestamp(*operation);
        if (!buffer.observed(at) && blocked.contains(at.replica)) {
            deferred.insert(at);
            continue;
        }
        auto outcome = buffer.apply(*operation);
        if (!outcome.ok()) {
            result.refused.push_back({at, std::move(outcome).error()});
        } else if (*outcome == Outcome::early) {
            blocked.insert(at.replica);
            deferred.insert(at);
        }
    }
    result.text = buffer.text();
    result.version = buffer.version();
    result.deferred = deferred.size();
    return result;
}

}  // namespace collab::text
