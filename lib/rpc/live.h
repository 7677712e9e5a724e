// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that the loop owns, as effects, live handlers and conversations see it: the index, the
// hub, and one state object per area that has live state. Thread: loop.

#include <memory>
#include <typeindex>
#include <unordered_map>

#include "base/executor.h"
#include "rpc/hub.h"
#include "rpc/index.h"
#include "rpc/reader.h"
#include "rpc/settings.h"
#include "rpc/writer.h"

namespace collab::rpc {

class Router;

class Live {
public:
    Live(Executor& executor, Writer& writer, Reader& reader, CurrentSettings settings)
        : executor(executor), writer(writer), reader(reader), settings(settings), hub(index) {}

    Executor& executor;
    Writer& writer;
    Reader& reader;
    const CurrentSettings settings;
    Index index;
    Hub hub;

    // The live state of an area; made on first use, lives as long as Live.
    template <class T>
    T& state() {
        auto& slot = states_[std::type_index(typeid(T))];
        if (!slot) slot = std::make_shared<T>();
        return *static_cast<T*>(slot.get());
    }

    // Carries out an outbox. `on_reply` runs at the mark, or at the end when there is none.
    void carry_out(Outbox& outbox, const std::function<void()>& on_reply);

private:
    std::unordered_map<std::type_index, std::shared_ptr<void>> states_;
};

}  // namespace collab::rpc
