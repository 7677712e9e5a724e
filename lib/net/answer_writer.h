// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends an HTTP answer as fast as the peer takes it. Past libwebsockets, which while it waits for
// a slow reader of a long answer is woken all the time by whatever else that peer sends. Internal
// to this layer. Thread: loop.

#include <ev.h>

#include <cstddef>
#include <functional>
#include <string>

struct lws;

namespace collab::net {

class AnswerWriter {
public:
    // Told once that all is sent, or that the connection is broken; may destroy the writer.
    using Done = std::function<void(bool sent)>;

    // Nothing else may read or write on `wsi` until it is done.
    AnswerWriter(struct ev_loop* loop, lws* wsi, std::string bytes, Done done);
    ~AnswerWriter();
    AnswerWriter(const AnswerWriter&) = delete;
    AnswerWriter& operator=(const AnswerWriter&) = delete;

    // May be done before it returns.
    void start();

private:
    enum class Outcome { progress, wait, broken };

    static void on_writeable(struct ev_loop*, ev_io* watcher, int);
    Outcome write_some();
    Outcome write_tls(void* ssl);

    struct ev_loop* loop_;
    lws* wsi_;
    std::string bytes_;
    std::size_t sent_ = 0;
    Done done_;
    ev_io watcher_{};
};

}  // namespace collab::net
