// SPDX-License-Identifier: Apache-2.0
#include <ev.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "net/http_client.h"
#include "net/server_fixture.h"

namespace collab::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ServerHttp : public ServerFixture {
protected:
    // How often the loop has woken up.
    unsigned turns() {
        unsigned count = 0;
        on_loop([&] { count = ev_iteration(loop_.native()); });
        return count;
    }
    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
};

TEST_F(ServerHttp, AnswersRequestAfterRequestOnOneConnection) {
    start(options());
    auto client = connect();
    for (int i = 0; i < 3; i++) {
        const auto got = client.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_EQ(got.status, 200);
        EXPECT_EQ(got.body, "hello");
        const auto posted =
            client.request("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
        EXPECT_EQ(posted.body, "abcde");
        const auto empty =
            client.request("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        EXPECT_EQ(empty.status, 200);
    }
}

TEST_F(ServerHttp, AnswersPipelinedRequests) {
    start(options());
    auto client = connect();
    std::string many;
    for (int i = 0; i < 20; i++) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_TRUE(client.send_raw(many));
    for (int i = 0; i < 20; i++) EXPECT_EQ(client.read_response().body, "hello") << i;
}

TEST_F(ServerHttp, RefusesABodyPipelinedBehindAnotherRequest) {
    // libwebsockets mixes up where such a body begins; the application must not see it.
    std::vector<std::string> bodies;
    application_.http = [&](HttpRequest request, Responder respond) {
        bodies.push_back(request.body);
        respond({});
    };
    start(options());
    auto client = connect();
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    EXPECT_TRUE(client.send_raw(post + post));
    EXPECT_EQ(client.read_response().status, 200);
    EXPECT_EQ(client.read_response().status, 400);
    EXPECT_TRUE(client.wait_for_end());
    on_loop([&] { EXPECT_EQ(bodies, std::vector<std::string>{"abc"}); });
}

TEST_F(ServerHttp, ReportsEverythingAboutTheRequest) {
    HttpRequest seen;
    application_.http = [&](HttpRequest request, Responder respond) {
        seen = std::move(request);
        respond({.status = 201, .headers = {{"X-Answer", "42"}}, .body = "{}"});
    };
    start(options());
    auto client = connect();
    const auto got = client.request(
        "PUT /a%20b/./c?x=1%26&y=%C3%A4+b HTTP/1.1\r\nHost: here\r\nX-Zed-Protocol-Version: 68\r\n"
        "Authorization: 7 token\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(got.status, 201);
    EXPECT_NE(got.head.find("X-Answer: 42\r\n"), std::string::npos);
    EXPECT_EQ(seen.method, "PUT");
    EXPECT_EQ(seen.path, "/a b/c");
    EXPECT_EQ(seen.query_parameter("x"), "1&");
    EXPECT_EQ(seen.query_parameter("y"), "\xC3\xA4 b");
    EXPECT_EQ(seen.header("host"), "here");
    EXPECT_EQ(seen.header("x-zed-protocol-version"), "68");
    EXPECT_EQ(seen.header("authorization"), "7 token");
    EXPECT_EQ(seen.body, "hi");
    EXPECT_EQ(seen.http_version, "HTTP/1.1");
    EXPECT_EQ(seen.peer_address, "127.0.0.1");
    EXPECT_TRUE(seen.loopback);
    EXPECT_FALSE(seen.tls);
    EXPECT_FALSE(seen.unix_socket);
}

TEST_F(ServerHttp, ReportsWhatProxiesAdd) {
    HttpRequest seen;
    application_.http = [&](HttpRequest request, Responder respond) {
        seen = std::move(request);
        respond({});
    };
    start(options());
    for (const std::string name : {"forwarded", "x-forwarded-for", "x-forwarded-host",
                                   "x-forwarded-proto", "x-forwarded-port", "x-real-ip"}) {
        connect().request("GET / HTTP/1.1\r\nHost: a\r\n" + name + ": 1\r\n\r\n");
        EXPECT_EQ(seen.header(name), "1") << name;
    }
}

TEST_F(ServerHttp, AnswersLaterAndMakesNothingOfAClientThatHasGone) {
    std::vector<Responder> waiting;
    std::promise<void> two;
    application_.http = [&](HttpRequest, Responder respond) {
        waiting.push_back(std::move(respond));
        if (waiting.size() == 2) two.set_value();
    };
    start(options());
    auto patient = connect();
    auto gone = connect();
    EXPECT_TRUE(patient.send_raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_TRUE(gone.send_raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    two.get_future().wait();
    gone.disconnect();
    on_loop([&] {
        for (auto& respond : waiting) respond({.body = "late"});
        for (auto& respond : waiting) respond({.body = "again"});
    });
    EXPECT_EQ(patient.read_response().body, "late");
    on_loop([&] { waiting.clear(); });
}

TEST_F(ServerHttp, SendsAMegabyteAndTakesOne) {
    const std::string big(1024 * 1024, 'x');
    start(options());
    const auto got = fetch("POST", url("/"), {}, big, seconds(5));
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(got->body, big);
}

TEST_F(ServerHttp, TakesAPostWithoutALengthForOneWithoutABody) {
    start(options());
    auto client = connect();
    const auto got = client.request("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, "");
    EXPECT_NE(got.head.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(client.wait_for_end());
    EXPECT_EQ(connect().request("POST / HTTP/1.1\r\nHost: a\r\n\r\nstray").body, "");
}

TEST_F(ServerHttp, RefusesABodyThatIsTooLongOrInChunks) {
    start(options());
    EXPECT_EQ(
        connect().request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n").status,
        413);
    EXPECT_EQ(connect()
                  .request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                  .status,
              411);
    EXPECT_EQ(connect().request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n").status,
              400);
}

TEST_F(ServerHttp, AnswersHeadWithoutABody) {
    start(options());
    auto client = connect();
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 5\r\n\r\n";
    EXPECT_TRUE(client.send_raw("HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"));
    EXPECT_EQ(client.read_raw(2 * answer.size() + 5), answer + answer + "hello");
}

TEST_F(ServerHttp, SurvivesRequestsThatAreNone) {
    start(options());
    for (const auto* garbage :
         {"\x16\x03\x01\x02\x00\x01", "CONNECT a:1 HTTP/1.1\r\n\r\n", "BREW / HTTP/1.1\r\n\r\n",
          "GET http://a/ HTTP/1.1\r\n\r\n", "\r\n\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nUpgrade: foo\r\nConnection: upgrade\r\n\r\n",
          "GET / HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"}) {
        auto client = connect();
        client.send_raw(garbage);
        client.disconnect();
    }
    auto flood = connect();
    flood.send_raw("GET / HTTP/1.1\r\nX-Long: " + std::string(17 * 1024, 'x'));
    EXPECT_TRUE(flood.wait_for_end());
    EXPECT_EQ(connect().request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST_F(ServerHttp, DropsWhoDoesNotFinishTheHandshakeInTime) {
    auto impatient = options();
    impatient.handshake_timeout = milliseconds(100);
    start(impatient);
    auto silent = connect();
    auto slow = connect();
    slow.send_raw("GET / HT");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(silent.wait_for_end());
    EXPECT_TRUE(slow.wait_for_end());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(2));
}

TEST_F(ServerHttp, ServesAUnixSocketAndKnowsWhoCalls) {
    const std::string path = ::testing::TempDir() + "collab_net_test.sock";
    HttpRequest seen;
    application_.http = [&](HttpRequest request, Responder respond) {
        seen = std::move(request);
        respond({.body = "local"});
    };
    auto with_socket = options();
    with_socket.unix_sockets = {{.path = path, .mode = 0660}};
    start(with_socket);
    test::RawWebSocket client;
    ASSERT_TRUE(client.connect_unix(path));
    EXPECT_EQ(client.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body, "local");
    EXPECT_TRUE(seen.unix_socket);
    EXPECT_FALSE(seen.loopback);
    EXPECT_EQ(seen.unix_path, path);
    EXPECT_EQ(seen.peer_uid, static_cast<int>(::getuid()));
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0660U);

    Loop other_loop;
    TestApplication other;
    auto second = options();
    second.unix_sockets = with_socket.unix_sockets;
    const auto refused = Server::start(other_loop, other, second);
    ASSERT_FALSE(refused.ok()) << "a live socket file was replaced";
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(::access(path.c_str(), F_OK), 0);
}

TEST_F(ServerHttp, NamesWhoHasThePort) {
    start(options());
    Loop other_loop;
    TestApplication other;
    auto second = options();
    second.listen = {"127.0.0.1:" + std::to_string(port_)};
    const auto refused = Server::start(other_loop, other, second);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_NE(refused.error().message.find("net_test"), std::string::npos)
        << refused.error().message;
}

TEST_F(ServerHttp, ListensOnBothStacks) {
    auto both = options();
    both.listen = {"[::]:0"};
    start(both);
    EXPECT_EQ(connect().request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST_F(ServerHttp, TakesOverAListeningSocketThatItInherits) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd, 10), 0);
    auto inheriting = options();
    inheriting.listen = {};
    inheriting.inherited = {fd};
    start(inheriting);
    ASSERT_NE(port_, 0);
    EXPECT_EQ(connect().request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST_F(ServerHttp, ReplacesTheSocketFileOfAServerThatIsGoneAndNothingElse) {
    const std::string path = ::testing::TempDir() + "collab_net_dead.sock";
    ::unlink(path.c_str());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
    auto with_socket = options();
    with_socket.unix_sockets = {{.path = path}};
    start(with_socket);
    test::RawWebSocket client;
    ASSERT_TRUE(client.connect_unix(path));
    EXPECT_EQ(client.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    TearDown();
    EXPECT_NE(::access(path.c_str(), F_OK), 0) << "left behind";

    std::ofstream(path) << "a file";
    Loop loop;
    const auto refused = Server::start(loop, application_, with_socket);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    EXPECT_EQ(::unlink(path.c_str()), 0);
}

TEST_F(ServerHttp, RestsWhileALongAnswerIsNotRead) {
    const std::string big(20'000'000, 'x');
    application_.http = [&](HttpRequest, Responder respond) { respond({.body = big}); };
    start(options());
    auto client = connect();
    const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send_raw(request + request);  // the second comes before the first is answered
    on_loop([] {});
    client.send_raw(request);
    const auto before = turns();
    std::this_thread::sleep_for(milliseconds(300));
    EXPECT_LT(turns() - before, 100U) << "the loop spins";
    for (int i = 0; i < 3; i++) EXPECT_TRUE(client.read_response().body == big) << i;
}

TEST_F(ServerHttp, StopsListeningButKeepsItsWebSockets) {
    start(options());
    auto client = connect_websocket();
    auto lingering = connect();
    EXPECT_EQ(lingering.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    on_loop([this] { server_->stop_listening(); });
    test::RawWebSocket late;
    EXPECT_FALSE(late.connect_tcp(port_));
    EXPECT_EQ(lingering.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 503);
    client.send_binary("still");
    EXPECT_EQ(client.read_message(), "still");
    on_loop([this] { server_->close_sockets(CloseCode::service_restart, "bye"); });
    EXPECT_EQ(client.read_frame().value_or(test::WebSocketFrame{}).close_code(), 1012);
}

TEST(HttpClient, SaysWhyThereIsNoAnswer) {
    const auto bad = fetch("GET", "ftp://127.0.0.1/", {}, "", seconds(1));
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().code, ErrorCode::invalid);
    const auto nobody = fetch("GET", "http://127.0.0.1:1/", {}, "", seconds(1));
    ASSERT_FALSE(nobody.ok());
    EXPECT_EQ(nobody.error().code, ErrorCode::unavailable);
}

class ServerTls : public ServerHttp {
protected:
    ServerOptions tls_options(TlsMode mode) {
        auto with_tls = options();
        const auto made = make_certificate("localhost");
        with_tls.tls = mode;
        with_tls.certificate_pem = made.certificate;
        with_tls.private_key_pem = made.key;
        return with_tls;
    }
};

TEST_F(ServerTls, TellsTlsFromPlainByTheFirstByte) {
    start(tls_options(TlsMode::both));
    EXPECT_EQ(connect().request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body, "hello");
    auto client = connect();
    ASSERT_TRUE(client.start_tls());
    EXPECT_EQ(client.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body, "hello");
    EXPECT_EQ(client.upgrade("/rpc").status, 101);
    for (const std::size_t size : {1, 300, 70'000, 1'000'000}) {
        const std::string message(size, 'm');
        ASSERT_TRUE(client.send_binary(message));
        EXPECT_EQ(client.read_message(), message);
    }
}

TEST_F(ServerTls, RefusesPlainWhereTlsIsWanted) {
    start(tls_options(TlsMode::only));
    EXPECT_EQ(connect().request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 403);
    EXPECT_EQ(connect().upgrade("/rpc").status, 403);
    auto client = connect();
    ASSERT_TRUE(client.start_tls());
    EXPECT_EQ(client.upgrade("/rpc").status, 101);
}

TEST_F(ServerTls, RefusesAKeyOfAnotherCertificate) {
    auto mixed = tls_options(TlsMode::both);
    mixed.private_key_pem = make_certificate("other").key;
    Loop loop;
    const auto refused = Server::start(loop, application_, mixed);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

TEST_F(ServerTls, ServesANewCertificateWithoutARestart) {
    start(tls_options(TlsMode::both));
    auto before = connect();
    ASSERT_TRUE(before.start_tls());
    EXPECT_EQ(before.tls_subject(), "localhost");
    const auto renewed = make_certificate("renewed");
    on_loop([&] {
        EXPECT_FALSE(server_->replace_certificate("nonsense", renewed.key).ok());
        EXPECT_TRUE(server_->replace_certificate(renewed.certificate, renewed.key).ok());
    });
    auto after = connect();
    ASSERT_TRUE(after.start_tls());
    EXPECT_EQ(after.tls_subject(), "renewed");
    EXPECT_EQ(before.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST_F(ServerTls, DropsWhoSaysNothingAtAll) {
    auto impatient = tls_options(TlsMode::both);
    impatient.handshake_timeout = milliseconds(100);
    start(impatient);
    auto silent = connect();
    auto half_hello = connect();
    half_hello.send_raw("\x16\x03\x01");
    EXPECT_TRUE(silent.wait_for_end());
    EXPECT_TRUE(half_hello.wait_for_end());
}

}  // namespace
}  // namespace collab::net
