// SPDX-License-Identifier: Apache-2.0
#include "server/request_fields.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace collab::server {
namespace {

using nlohmann::json;

Error is_no_integer(const std::string& name) {
    return {ErrorCode::invalid, "'" + name + "' is no 32-bit integer"};
}

Result<std::optional<std::string>> text_member(const json& body, const std::string& name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return std::optional<std::string>();
    if (!found->is_string()) return Error{ErrorCode::invalid, "'" + name + "' is no string"};
    auto text = found->get<std::string>();
    if (text.find('\0') != std::string::npos) {
        return Error{ErrorCode::invalid, "'" + name + "' has a NUL"};
    }
    return std::optional(std::move(text));
}

Result<std::optional<std::int32_t>> integer_member(const json& body, const std::string& name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return std::optional<std::int32_t>();
    if (!found->is_number_integer()) return is_no_integer(name);
    const bool fits = found->is_number_unsigned()
                          ? std::in_range<std::int32_t>(found->get<std::uint64_t>())
                          : std::in_range<std::int32_t>(found->get<std::int64_t>());
    if (!fits) return is_no_integer(name);
    return std::optional(found->get<std::int32_t>());
}

bool says_json(const net::HttpRequest& request) {
    const auto header = request.header("content-type").value_or("");
    const auto type = to_lower_ascii(trim(header.substr(0, header.find(';'))));
    return type == "application/json" ||
           (type.starts_with("application/") && type.ends_with("+json"));
}

}  // namespace

Result<std::optional<std::int32_t>> integer_parameter(const net::HttpRequest& request,
                                                      const std::string& name) {
    const auto text = request.query_parameter(name);
    if (!text) return std::optional<std::int32_t>();
    const auto number = parse_int32(*text);
    if (!number) return is_no_integer(name);
    return number;
}

Fields query_fields(const std::shared_ptr<const net::HttpRequest>& request) {
    return {[request](const std::string& name) -> Result<std::optional<std::string>> {
                return request->query_parameter(name);
            },
            [request](const std::string& name) { return integer_parameter(*request, name); }};
}

std::optional<Fields> json_fields(const WebCall& web) {
    if (!says_json(*web.request)) {
        web.text(415, "expected content type application/json");
        return {};
    }
    const auto body = std::make_shared<const json>(
        json::parse(web.request->body, nullptr, /*allow_exceptions=*/false));
    if (body->is_object()) {
        return Fields{[body](const std::string& name) { return text_member(*body, name); },
                      [body](const std::string& name) { return integer_member(*body, name); }};
    }
    const bool malformed = body->is_discarded();
    web.text(malformed ? 400 : 422, malformed ? "the body is no JSON" : "the body is no object");
    return {};
}

}  // namespace collab::server
