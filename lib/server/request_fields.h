// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a request of the admin routes gives, with its type: in the query or in a JSON body. Missing
// or of another type is the caller's 400 in a query and 422 in a body (spec 4, section 0).

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "server/application.h"

namespace collab::server {

// By name; nothing when it is absent or null. Error invalid: a value of another type.
struct Fields {
    std::function<Result<std::optional<std::string>>(const std::string&)> text;
    std::function<Result<std::optional<std::int32_t>>(const std::string&)> integer;
};

Fields query_fields(const std::shared_ptr<const net::HttpRequest>& request);
Result<std::optional<std::int32_t>> integer_parameter(const net::HttpRequest& request,
                                                      const std::string& name);

// The members of the body; nothing when it was refused here: 415 another content type, 400 no JSON,
// 422 no object.
std::optional<Fields> json_fields(const WebCall& web);

// Error invalid: it is missing.
template <class T>
Result<T> required(Result<std::optional<T>> field, const std::string& name) {
    COLLAB_TRY(auto value, std::move(field));
    if (!value) return Error{ErrorCode::invalid, "missing field '" + name + "'"};
    return *std::move(value);
}

}  // namespace collab::server
