// SPDX-License-Identifier: Apache-2.0
#include "bench/relay.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "bench/measuring.h"
#include "db/database.h"
#include "proto/envelope.pb.h"
#include "wire/frame.h"

namespace collab::bench {
namespace {

// As many as one writev takes.
constexpr std::size_t kFramesPerWrite = 1024;

struct Connection {
    UniqueFd socket;
    std::string in;       // the beginning of a frame
    std::string waiting;  // what the kernel did not take
};

using Frames = std::span<const std::string_view>;
using Connections = std::vector<std::unique_ptr<Connection>>;
using Deliver = std::function<void(Frames, Connection& from, Connections&)>;

void write_frames(Connection& to, std::span<iovec> frames) {
    ssize_t sent = 0;
    if (to.waiting.empty()) {
        sent = ::writev(to.socket.get(), frames.data(), static_cast<int>(frames.size()));
        if (sent < 0) sent = 0;
    }
    auto skip = static_cast<std::size_t>(sent);
    for (const auto& frame : frames) {
        const std::string_view bytes(static_cast<const char*>(frame.iov_base), frame.iov_len);
        if (skip < bytes.size()) to.waiting.append(bytes.substr(skip));
        skip -= std::min(skip, bytes.size());
    }
}

void deliver_as_it_is(Frames frames, Connection& from, Connections& connections) {
    std::array<iovec, kFramesPerWrite> parts;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        parts[i] = {const_cast<char*>(frames[i].data()), frames[i].size()};
    }
    for (auto& to : connections) {
        if (to.get() != &from) write_frames(*to, std::span(parts.data(), frames.size()));
    }
}

// What becomes of one update in the reference model.
class Model {
public:
    explicit Model(const std::string& database_url) {
        auto database = db::Database::parse(database_url);
        if (!database.ok()) die(database.error().message);
        auto opened = database->open();
        if (!opened.ok()) die(opened.error().message);
        connection_ = std::move(opened).value();
    }

    void deliver(Frames frames, Connection& from, Connections& connections) {
        for (const auto frame : frames) deliver_one(frame, from, connections);
    }

private:
    void deliver_one(std::string_view frame, Connection& from, Connections& connections) {
        const auto head = static_cast<std::uint8_t>(frame[1]) < 126 ? 2U : 4U;
        const auto bytes = decoder_.decode(wire::as_bytes(frame.substr(head)));
        proto::Envelope envelope;
        if (!bytes.ok() ||
            !envelope.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
            die("the model got a frame that it cannot read");
        }
        statements(static_cast<std::int64_t>(envelope.update_buffer().project_id()));
        for (auto& to : connections) {
            if (to.get() != &from) send_own(envelope, *to);
        }
    }

    void statements(std::int64_t project) {
        transaction({"SELECT room_id FROM projects WHERE id = $1"}, project);
        transaction({"SELECT * FROM projects WHERE id = $1",
                     "SELECT p.* FROM room_participants p JOIN projects j ON j.room_id = p.room_id "
                     "WHERE j.id = $1 LIMIT 1",
                     "SELECT * FROM project_collaborators WHERE project_id = $1"},
                    project);
    }

    void transaction(std::initializer_list<std::string_view> statements, std::int64_t project) {
        if (!connection_->begin_read().ok()) die("the model cannot read the database");
        for (const auto statement : statements) {
            const auto rows = connection_->query(statement, {project});
            if (!rows.ok()) die(rows.error().message);
        }
        if (!connection_->commit().ok()) die("the model cannot commit");
    }

    void send_own(const proto::Envelope& envelope, Connection& to) {
        proto::Envelope copy = envelope;
        copy.set_id(next_id_++);
        const auto body = compress_anew(copy.SerializeAsString());
        std::string frame = "\x82";
        if (body.size() >= 126) {
            frame += {126, static_cast<char>(body.size() >> 8)};
        }
        frame += static_cast<char>(body.size());
        frame += body;
        iovec part = {frame.data(), frame.size()};
        write_frames(to, std::span(&part, 1));
    }

    std::unique_ptr<db::Connection> connection_;
    wire::Decoder decoder_;
    std::uint32_t next_id_ = 1;
};

// The size of the frame at the beginning of `bytes`, 0 when it is not all there.
std::size_t frame_size(std::string_view bytes) {
    if (bytes.size() < 4) return 0;
    std::size_t length = static_cast<std::uint8_t>(bytes[1]);
    std::size_t head = 2;
    if (length == 126) {
        length = std::size_t{static_cast<std::uint8_t>(bytes[2])} << 8 |
                 static_cast<std::uint8_t>(bytes[3]);
        head = 4;
    }
    return bytes.size() >= head + length ? head + length : 0;
}

class Loop {
public:
    Loop(UniqueFd listener, Deliver deliver)
        : listener_(std::move(listener)),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          deliver_(std::move(deliver)),
          scratch_(64 * 1024, '\0') {
        watch(listener_.get(), nullptr, EPOLLIN, EPOLL_CTL_ADD);
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 64> events;
        for (;;) {
            const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
            for (int i = 0; i < count; ++i) {
                const auto& event = events[static_cast<std::size_t>(i)];
                auto* connection = static_cast<Connection*>(event.data.ptr);
                if (connection == nullptr) accept();
                if (connection != nullptr && (event.events & EPOLLOUT) != 0) resume(*connection);
                if (connection != nullptr && (event.events & ~EPOLLOUT) != 0) read(*connection);
            }
        }
    }

private:
    void watch(int fd, Connection* connection, std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.ptr = connection;
        ::epoll_ctl(epoll_.get(), operation, fd, &event);
    }

    void accept() {
        auto connection = std::make_unique<Connection>();
        connection->socket.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
        const int yes = 1;
        ::setsockopt(connection->socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(connection->socket.get(), connection.get(), EPOLLIN, EPOLL_CTL_ADD);
        connections_.push_back(std::move(connection));
    }

    void resume(Connection& connection) {
        const auto n = ::send(connection.socket.get(), connection.waiting.data(),
                              connection.waiting.size(), MSG_NOSIGNAL);
        if (n > 0) connection.waiting.erase(0, static_cast<std::size_t>(n));
        if (connection.waiting.empty()) {
            watch(connection.socket.get(), &connection, EPOLLIN, EPOLL_CTL_MOD);
        }
    }

    void read(Connection& connection) {
        const auto n = ::recv(connection.socket.get(), scratch_.data(), scratch_.size(), 0);
        if (n <= 0) {
            watch(connection.socket.get(), nullptr, 0, EPOLL_CTL_DEL);
            std::erase_if(connections_,
                          [&](const auto& each) { return each.get() == &connection; });
            return;
        }
        std::string_view got(scratch_.data(), static_cast<std::size_t>(n));
        if (!connection.in.empty()) {
            connection.in.append(got);
            got = connection.in;
        }
        std::vector<std::string_view> frames;
        while (const auto size = frame_size(got)) {
            frames.push_back(got.substr(0, size));
            got.remove_prefix(size);
            if (frames.size() == kFramesPerWrite) deliver(frames, connection);
        }
        deliver(frames, connection);
        connection.in = std::string(got);
    }

    void deliver(std::vector<std::string_view>& frames, Connection& from) {
        if (!frames.empty()) deliver_(frames, from, connections_);
        frames.clear();
        for (auto& each : connections_) {
            if (!each->waiting.empty()) {
                watch(each->socket.get(), each.get(), EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            }
        }
    }

    UniqueFd listener_;
    UniqueFd epoll_;
    Deliver deliver_;
    std::string scratch_;
    Connections connections_;
};

[[noreturn]] void serve(UniqueFd listener, Relay::Kind kind, const std::string& database_url) {
    die_with_parent();
    pin_to(kServerCpu);
    try {
        Deliver deliver = deliver_as_it_is;
        if (kind == Relay::Kind::model) {
            auto model = std::make_shared<Model>(database_url);
            deliver = [model](Frames frames, Connection& from, Connections& connections) {
                model->deliver(frames, from, connections);
            };
        }
        Loop(std::move(listener), std::move(deliver)).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "collab_bench: %s\n", error.what());
        ::_exit(1);
    }
}

}  // namespace

std::string compress_anew(const std::string& bytes) {
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                       ZSTD_freeCCtx);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 4);
    std::string out(ZSTD_CStreamOutSize(), '\0');
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer to = {out.data(), out.size(), 0};
    // Fed and ended separately, as a writer does that does not know the size beforehand.
    ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_continue);
    ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_end);
    out.resize(to.pos);
    return out;
}

Relay::Relay(Kind kind, std::string database_url) {
    UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), 256) != 0) {
        die("the yardstick cannot listen");
    }
    ::getsockname(listener.get(), generic, &size);
    port_ = ntohs(address.sin_port);
    pid_ = ::fork();
    if (pid_ < 0) die("cannot fork");
    if (pid_ == 0) serve(std::move(listener), kind, database_url);
}

Relay::~Relay() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace collab::bench
