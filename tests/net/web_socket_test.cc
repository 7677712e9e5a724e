// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/socket.h>

#include "net/server_fixture.h"

namespace collab::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// With and without eager flush.
class WebSocketTest : public ServerFixture, public ::testing::WithParamInterface<bool> {
protected:
    static ServerOptions options() {
        auto options = ServerFixture::options();
        options.eager_flush = GetParam();
        return options;
    }
};

INSTANTIATE_TEST_SUITE_P(Flush, WebSocketTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Eager" : "Writeable"; });

std::string numbered(int number, std::size_t size) {
    std::string message = std::to_string(number) + ":";
    message.resize(std::max(size, message.size()), static_cast<char>('a' + number % 26));
    return message;
}

TEST_P(WebSocketTest, EchoesMessagesOfEverySizeInOrder) {
    start(options());
    auto client = connect_websocket();
    const std::vector<std::size_t> sizes = {0,      1,      125,    126,     127,     65'535,
                                            65'536, 65'537, 70'000, 262'144, 999'999, 5'000'000};
    int number = 0;
    for (const auto size : sizes) {
        const auto message = size == 0 ? "" : numbered(number++, size);
        ASSERT_TRUE(client.send_binary(message));
        ASSERT_EQ(client.read_message(), message) << size;
    }
    for (int i = 0; i < 2000; i++) ASSERT_TRUE(client.send_binary(numbered(i, 300)));
    for (int i = 0; i < 2000; i++) ASSERT_EQ(client.read_message(), numbered(i, 300));
}

TEST_P(WebSocketTest, PutsExactlyItsOwnFramesOnTheWire) {
    // If a libwebsockets to come does anything to LWS_WRITE_RAW on a WebSocket, this fails.
    start(options());
    auto client = connect_websocket();
    on_loop([this] {
        application_.last->send("first", "+tail");
        application_.last->send(std::string(300, 'b'));
        application_.last->send(std::string(70'000, 'c'), "tail");
        application_.last->send("");
    });
    const std::string expected = std::string("\x82\x0a") + "first+tail" +
                                 std::string("\x82\x7e\x01\x2c") + std::string(300, 'b') +
                                 std::string("\x82\x7f\0\0\0\0\0\x01\x11\x74", 10) +
                                 std::string(70'000, 'c') + "tail" + std::string("\x82\0", 2);
    EXPECT_TRUE(client.read_raw(expected.size()) == expected);
}

TEST_P(WebSocketTest, SendsManyMessagesInOneWrite) {
    start(options());
    auto client = connect_websocket();
    on_loop([this] {
        for (int i = 0; i < 100; i++) application_.last->send(numbered(i, 100));
    });
    // One write on loopback is there at once as a whole.
    ASSERT_EQ(client.read_raw(1).size(), 1U);
    std::vector<char> rest(100 * 102);
    EXPECT_GE(::recv(client.fd(), rest.data(), rest.size(), MSG_DONTWAIT) + 1, 0);
    on_loop([this] { EXPECT_EQ(server_->counters().messages_out, 100U); });
}

TEST_P(WebSocketTest, KeepsOrderWhilePingsAreAnsweredAndTheReaderIsSlow) {
    start(options());
    auto client = connect_websocket();
    const int total = 3000;
    std::thread sender([&] {
        for (int i = 0; i < total; i++) {
            const std::size_t size = i % 10 == 0 ? 80'000 : static_cast<std::size_t>(i) % 700;
            on_loop([&] { application_.last->send(numbered(i, size)); });
        }
    });
    int pongs = 0;
    for (int i = 0; i < total;) {
        if (i % 50 == 0) {
            ASSERT_TRUE(client.send_frame(9, "ping"));
        }
        const auto frame = client.read_frame();
        ASSERT_TRUE(frame);
        if (frame->opcode == 10) {
            EXPECT_EQ(frame->payload, "ping");
            pongs++;
            continue;
        }
        if (frame->opcode == 9) continue;
        const std::size_t size = i % 10 == 0 ? 80'000 : static_cast<std::size_t>(i) % 700;
        ASSERT_TRUE(frame->payload == numbered(i, size)) << i;
        i++;
    }
    sender.join();
    EXPECT_GT(pongs, 0);
}

TEST_P(WebSocketTest, PutsFragmentsTogether) {
    start(options());
    auto client = connect_websocket();
    client.send_frame(2, "one ", false);
    client.send_frame(9, "in between");
    client.send_frame(0, "", false);
    client.send_frame(0, "two ", false);
    client.send_frame(0, std::string(100'000, 'x'));
    EXPECT_EQ(client.read_message(), "one two " + std::string(100'000, 'x'));
}

TEST_P(WebSocketTest, IgnoresText) {
    start(options());
    auto client = connect_websocket();
    client.send_frame(1, "text");
    client.send_binary("binary");
    EXPECT_EQ(client.read_message(), "binary");
}

TEST_P(WebSocketTest, EndsAMessageThatIsTooBig) {
    auto small = options();
    small.max_message = 1000;
    start(small);
    auto client = connect_websocket();
    client.send_binary(std::string(1000, 'x'));
    EXPECT_EQ(client.read_message(), std::string(1000, 'x'));
    // Only the header: the length alone is too much.
    client.send_raw(test::masked_frame(2, std::string(1001, 'x')).substr(0, 20));
    client.send_raw(test::masked_frame(2, std::string(1001, 'x')).substr(20));
    const auto frame = client.read_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->close_code(), 1009);

    auto in_pieces = connect_websocket();
    in_pieces.send_frame(2, std::string(600, 'x'), false);
    in_pieces.send_frame(0, std::string(600, 'x'), false);
    EXPECT_EQ(in_pieces.read_frame().value_or(test::WebSocketFrame{}).close_code(), 1009);
}

TEST_P(WebSocketTest, EndsAFloodOfFragments) {
    start(options());
    auto client = connect_websocket();
    std::string flood = test::masked_frame(2, "x", false);
    for (int i = 0; i < 10'000; i++) flood += test::masked_frame(0, "x", false);
    client.send_raw(flood);
    EXPECT_EQ(client.read_frame().value_or(test::WebSocketFrame{}).close_code(), 1008);
}

TEST_P(WebSocketTest, EndsWhatBreaksTheProtocolAndNobodyElse) {
    auto quick = options();
    quick.close_timeout = milliseconds(200);  // one that is out of step cannot answer a Close
    start(quick);
    auto bystander = connect_websocket();
    const std::string mask("\x80\0\0\0\0", 5);
    const std::vector<std::string> broken = {
        "\xc2" + mask,                        // RSV bit
        "\x83" + mask,                        // unknown opcode
        "\x80" + mask,                        // continuation of nothing
        "\x09" + mask,                        // fragmented Ping
        std::string("\x89\xfe\0\x7e", 4),     // Ping of 126 bytes
        "\x82\xff" + std::string(8, '\xff'),  // 2^63 and more
    };
    for (const auto& bytes : broken) {
        auto client = connect_websocket();
        client.send_raw(bytes);
        const auto frame = client.read_frame();
        if (frame) {
            EXPECT_EQ(frame->close_code(), 1002);
            client.send_close(1002);
        }
        EXPECT_TRUE(client.wait_for_end()) << static_cast<int>(bytes[0]);
        EXPECT_TRUE(handler_closed()) << static_cast<int>(bytes[0]);
    }
    bystander.send_binary("still here");
    EXPECT_EQ(bystander.read_message(), "still here");
}

TEST_P(WebSocketTest, PingsWhenItHasNothingToSay) {
    auto quick = options();
    quick.ping_interval = milliseconds(50);
    quick.receive_timeout = milliseconds(400);
    start(quick);
    auto client = connect_websocket();
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < milliseconds(1000)) {
        const auto frame = client.read_frame();
        ASSERT_TRUE(frame) << "an answering client was dropped";
        ASSERT_EQ(frame->opcode, 9);
        client.send_frame(10, frame->payload);
    }
}

TEST_P(WebSocketTest, NoticesAPeerThatOnlyListens) {
    auto quick = options();
    quick.ping_interval = milliseconds(50);
    quick.receive_timeout = milliseconds(300);
    start(quick);
    auto client = connect_websocket();
    // The server always has something to say, so silence on its side is no reason for a Ping.
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < milliseconds(800)) {
        on_loop([this] { application_.last->send("news"); });
        const auto frame = client.read_frame();
        ASSERT_TRUE(frame) << "a listening client was dropped";
        if (frame->opcode == 9) client.send_frame(10, frame->payload);
    }
}

// What a peer gets that sends one frame after the other and answers no Ping: whether it is still
// connected after five times the time that silence may last.
bool is_kept(test::RawWebSocket& client, int opcode) {
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < milliseconds(2000)) {
        if (!client.send_frame(opcode, "")) return false;
        pollfd end{client.fd(), POLLRDHUP, 0};
        if (::poll(&end, 1, 20) > 0) return false;
    }
    return true;
}

TEST_P(WebSocketTest, KeepsAPeerThatOnlySendsPingsAndDropsOneThatOnlySendsText) {
    auto quick = options();
    quick.ping_interval = milliseconds(100);
    quick.receive_timeout = milliseconds(400);
    start(quick);
    auto pinging = connect_websocket();
    EXPECT_TRUE(is_kept(pinging, 9));
    auto texting = connect_websocket();
    EXPECT_FALSE(is_kept(texting, 1));
}

TEST_P(WebSocketTest, DropsAPeerThatHasGoneSilent) {
    auto quick = options();
    quick.ping_interval = milliseconds(50);
    quick.receive_timeout = milliseconds(200);
    start(quick);
    auto client = connect_websocket();
    EXPECT_TRUE(client.wait_for_end());
    EXPECT_TRUE(handler_closed());
}

TEST_P(WebSocketTest, DropsAPeerThatDoesNotRead) {
    auto quick = options();
    quick.write_timeout = milliseconds(300);
    start(quick);
    auto client = connect_websocket();
    on_loop([this] { application_.last->send(std::string(50'000'000, 'x')); });
    EXPECT_TRUE(handler_closed());
}

TEST_P(WebSocketTest, ClosesAfterEverythingQueuedWithItsOwnFrameLast) {
    start(options());
    auto client = connect_websocket();
    on_loop([this] {
        for (int i = 0; i < 50; i++) application_.last->send(numbered(i, 100'000));
        application_.last->socket().close(CloseCode::going_away, "restart");
    });
    for (int i = 0; i < 50; i++) ASSERT_TRUE(client.read_message() == numbered(i, 100'000)) << i;
    const auto frame = client.read_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->close_code(), 1001);
    EXPECT_EQ(frame->payload.substr(2), "restart");
    client.send_close(1001);
    EXPECT_FALSE(client.read_frame()) << "something follows the Close";
    EXPECT_TRUE(handler_closed());
}

TEST_P(WebSocketTest, AnswersTheCloseOfThePeer) {
    start(options());
    auto client = connect_websocket();
    client.send_close(1000);
    const auto frame = client.read_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->close_code(), 1000);
    EXPECT_TRUE(client.wait_for_end());
    EXPECT_TRUE(handler_closed());
}

TEST_P(WebSocketTest, GivesUpOnAPeerThatDoesNotAnswerTheClose) {
    auto quick = options();
    quick.close_timeout = milliseconds(100);
    quick.ping_interval = milliseconds(100);
    start(quick);
    auto client = connect_websocket();
    on_loop([this] { application_.last->socket().close(CloseCode::normal, ""); });
    EXPECT_TRUE(client.wait_for_end());
    EXPECT_TRUE(handler_closed());
}

TEST_P(WebSocketTest, AbortsAtOnce) {
    start(options());
    auto client = connect_websocket();
    on_loop([this] { application_.last->socket().abort(); });
    EXPECT_FALSE(client.read_frame());
    EXPECT_TRUE(client.wait_for_end());
    EXPECT_TRUE(handler_closed());
}

TEST_P(WebSocketTest, TellsTheHandlerThatTheServerIsGone) {
    start(options());
    auto client = connect_websocket();
    std::shared_ptr<std::promise<void>> closed;
    on_loop([&] { closed = application_.closed; });
    TearDown();
    EXPECT_EQ(closed->get_future().wait_for(seconds(0)), std::future_status::ready);
}

TEST_P(WebSocketTest, SendsWhatTheHandlerHasFromTheStart) {
    application_.accepted = [](EchoHandler& handler) { handler.send("hello"); };
    start(options());
    auto client = connect_websocket();
    EXPECT_EQ(client.read_message(), "hello");
}

TEST_P(WebSocketTest, TakesMessagesThatComeWithTheHandshake) {
    start(options());
    auto client = connect();
    client.send_raw(
        "GET /rpc HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
        test::masked_frame(2, "early"));
    EXPECT_EQ(client.read_response().status, 101);
    EXPECT_EQ(client.read_message(), "early");
}

TEST_P(WebSocketTest, AcceptsNeitherSubprotocolNorExtension) {
    start(options());
    auto client = connect();
    const auto answer =
        client.upgrade("/rpc", {{"Sec-WebSocket-Protocol", "chat, superchat"},
                                {"Sec-WebSocket-Extensions", "permessage-deflate"}});
    EXPECT_EQ(answer.status, 101);
    EXPECT_EQ(answer.head.find("Sec-WebSocket-Protocol"), std::string::npos);
    EXPECT_EQ(answer.head.find("Sec-WebSocket-Extensions"), std::string::npos);
    client.send_binary("works");
    EXPECT_EQ(client.read_message(), "works");
}

TEST_P(WebSocketTest, SendsRefusalsAsPlainHttp) {
    for (const int status : {400, 401, 403, 421, 426, 503}) {
        application_.refuse = [status](const HttpRequest& request) {
            EXPECT_EQ(request.path, "/rpc");
            return HttpResponse{.status = status, .body = "because"};
        };
        if (!server_) start(options());
        const auto answer = connect().upgrade("/rpc");
        EXPECT_EQ(answer.status, status);
        EXPECT_EQ(answer.body, "because");
    }
}

TEST_P(WebSocketTest, RefusesAHandshakeThatIsWrong) {
    start(options());
    const std::string begin = "GET /rpc HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string version = "Sec-WebSocket-Version: 13\r\n\r\n";
    const std::vector<std::string> rests = {
        key + version,                        // no Connection
        "Connection: Upgrade\r\n" + version,  // no key
        "Connection: Upgrade\r\nSec-WebSocket-Key: x\r\n" + version,
        "Connection: Upgrade\r\n" + key + "Sec-WebSocket-Version: 8\r\n\r\n"};
    for (const auto& rest : rests) {
        EXPECT_EQ(connect().request(begin + rest).status, 400) << rest;
    }
    const std::string old = "GET /rpc HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\n";
    EXPECT_EQ(connect().request(old + "Connection: Upgrade\r\n" + key + version).status, 426);
}

}  // namespace
}  // namespace collab::net
