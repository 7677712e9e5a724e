// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "base/text.h"

namespace collab::net {
namespace {

constexpr std::size_t kMaxResponse = 16 * 1024 * 1024;

using Easy = std::unique_ptr<CURL, decltype([](CURL* curl) { curl_easy_cleanup(curl); })>;
using List = std::unique_ptr<curl_slist, decltype([](curl_slist* l) { curl_slist_free_all(l); })>;

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& response = *static_cast<HttpResponse*>(user);
    if (response.body.size() + size > kMaxResponse) return 0;
    response.body.append(data, size);
    return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
    auto& response = *static_cast<HttpResponse*>(user);
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) response.headers.clear();  // after a "100 Continue"
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return size;
    const std::string name = to_lower_ascii(line.substr(0, colon));
    const std::string value(trim(line.substr(colon + 1)));
    if (name == "content-type") response.content_type = value;
    response.headers.emplace_back(name, value);
    return size;
}

void set_method(CURL* curl, std::string_view method, std::string_view body) {
    if (method == "HEAD") {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
        return;
    }
    if (!body.empty() || method == "POST") {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body.empty() ? "" : body.data());
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
}

}  // namespace

Result<HttpResponse> fetch(std::string_view method, const std::string& url,
                           const HttpHeaders& headers, std::string_view body, Duration timeout) {
    static std::once_flag initialised;
    std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const Easy curl(curl_easy_init());
    if (!curl) return Error{ErrorCode::internal, "cannot create an HTTP client"};

    List list;
    const auto add_header = [&list](const std::string& line) {
        list.reset(curl_slist_append(list.release(), line.c_str()));
    };
    for (const auto& [name, value] : headers) add_header(name + ": " + value);
    add_header("Expect:");  // no waiting for "100 Continue"

    HttpResponse response{.content_type = {}};
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);  // several threads
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(milliseconds.count()));
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list.get());
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &response);
    set_method(curl.get(), method, body);

    const CURLcode failed = curl_easy_perform(curl.get());
    if (failed == CURLE_URL_MALFORMAT || failed == CURLE_UNSUPPORTED_PROTOCOL) {
        return Error{ErrorCode::invalid, "'" + url + "' is not an HTTP URL"};
    }
    if (failed != CURLE_OK) {
        return Error{ErrorCode::unavailable,
                     std::string("HTTP request failed: ") + curl_easy_strerror(failed)};
    }
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return response;
}

}  // namespace collab::net
