// SPDX-License-Identifier: Apache-2.0
#include "bench/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/random.h"
#include "base/unique_fd.h"

namespace collab::bench {
namespace {

constexpr const char* kToken = "bench";

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t free_port() {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, size) != 0) die("no free port");
    ::getsockname(socket.get(), generic, &size);
    return ntohs(address.sin_port);
}

[[noreturn]] void become(const std::filesystem::path& binary, const std::string& folder,
                         const std::string& database_url, std::uint16_t port) {
    die_with_parent();
    pin_to(kServerCpu);
    const auto set = [](const char* name, const std::string& value) {
        ::setenv(name, value.c_str(), 1);
    };
    set("HTTP_PORT", std::to_string(port));
    set("DATABASE_URL", database_url);
    set("API_TOKEN", kToken);
    set("ZED_ENVIRONMENT", "development");
    set("COLLAB_LOG_LEVEL", "warn");
    set("HOME", folder);
    const std::string log_path = folder + "/server.log";
    const int log = ::open(log_path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (::chdir(folder.c_str()) == 0) {
        ::execl(binary.c_str(), binary.c_str(), "serve", "all", nullptr);
    }
    ::_exit(127);
}

}  // namespace

std::vector<std::int64_t> add_users(db::Connection& connection, int count) {
    SystemRandom random;
    std::vector<std::int64_t> ids;
    if (!connection.begin(db::Durability::crash).ok()) die("cannot add users");
    for (int i = 0; i < count; ++i) {
        const auto rows = connection.query(
            "INSERT INTO users (github_login, username, created_at, metrics_id) "
            "VALUES ($1, $1, 0, $2) RETURNING id",
            {"person-" + std::to_string(i), random_uuid(random)});
        if (!rows.ok()) die("cannot add a user: " + rows.error().message);
        ids.push_back((*rows)[0].integer(0));
    }
    if (!connection.commit().ok()) die("cannot add users");
    return ids;
}

void add_contacts(db::Connection& connection, const std::vector<Acquaintance>& pairs) {
    if (!connection.begin(db::Durability::crash).ok()) die("cannot add contacts");
    for (const auto& [a, b] : pairs) {
        const auto added = connection.run(
            "INSERT INTO contacts (user_id_a, user_id_b, a_to_b, should_notify, accepted) "
            "VALUES ($1, $2, TRUE, FALSE, TRUE)",
            {std::min(a, b), std::max(a, b)});
        if (!added.ok()) die("cannot add a contact: " + added.error().message);
    }
    if (!connection.commit().ok()) die("cannot add contacts");
}

ServerProcess::ServerProcess(std::filesystem::path binary, std::string database_url)
    : port_(free_port()) {
    pid_ = ::fork();
    if (pid_ < 0) die("cannot fork");
    if (pid_ == 0) become(binary, folder_.path().string(), database_url, port_);
}

ServerProcess::~ServerProcess() {
    kill();
}

void ServerProcess::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void ServerProcess::wait_ready() {
    const auto start = now();
    while (microseconds(start, now()) < 20e6) {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
            die("the server ended: " + log());
        }
        if (get("/healthz")) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    die("the server does not listen: " + log());
}

std::string ServerProcess::authorization(std::int64_t user) {
    return std::to_string(user) + " ADMIN_TOKEN:" + kToken;
}

std::optional<std::string> ServerProcess::get(const std::string& path) const {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = loopback(port_);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return {};
    }
    const std::string request = "GET " + path +
                                " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: token " + kToken +
                                "\r\nConnection: close\r\n\r\n";
    if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    std::string answer(1 << 16, '\0');
    std::size_t size = 0;
    for (ssize_t n;
         (n = ::recv(socket.get(), answer.data() + size, answer.size() - size, 0)) > 0;) {
        size += static_cast<std::size_t>(n);
        if (size == answer.size()) answer.resize(2 * size);
    }
    answer.resize(size);
    const auto body = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) return {};
    return answer.substr(body + 4);
}

double ServerProcess::counter(const std::string& name) const {
    const auto metrics = get("/metrics");
    if (!metrics) die("the server has no /metrics: " + log());
    std::istringstream lines(*metrics);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
    }
    die("/metrics has no " + name);
}

std::string ServerProcess::log() const {
    std::ifstream file(folder_.path() / "server.log");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace collab::bench
