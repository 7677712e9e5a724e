// SPDX-License-Identifier: Apache-2.0
#pragma once

// Calls to other services. Blocking: belongs on Lane::outside.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"

namespace collab::net {

// One HTTP or HTTPS request, redirects not followed, certificates checked. Any status is a
// success. At most 16 MiB of response. Errors: invalid: the URL; unavailable: no answer within
// `timeout`, or the connection failed. Thread: any; blocks.
Result<HttpResponse> fetch(std::string_view method, const std::string& url,
                           const HttpHeaders& headers, std::string_view body, Duration timeout);

}  // namespace collab::net
