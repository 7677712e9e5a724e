// SPDX-License-Identifier: Apache-2.0
#include "net/answer_writer.h"

#include <libwebsockets.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace collab::net {

constexpr std::size_t kPiece = 256 * 1024;

AnswerWriter::AnswerWriter(struct ev_loop* loop, lws* wsi, std::string bytes, Done done)
    : loop_(loop), wsi_(wsi), bytes_(std::move(bytes)), done_(std::move(done)) {
    ev_io_init(&watcher_, &AnswerWriter::on_writeable, lws_get_socket_fd(wsi), EV_WRITE);
    watcher_.data = this;
}

AnswerWriter::~AnswerWriter() {
    ev_io_stop(loop_, &watcher_);
}

void AnswerWriter::on_writeable(struct ev_loop*, ev_io* watcher, int) {
    static_cast<AnswerWriter*>(watcher->data)->start();
}

void AnswerWriter::start() {
    Outcome outcome = Outcome::progress;
    while (sent_ < bytes_.size() && outcome == Outcome::progress) outcome = write_some();
    if (outcome == Outcome::wait) {
        ev_io_start(loop_, &watcher_);
        return;
    }
    ev_io_stop(loop_, &watcher_);
    const Done done = std::move(done_);
    done(outcome == Outcome::progress);
}

AnswerWriter::Outcome AnswerWriter::write_some() {
    if (auto* ssl = lws_get_ssl(wsi_)) return write_tls(ssl);
    const auto size = std::min(bytes_.size() - sent_, kPiece);
    const auto written =
        ::send(lws_get_socket_fd(wsi_), bytes_.data() + sent_, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0) {
        const bool later = errno == EAGAIN || errno == EINTR;
        return later ? Outcome::wait : Outcome::broken;
    }
    sent_ += static_cast<std::size_t>(written);
    return Outcome::progress;
}

AnswerWriter::Outcome AnswerWriter::write_tls(void* opaque) {
    auto* ssl = static_cast<SSL*>(opaque);
    const auto size = std::min(bytes_.size() - sent_, kPiece);
    ERR_clear_error();
    const int written = SSL_write(ssl, bytes_.data() + sent_, static_cast<int>(size));
    if (written <= 0) {
        const bool later = SSL_get_error(ssl, written) == SSL_ERROR_WANT_WRITE;
        return later ? Outcome::wait : Outcome::broken;
    }
    sent_ += static_cast<std::size_t>(written);
    return Outcome::progress;
}

}  // namespace collab::net
