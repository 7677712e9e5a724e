// SPDX-License-Identifier: Apache-2.0
#include "areas/agents/agent_handlers.h"

#include "areas/agents/shared_thread_queries.h"
#include "base/text.h"

namespace collab::agents {
namespace {

constexpr std::size_t kHyphenated = 36;
constexpr std::size_t kBare = 32;

bool is_hyphen_place(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// The UUID in lower case with hyphens, given with or without them.
Result<std::string> canonical_id(std::string_view text) {
    const Error invalid{ErrorCode::invalid, "invalid session id format"};
    const bool hyphenated = text.size() == kHyphenated;
    if (!hyphenated && text.size() != kBare) return invalid;
    std::string id;
    for (const char c : to_lower_ascii(text)) {
        if (is_hyphen_place(id.size())) {
            id += '-';
            if (hyphenated && c != '-') return invalid;
            if (hyphenated) continue;
        }
        if (!is_hex_digit(c)) return invalid;
        id += c;
    }
    return id;
}

// "2026-01-01T00:00:00.000+00:00", as the clients that ask expect it.
std::string with_offset(std::int64_t unix_ms) {
    std::string text = rfc3339_ms(unix_ms);
    text.pop_back();
    return text + "+00:00";
}

}  // namespace

Status share_agent_thread(rpc::Call& call, const proto::ShareAgentThread& request) {
    COLLAB_TRY(const auto id, canonical_id(request.session_id()));
    // PostgreSQL stores no NUL in a text.
    const bool is_text = request.title().find('\0') == std::string::npos;
    if (count_characters(request.title()) > kMaxTitleCharacters || !is_text) {
        return Error{ErrorCode::invalid, "the title is too long, or no text"};
    }
    if (request.thread_data().size() > kMaxThreadBytes) {
        return Error{ErrorCode::invalid, "the thread is larger than 8 MiB"};
    }
    COLLAB_TRY(const auto stored, put_shared_thread(call.tx, call.now, call.user(), id,
                                                    request.title(), request.thread_data()));
    if (!stored) return Error{ErrorCode::denied, "this thread belongs to somebody else"};
    return ok();
}

Result<proto::GetSharedAgentThreadResponse> get_shared_agent_thread(
    rpc::Call& call, const proto::GetSharedAgentThread& request) {
    COLLAB_TRY(const auto id, canonical_id(request.session_id()));
    COLLAB_TRY(auto thread, find_shared_thread(call.tx, id));
    if (!thread) return Error{ErrorCode::not_found, "no such shared thread"};
    proto::GetSharedAgentThreadResponse response;
    response.set_title(std::move(thread->title));
    response.set_thread_data(std::move(thread->data));
    response.set_sharer_username(std::move(thread->owner_login));
    response.set_created_at(with_offset(thread->created_at));
    return response;
}

}  // namespace collab::agents
