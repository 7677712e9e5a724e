// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operations that arrived before one they depend on (spec 2, 9.6; decisions 10). They are held
// here, each for whoever sent it, until the text is ready for them.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/result.h"
#include "text/text_buffer.h"

namespace collab::text {

class DeferredOperations {
public:
    // Whom an operation is held for: two numbers that the caller chooses, such as a connection's
    // and that of its stay, so that who comes back is not taken for who left.
    struct Sender {
        std::uint64_t connection = 0;
        std::int64_t stay = 0;
        auto operator<=>(const Sender&) const = default;
    };

    struct Delivered {
        Operation operation;
        Sender sender;
        bool was_early = false;  // it has been looked at
    };
    struct Refused {
        Lamport at;
        Sender sender;
        Error error;
    };
    struct Delivery {
        std::vector<Delivered> applied;     // in the order in which they were applied
        std::vector<Delivered> duplicates;  // observed before, held already or twice in the batch
        std::vector<Refused> refused;       // for good; what depends on one stays held
    };
    // What one sender has waiting; bytes as footprint() counts them.
    struct Held {
        std::size_t operations = 0;
        std::size_t bytes = 0;
    };

    // Applies what of `batch`, and of what is held, the buffer can take: passes in timestamp order,
    // in which an operation that must wait blocks the later ones of its replica, until one would
    // apply nothing. In time of the sizes of all that is held, times their logarithm. The rest is
    // held for `sender`. There is no limit here: the caller looks at held() and drops what is not
    // to be waited for any more.
    Delivery deliver(TextBuffer& buffer, std::vector<Operation> batch, Sender sender);

    // Only senders for whom something is held.
    std::map<Sender, Held> held() const;
    std::size_t size() const { return held_.size(); }
    bool holds(Lamport at) const { return held_.contains(at); }
    // Forgets each held operation of which `unwanted(Lamport, Sender)` is true.
    template <class Unwanted>
    void drop_if(Unwanted unwanted) {
        std::erase_if(held_,
                      [&](const auto& each) { return unwanted(each.first, each.second.sender); });
    }

private:
    // The first pass, which is the only one when everything comes in order.
    void pass(TextBuffer& buffer, Delivery& delivery);
    void further_passes(TextBuffer& buffer, Delivery& delivery);
    static bool still_early(const TextBuffer& buffer, const Delivered& item);
    // Moves `item` to where the buffer's answer puts it. False: it must wait.
    static bool settle(TextBuffer& buffer, Lamport at, Delivered& item, Delivery& delivery);

    std::map<Lamport, Delivered> held_;
};

}  // namespace collab::text
