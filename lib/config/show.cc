// SPDX-License-Identifier: Apache-2.0
#include "config/show.h"

#include "base/text.h"

namespace collab::config {
namespace {

std::string shown_value(const Setting& setting) {
    if (setting.value.empty()) return "(not set)";
    if (setting.key->secrecy == Secrecy::secret) return "(set)";
    return escape_control(setting.value);
}

}  // namespace

std::string show(const Loaded& loaded, Origin origin) {
    std::string text;
    for (const auto& setting : loaded.settings) {
        text.append(setting.key->name).append(" = ").append(shown_value(setting));
        if (origin == Origin::show) text += "  # " + escape_control(setting.origin);
        text += '\n';
    }
    return text;
}

Changes changes(const Loaded& before, const Loaded& after) {
    Changes changed;
    for (std::size_t i = 0; i < before.settings.size(); ++i) {
        const auto& old = before.settings[i];
        if (old.value == after.settings[i].value) continue;
        auto& names = old.key->reload == Reload::yes ? changed.applied : changed.need_restart;
        names.push_back(old.key->name);
    }
    return changed;
}

void take_over(Loaded& running, const Loaded& next) {
    for (std::size_t i = 0; i < running.settings.size(); ++i) {
        const auto& setting = next.settings[i];
        if (setting.key->reload != Reload::yes) continue;
        const auto status = setting.key->set(running.config, setting.value);
        COLLAB_ASSERT(status.ok());  // it has been set from this text before
        running.settings[i] = setting;
    }
}

}  // namespace collab::config
