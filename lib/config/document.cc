// SPDX-License-Identifier: Apache-2.0
#include "config/document.h"

#include <optional>

#include "config/toml_table.h"

namespace collab::config {
namespace {

std::optional<std::string> scalar_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    return std::nullopt;
}

// A list as the text that stands for it elsewhere: elements separated by commas.
std::optional<std::string> list_text(const toml::array& list) {
    std::string text;
    for (const auto& element : list) {
        const auto value = scalar_text(element);
        if (!value || value->find(',') != std::string::npos) return std::nullopt;
        if (!text.empty()) text += ',';
        text += *value;
    }
    return text;
}

Status collect(std::string_view path, const toml::table& table, const std::string& prefix,
               std::vector<Entry>& entries) {
    const auto add = [&](std::string name, std::string value, const toml::source_region& where) {
        entries.push_back(
            {std::move(name), std::move(value), where.begin.line, where.begin.column});
    };
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const auto* inner = node.as_table()) {
            if (inner->empty()) add(name + ".", "", key.source());
            COLLAB_DO(collect(path, *inner, name + ".", entries));
            continue;
        }
        const auto* list = node.as_array();
        const auto text = list ? list_text(*list) : scalar_text(node);
        if (!text)
            return error_at(path, node.source(),
                            "'" + name + "' takes a text, a whole number, true, false or a list");
        add(name, *text, key.source());
    }
    return ok();
}

}  // namespace

Result<std::vector<Entry>> parse_document(std::string_view path, std::string_view text) {
    COLLAB_TRY(const auto table, parse_toml(path, text));
    std::vector<Entry> entries;
    COLLAB_DO(collect(path, table, "", entries));
    return entries;
}

}  // namespace collab::config
