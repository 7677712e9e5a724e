// SPDX-License-Identifier: Apache-2.0
#include "text/deferred_operations.h"

#include <set>
#include <utility>

namespace collab::text {

DeferredOperations::Delivery DeferredOperations::deliver(TextBuffer& buffer,
                                                         std::vector<Operation> batch,
                                                         Sender sender) {
    Delivery delivery;
    for (Operation& operation : batch) {
        const Lamport at = timestamp(operation);
        if (held_.contains(at))
            delivery.duplicates.push_back({std::move(operation), sender});
        else
            held_.emplace(at, Delivered{std::move(operation), sender});
    }
    // A version names the newest operation of each replica, which may be newer than what it is part
    // of, so one pass in timestamp order is not enough.
    std::size_t applied = 0;
    do {
        applied = delivery.applied.size();
        pass(buffer, delivery);
    } while (delivery.applied.size() > applied && !held_.empty());
    return delivery;
}

void DeferredOperations::pass(TextBuffer& buffer, Delivery& delivery) {
    std::set<std::uint16_t> blocked;
    for (auto each = held_.begin(); each != held_.end();) {
        const Lamport at = each->first;
        Delivered& item = each->second;
        if (!buffer.observed(at) && blocked.contains(at.replica)) {
            ++each;
            continue;
        }
        auto outcome = buffer.apply(item.operation);
        if (outcome.ok() && *outcome == Outcome::early) {
            blocked.insert(at.replica);
            ++each;
            continue;
        }
        if (!outcome.ok())
            delivery.refused.push_back({at, item.sender, std::move(outcome).error()});
        else if (*outcome == Outcome::applied)
            delivery.applied.push_back(std::move(item));
        else
            delivery.duplicates.push_back(std::move(item));
        each = held_.erase(each);
    }
}

std::map<DeferredOperations::Sender, DeferredOperations::Held> DeferredOperations::held() const {
    std::map<Sender, Held> sums;
    for (const auto& [at, item] : held_) {
        auto& sum = sums[item.sender];
        ++sum.operations;
        sum.bytes += footprint(item.operation);
    }
    return sums;
}

}  // namespace collab::text
