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
    pass(buffer, delivery);
    // A version names the newest operation of each replica, which may be newer than what it is part
    // of, so one pass in timestamp order is not enough.
    if (!delivery.applied.empty() && !held_.empty()) further_passes(buffer, delivery);
    return delivery;
}

// Without looking at all of it again.
bool DeferredOperations::still_early(const TextBuffer& buffer, const Delivered& item) {
    return item.was_early && !buffer.covers(version(item.operation));
}

bool DeferredOperations::settle(TextBuffer& buffer, Lamport at, Delivered& item,
                                Delivery& delivery) {
    auto outcome = buffer.apply(item.operation);
    if (!outcome.ok()) {
        delivery.refused.push_back({at, item.sender, std::move(outcome).error()});
    } else if (*outcome == Outcome::early) {
        item.was_early = true;
        return false;
    } else if (*outcome == Outcome::applied) {
        delivery.applied.push_back(std::move(item));
    } else {
        delivery.duplicates.push_back(std::move(item));
    }
    return true;
}

void DeferredOperations::pass(TextBuffer& buffer, Delivery& delivery) {
    std::set<std::uint16_t> blocked;
    for (auto each = held_.begin(); each != held_.end();) {
        const Lamport at = each->first;
        const bool late = buffer.observed(at);
        if (!late && (blocked.contains(at.replica) || still_early(buffer, each->second))) {
            blocked.insert(at.replica);
            ++each;
        } else if (settle(buffer, at, each->second, delivery)) {
            each = held_.erase(each);
        } else {
            blocked.insert(at.replica);
            ++each;
        }
    }
}

// Only the oldest operation of a replica can be next. It is looked at again when what it lacked
// first has come: a chain in the wrong order does not cost a pass for each of its links.
void DeferredOperations::further_passes(TextBuffer& buffer, Delivery& delivery) {
    struct Waiting {
        Lamport at;
        std::size_t lacks;  // the entry of its version that was the first one missing
    };
    std::map<std::uint16_t, std::vector<Lamport>> of_replica;  // the oldest last
    for (auto each = held_.rbegin(); each != held_.rend(); ++each) {
        of_replica[each->first.replica].push_back(each->first);
    }
    std::set<Lamport> ready;
    for (const auto& [replica, operations] : of_replica) ready.insert(operations.back());
    std::map<std::uint16_t, std::multimap<std::uint32_t, Waiting>> waiting;
    const auto look = [&](Lamport at, std::size_t from) {
        const auto& needed = version(held_.at(at).operation).entries();
        while (from < needed.size() && buffer.observed(needed[from])) ++from;
        if (from == needed.size()) {
            ready.insert(at);
        } else {
            waiting[needed[from].replica].emplace(needed[from].value, Waiting{at, from});
        }
    };
    Lamport last;
    while (!ready.empty()) {
        auto next = ready.upper_bound(last);
        if (next == ready.end()) next = ready.begin();  // the next pass
        last = *next;
        ready.erase(next);
        auto& item = held_.at(last);
        if (still_early(buffer, item) || !settle(buffer, last, item, delivery)) {
            look(last, 0);
            continue;
        }
        held_.erase(last);
        auto& operations = of_replica[last.replica];
        operations.pop_back();
        if (!operations.empty()) ready.insert(operations.back());
        auto& lacking = waiting[last.replica];
        while (!lacking.empty() && buffer.observed({lacking.begin()->first, last.replica})) {
            const Waiting woken = lacking.begin()->second;
            lacking.erase(lacking.begin());
            look(woken.at, woken.lacks);
        }
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
