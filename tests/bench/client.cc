// SPDX-License-Identifier: Apache-2.0
#include "bench/client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "wire/peek.h"

namespace collab::bench {
namespace {

constexpr std::size_t kScratch = 64 * 1024;
constexpr std::array<char, 4> kMask = {0x37, 0x59, 0x11, 0x2b};

enum Opcode : std::uint8_t { kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) die(std::string("no socket: ") + std::strerror(errno) + " (see ulimit -n)");
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connected =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (connected != 0 && errno != EINPROGRESS) die("cannot connect to the server");
    return socket;
}

std::string handshake(std::uint16_t port, const std::string& authorization) {
    return "GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: " +
           authorization +
           "\r\nx-zed-protocol-version: 68\r\nx-zed-app-version: 1.14.0\r\n"
           "x-zed-release-channel: stable\r\n\r\n";
}

void append_length(std::string& out, std::size_t length, std::uint8_t mask_bit) {
    int bytes = 0;
    if (length < 126) {
        out.push_back(static_cast<char>(mask_bit | length));
    } else if (length < 65536) {
        out.push_back(static_cast<char>(mask_bit | 126));
        bytes = 2;
    } else {
        out.push_back(static_cast<char>(mask_bit | 127));
        bytes = 8;
    }
    while (bytes-- > 0) out.push_back(static_cast<char>((length >> (8 * bytes)) & 0xff));
}

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(kScratch, '\0') {}

void Poller::turn(int timeout) {
    std::array<epoll_event, 128> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout);
    for (int i = 0; i < count; ++i) {
        auto& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (client.watching_writable_) client.flush();
        client.ready(scratch_);
    }
}

void Poller::until(const std::function<bool()>& done, const char* what, double seconds) {
    const auto start = now();
    while (!done()) {
        if (microseconds(start, now()) > seconds * 1e6) {
            die(std::string("waited in vain for ") + what);
        }
        turn(10);
    }
}

Message parse(wire::Decoder& decoder, wire::Bytes frame) {
    const auto envelope = decoder.decode(frame);
    if (!envelope.ok()) die("a frame that cannot be decoded: " + envelope.error().message);
    const auto peeked = wire::peek(*envelope);
    if (!peeked.ok()) die("an envelope that cannot be read: " + peeked.error().message);
    return {peeked->id, peeked->responding_to, peeked->tag, peeked->payload};
}

Client::Client(Poller& poller, std::uint16_t port, std::string authorization)
    : poller_(poller),
      socket_(connect_to(port)),
      masked_(!authorization.empty()),
      upgraded_(authorization.empty()) {
    if (masked_) out_ = handshake(port, authorization);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT;
    event.data.ptr = this;
    ::epoll_ctl(poller_.epoll_.get(), EPOLL_CTL_ADD, socket_.get(), &event);
}

Client::~Client() {
    // No TIME_WAIT: thousands of connections come and go in one run.
    const linger hard{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void Client::watch(bool writable) {
    if (writable == watching_writable_) return;
    watching_writable_ = writable;
    epoll_event event{};
    event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = this;
    ::epoll_ctl(poller_.epoll_.get(), EPOLL_CTL_MOD, socket_.get(), &event);
}

void Client::flush() {
    if (closed_) return;
    std::size_t sent = 0;
    while (sent < out_.size()) {
        const auto n = ::send(socket_.get(), out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
        if (n < 0) break;
        sent += static_cast<std::size_t>(n);
    }
    out_.erase(0, sent);
    watch(!out_.empty());
}

void Client::put_frame(std::uint8_t opcode, std::string_view payload) {
    out_.push_back(static_cast<char>(0x80 | opcode));
    append_length(out_, payload.size(), masked_ ? 0x80 : 0);
    if (!masked_) {
        out_.append(payload);
        return;
    }
    out_.append(kMask.data(), kMask.size());
    const auto start = out_.size();
    out_.append(payload);
    for (std::size_t i = 0; i < payload.size(); ++i) out_[start + i] ^= kMask[i % 4];
}

void Client::post_frame(std::string_view frame) {
    put_frame(kBinary, frame);
}

std::uint32_t Client::post(std::uint32_t tag, std::string_view payload,
                           std::optional<std::uint32_t> responding_to) {
    const auto id = next_id();
    std::string envelope;
    wire::put_varint_field(envelope, 1, id);
    if (responding_to) wire::put_varint_field(envelope, 2, *responding_to);
    wire::put_bytes_field(envelope, tag, payload);
    post_frame(*wire::pack(wire::as_bytes(envelope)));
    return id;
}

// One read: whoever receives much leaves the others their turn, and is ready again at the next one.
void Client::ready(std::string& scratch) {
    if (closed_) return;
    const auto n = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN)) return;
    if (n <= 0) {
        closed_ = true;
        ::epoll_ctl(poller_.epoll_.get(), EPOLL_CTL_DEL, socket_.get(), nullptr);
        return;
    }
    const std::string_view got(scratch.data(), static_cast<std::size_t>(n));
    if (in_.empty()) {
        in_.assign(got.substr(eat(wire::as_bytes(got))));
    } else {
        in_.append(got);
        in_.erase(0, eat(wire::as_bytes(in_)));
    }
}

bool Client::eat_handshake(wire::Bytes bytes, std::size_t& eaten) {
    const auto text = wire::as_text(bytes);
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    if (!text.starts_with("HTTP/1.1 101")) {
        refusal_ = text;
        closed_ = true;
        return false;
    }
    upgraded_ = true;
    eaten = end + 4;
    return true;
}

// Every whole frame in `bytes`; returns how many bytes that were.
std::size_t Client::eat(wire::Bytes bytes) {
    std::size_t at = 0;
    if (!upgraded_ && !eat_handshake(bytes, at)) return 0;
    while (bytes.size() - at >= 2) {
        std::size_t length = bytes[at + 1];
        std::size_t head = 2;
        if (length >= 126) {
            const std::size_t size = length == 126 ? 2 : 8;
            head += size;
            if (bytes.size() - at < head) break;
            length = 0;
            for (std::size_t i = 0; i < size; ++i) length = length << 8 | bytes[at + 2 + i];
        }
        if (bytes.size() - at - head < length) break;
        eat_frame(bytes[at] & 0x0f, bytes.subspan(at + head, length));
        at += head + length;
    }
    return at;
}

void Client::eat_frame(std::uint8_t opcode, wire::Bytes payload) {
    if (opcode == kPing) {
        put_frame(kPong, wire::as_text(payload));
        return flush();
    }
    if (opcode == kClose) {
        closed_ = true;
        return;
    }
    if (opcode != kBinary) return;
    if (on_frame) return on_frame(payload);
    static wire::Decoder decoder;
    const auto message = parse(decoder, payload);
    if (message.tag == wire::tag_of<proto::Hello>()) {
        proto::Hello hello;
        hello.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()));
        peer_ = PeerId{hello.peer_id().owner_id(), hello.peer_id().id()};
    }
    if (on_message) return on_message(message);
    if (message.tag == wire::tag_of<proto::IncomingCall>()) {
        post(wire::tag_of<proto::Ack>(), {}, message.id);
        flush();
    }
    inbox_.push_back({message.id, message.responding_to, message.tag,
                      std::string(wire::as_text(message.payload))});
}

Kept Client::answer_to(std::uint32_t id) {
    std::optional<Kept> found;
    poller_.until(
        [&] {
            if (closed_) die("the server closed a connection");
            for (auto each = inbox_.begin(); each != inbox_.end(); ++each) {
                if (each->responding_to != id) continue;
                found = std::move(*each);
                inbox_.erase(each);
                return true;
            }
            return false;
        },
        "an answer");
    return *std::move(found);
}

Kept Client::take(std::uint32_t tag) {
    std::optional<Kept> found;
    poller_.until(
        [&] {
            if (closed_) die("the server closed a connection");
            for (auto each = inbox_.begin(); each != inbox_.end(); ++each) {
                if (each->responding_to || each->tag != tag) continue;
                found = std::move(*each);
                inbox_.erase(each);
                return true;
            }
            return false;
        },
        std::string(wire::find_message_type(tag)->name).c_str());
    return *std::move(found);
}

}  // namespace collab::bench
