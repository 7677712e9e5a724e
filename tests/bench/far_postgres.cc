// SPDX-License-Identifier: Apache-2.0
#include "bench/far_postgres.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "bench/measuring.h"

namespace collab::bench {
namespace {

constexpr const char* kSocketName = "/.s.PGSQL.5432";

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) die("the path of a socket is too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

// One way of one connection.
struct Way {
    int from;
    int to;
    std::deque<std::pair<Instant, std::string>> under_way;
};

struct Pair {
    UniqueFd near;
    UniqueFd far;
    Way ways[2];
    bool ended = false;
};

class Proxy {
public:
    Proxy(UniqueFd listener, std::string target, std::chrono::microseconds one_way)
        : listener_(std::move(listener)), target_(std::move(target)), one_way_(one_way) {}

    [[noreturn]] void run() {
        for (;;) {
            wait();
            if ((polled_[0].revents & POLLIN) != 0) accept();
            for (auto& pair : pairs_) pass_on(*pair);
            std::erase_if(pairs_, [](const auto& pair) { return pair->ended; });
        }
    }

private:
    void wait() {
        polled_.assign(1, {listener_.get(), POLLIN, 0});
        auto next = now() + std::chrono::seconds(1);
        for (const auto& pair : pairs_) {
            for (const auto& way : pair->ways) {
                polled_.push_back({way.from, POLLIN, 0});
                if (!way.under_way.empty()) next = std::min(next, way.under_way.front().first);
            }
        }
        const auto left = std::max(next - now(), Instant::duration::zero());
        const timespec timeout = {0, std::chrono::nanoseconds(left).count() % 1'000'000'000};
        ::ppoll(polled_.data(), polled_.size(), &timeout, nullptr);
    }

    void accept() {
        auto pair = std::make_unique<Pair>();
        pair->near.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        pair->far.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = unix_address(target_);
        if (::connect(pair->far.get(), reinterpret_cast<const sockaddr*>(&address),
                      sizeof address) != 0) {
            return;
        }
        pair->ways[0] = {pair->near.get(), pair->far.get(), {}};
        pair->ways[1] = {pair->far.get(), pair->near.get(), {}};
        pairs_.push_back(std::move(pair));
    }

    void pass_on(Pair& pair) {
        char buffer[65536];
        for (auto& way : pair.ways) {
            const auto n = ::recv(way.from, buffer, sizeof buffer, MSG_DONTWAIT);
            if (n == 0) pair.ended = true;
            if (n > 0) {
                way.under_way.emplace_back(now() + one_way_,
                                           std::string(buffer, static_cast<std::size_t>(n)));
            }
            while (!way.under_way.empty() && way.under_way.front().first <= now()) {
                const auto& bytes = way.under_way.front().second;
                if (::send(way.to, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) pair.ended = true;
                way.under_way.pop_front();
            }
        }
    }

    UniqueFd listener_;
    std::string target_;
    std::chrono::microseconds one_way_;
    std::vector<std::unique_ptr<Pair>> pairs_;
    std::vector<pollfd> polled_;
};

std::string unescape(std::string text) {
    for (auto at = text.find("%2F"); at != std::string::npos; at = text.find("%2F")) {
        text.replace(at, 3, "/");
    }
    return text;
}

std::string escape(const std::string& path) {
    std::string text;
    for (const char c : path) text += c == '/' ? "%2F" : std::string(1, c);
    return text;
}

}  // namespace

FarPostgres::FarPostgres(const std::string& url, std::chrono::microseconds one_way) {
    const auto host = url.find("host=");
    if (host == std::string::npos) die("the PostgreSQL of the bench has no Unix socket");
    const auto end = std::min(url.find('&', host), url.size());
    const auto folder = unescape(url.substr(host + 5, end - host - 5));
    url_ = url.substr(0, host + 5) + escape(folder_.path().string()) + url.substr(end);

    UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = unix_address(folder_.path().string() + kSocketName);
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener.get(), 64) != 0) {
        die("the way to PostgreSQL cannot listen");
    }
    pid_ = ::fork();
    if (pid_ < 0) die("cannot fork");
    if (pid_ == 0) {
        die_with_parent();
        ::prctl(PR_SET_TIMERSLACK, 1);
        Proxy(std::move(listener), folder + kSocketName, one_way).run();
    }
}

FarPostgres::~FarPostgres() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace collab::bench
