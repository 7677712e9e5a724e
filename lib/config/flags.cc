// SPDX-License-Identifier: Apache-2.0
#include "config/flags.h"

#include "config/keys.h"

namespace collab::config {
namespace {

// "port to listen at [8080; COLLAB_PORT, HTTP_PORT]"
std::string help_of(const Key& key) {
    std::string text = std::string(key.help) + " [";
    if (!key.default_text.empty()) text.append(key.default_text).append("; ");
    text += key.variable;
    if (!key.alias.empty()) text.append(", ").append(key.alias);
    return text + "]";
}

}  // namespace

void declare_flags(cli::Command& command, Texts& values) {
    command.section("Configuration");
    for (const auto& key : keys()) {
        if (key.flag.empty()) continue;
        const auto take = [&values, name = std::string(key.name)](const std::string& value) {
            values.insert_or_assign(name, value);
        };
        const std::string flag(key.flag);
        if (key.shape == Shape::yes_or_no)
            command.flag(flag, take, help_of(key));
        else
            command.option(flag, take, help_of(key));
    }
    command.section("Options");
}

}  // namespace collab::config
