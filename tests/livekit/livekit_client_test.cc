// SPDX-License-Identifier: Apache-2.0
#include "livekit/livekit_client.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "crypto/livekit_token.h"
#include "net/loop.h"
#include "net/server.h"
#include "net/thread_executor.h"

namespace collab::livekit {
namespace {

constexpr UserId kAda{7};

// A media server of a few lines: writes down what it is asked, answers with the next status.
class MediaServer final : public net::Application {
public:
    explicit MediaServer(std::vector<int> statuses) : statuses_(std::move(statuses)) {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        options.extra_headers.emplace_back("authorization");
        auto started = net::Server::start(loop_, *this, std::move(options));
        EXPECT_TRUE(started.ok());
        server_ = std::move(started).value();
        port_ = server_->ports().front();
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~MediaServer() override {
        loop_.stop();
        thread_.join();
    }

    void on_http(net::HttpRequest request, net::Responder respond) override {
        net::HttpResponse response;
        {
            const std::lock_guard lock(mutex_);
            response.status =
                requests_.size() < statuses_.size() ? statuses_[requests_.size()] : 200;
            requests_.push_back(std::move(request));
        }
        arrived_.notify_all();
        respond(std::move(response));
    }
    std::variant<net::HttpResponse, net::AcceptSocket> on_upgrade(
        const net::HttpRequest&) override {
        return net::HttpResponse{404};
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    // Waits until so many requests have come.
    std::vector<net::HttpRequest> requests(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(arrived_.wait_for(lock, std::chrono::seconds(10),
                                      [&] { return requests_.size() >= count; }));
        return requests_;
    }

private:
    net::Loop loop_;
    std::unique_ptr<net::Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<net::HttpRequest> requests_;
    std::vector<int> statuses_;
};

// The claims of a token as Python's standard library reads and verifies them, sorted by name.
std::string claims_by_python(const std::string& token, const std::string& secret) {
    const std::string script =
        "import sys,hmac,hashlib,base64,json\n"
        "d=lambda s: base64.urlsafe_b64decode(s+'='*(-len(s)%4))\n"
        "t,k=sys.argv[1:]\n"
        "h,p,s=t.split('.')\n"
        "assert json.loads(d(h))['alg']=='HS256'\n"
        "m=hmac.new(k.encode(),(h+'.'+p).encode(),hashlib.sha256).digest()\n"
        "assert hmac.compare_digest(m,d(s)), 'signature'\n"
        "c=json.loads(d(p))\n"
        "v={n:x for n,x in c['video'].items() if x is not None}\n"
        "print(c['iss'],c.get('sub'),c['exp']-c['iat'],c['nbf']==c['iat'],"
        "json.dumps(v,sort_keys=True),end='')\n";
    const std::string command =
        "python3 -c \"" + script + "\" '" + token + "' '" + secret + "' 2>&1";
    std::string output;
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return "no python3";
    char buffer[512];
    while (const auto got = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
    pclose(pipe);
    return output;
}

class LivekitClientTest : public testing::Test {
protected:
    net::Loop loop_;
    std::optional<LivekitClient> client_;
    net::ThreadExecutor executor_{loop_, 1};  // ends first: its lane uses the client

    LivekitClient& client(const std::string& url) {
        return client_.emplace(executor_, rpc::LiveKitSettings{url, "key", "secret"});
    }
    static std::string token_of(const net::HttpRequest& request) {
        const std::string value(request.header("authorization").value_or(""));
        EXPECT_EQ(value.substr(0, 7), "Bearer ");
        return value.size() > 7 ? value.substr(7) : "";
    }
};

TEST_F(LivekitClientTest, RemovesAParticipant) {
    MediaServer server({});
    const auto& livekit = client(server.url());
    livekit.remove_participant("room-1", kAda);
    const auto request = server.requests(1).at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/twirp/livekit.RoomService/RemoveParticipant");
    EXPECT_EQ(request.header("content-type"), "application/protobuf");
    EXPECT_EQ(request.body, std::string("\x0a\x06room-1\x12\x01"
                                        "7"));
    EXPECT_EQ(claims_by_python(token_of(request), "secret"),
              "key None 21600 False {\"room\": \"room-1\", \"roomAdmin\": true}");
}

TEST_F(LivekitClientTest, SetsWhatAParticipantMayDo) {
    MediaServer server({});
    const auto& livekit = client(server.url());
    livekit.update_participant("r", kAda, true);
    livekit.update_participant("r", kAda, false);
    const auto requests = server.requests(2);
    EXPECT_EQ(requests[0].path, "/twirp/livekit.RoomService/UpdateParticipant");
    using namespace std::string_literals;
    EXPECT_EQ(requests[0].body,
              "\x0a\x01r\x12\x01"
              "7\x1a\x00\x22\x0a\x08\x01\x10\x01\x18\x01\x38\x00\x40\x00"s);
    EXPECT_EQ(requests[1].body,
              "\x0a\x01r\x12\x01"
              "7\x1a\x00\x22\x0a\x08\x01\x10\x00\x18\x00\x38\x00\x40\x00"s);
}

TEST_F(LivekitClientTest, DeletesARoomWithTheTokenForThat) {
    MediaServer server({});
    const auto& livekit = client(server.url());
    livekit.delete_room("r");
    const auto request = server.requests(1).at(0);
    EXPECT_EQ(request.path, "/twirp/livekit.RoomService/DeleteRoom");
    EXPECT_EQ(request.body, "\x0a\x01r");
    EXPECT_EQ(claims_by_python(token_of(request), "secret"),
              "key None 21600 False {\"roomCreate\": true}");
}

TEST_F(LivekitClientTest, TriesThreeTimesWhenTheServerFails) {
    MediaServer server({503, 500, 200});
    const auto& livekit = client(server.url());
    livekit.remove_participant("first", kAda);
    livekit.delete_room("second");
    // Three attempts for the first, one for the second, which does not wait for all of them.
    const auto requests = server.requests(4);
    std::size_t first = 0;
    for (const auto& request : requests) {
        if (request.path.ends_with("RemoveParticipant")) ++first;
    }
    EXPECT_GE(first, 2u);
}

TEST_F(LivekitClientTest, GivesUpAfterTheThird) {
    MediaServer server({500, 500, 500});
    const auto& livekit = client(server.url());
    livekit.remove_participant("first", kAda);
    server.requests(3);
    livekit.delete_room("second");
    EXPECT_TRUE(server.requests(4).at(3).path.ends_with("DeleteRoom"));
}

TEST_F(LivekitClientTest, DoesNotRepeatWhatIsRefused) {
    MediaServer server({404});
    const auto& livekit = client(server.url());
    livekit.remove_participant("gone", kAda);
    server.requests(1);
    livekit.delete_room("second");
    EXPECT_TRUE(server.requests(2).at(1).path.ends_with("DeleteRoom"));
}

TEST(LivekitTicket, IsReadByOthersAsItIsMeant) {
    const WallTime now{std::chrono::milliseconds(1'767'225'600'000)};
    EXPECT_EQ(claims_by_python(crypto::livekit_join_token({"key", "secret"}, "r", kAda,
                                                          crypto::Voice::listen, now),
                               "secret"),
              "key 7 21600 True {\"canPublish\": false, \"canSubscribe\": true, \"room\": \"r\", "
              "\"roomJoin\": true}");
}

}  // namespace
}  // namespace collab::livekit
