// SPDX-License-Identifier: Apache-2.0
#pragma once

// Interfaces that an earlier area declares and a later one implements (channels::Evictor), found by
// their type. Filled once, in server/core.cc; then only read. Thread: any.

#include <typeindex>
#include <unordered_map>

#include "base/result.h"

namespace collab::rpc {

class Services {
public:
    // `implementation` must outlive this.
    template <class Interface>
    void provide(const Interface& implementation) {
        found_[std::type_index(typeid(Interface))] = &implementation;
    }
    // Requires that it was provided.
    template <class Interface>
    const Interface& get() const {
        const auto found = found_.find(std::type_index(typeid(Interface)));
        COLLAB_ASSERT(found != found_.end());
        return *static_cast<const Interface*>(found->second);
    }

private:
    std::unordered_map<std::type_index, const void*> found_;
};

}  // namespace collab::rpc
