// SPDX-License-Identifier: Apache-2.0
// Whatever a configuration file may hold: it is refused, or every value is kept as it is shown.
#include "config/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    collab::config::Sources sources;
    sources.files.push_back({"fuzz.toml", {reinterpret_cast<const char*>(data), size}});
    const auto loaded = collab::config::load(sources);
    if (!loaded.ok()) return 0;
    for (const auto& setting : loaded->settings) {
        collab::config::Config again;
        COLLAB_ASSERT(setting.key->set(again, setting.value).ok());
        COLLAB_ASSERT(setting.key->get(again) == setting.value);
    }
    return 0;
}
