// SPDX-License-Identifier: Apache-2.0
#include "net/server_fixture.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace collab::net {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <class Write>
std::string to_pem(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    return pem;
}

}  // namespace

EchoHandler::EchoHandler(Socket& socket, std::shared_ptr<std::promise<void>> closed)
    : socket_(socket), closed_(std::move(closed)) {}

void EchoHandler::on_message(std::span<const std::uint8_t> message) {
    send(std::string(reinterpret_cast<const char*>(message.data()), message.size()));
}

void EchoHandler::send(std::string body, std::string tail) {
    queue_.emplace_back(std::move(body), std::move(tail));
    socket_.wake();
}

bool EchoHandler::next_frame(OutFrame& frame) {
    if (next_ == queue_.size()) {
        queue_.clear();
        next_ = 0;
        return false;
    }
    const auto& [body, tail] = queue_[next_++];
    frame = {bytes_of(body), bytes_of(tail)};
    return true;
}

void EchoHandler::on_closed() {
    closed_->set_value();
}

void TestApplication::on_http(HttpRequest request, Responder respond) {
    if (http) return http(std::move(request), std::move(respond));
    if (request.method == "POST") return respond({.body = request.body});
    respond({.body = "hello"});
}

std::variant<HttpResponse, AcceptSocket> TestApplication::on_upgrade(const HttpRequest& request) {
    if (refuse) {
        if (auto refusal = refuse(request)) return *refusal;
    }
    return AcceptSocket([this](Socket& socket) {
        closed = std::make_shared<std::promise<void>>();
        auto handler = std::make_unique<EchoHandler>(socket, closed);
        last = handler.get();
        if (accepted) accepted(*handler);
        return handler;
    });
}

ServerOptions ServerFixture::options() {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    return options;
}

void ServerFixture::start(ServerOptions options) {
    auto started = Server::start(loop_, application_, std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(started).value();
    if (!server_->ports().empty()) port_ = server_->ports().front();
    thread_ = std::thread([this] { loop_.run(); });
}

void ServerFixture::TearDown() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
    server_.reset();
}

void ServerFixture::on_loop(std::function<void()> work) {
    std::promise<void> done;
    loop_.post([&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

test::RawWebSocket ServerFixture::connect() {
    test::RawWebSocket client;
    EXPECT_TRUE(client.connect_tcp(port_));
    return client;
}

test::RawWebSocket ServerFixture::connect_websocket() {
    auto client = connect();
    EXPECT_EQ(client.upgrade("/rpc").status, 101);
    return client;
}

bool ServerFixture::handler_closed() {
    std::shared_ptr<std::promise<void>> closed;
    on_loop([&] { closed = application_.closed; });
    return closed->get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready;
}

TestCertificate make_certificate(const std::string& name) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    TestCertificate made{
        to_pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }), to_pem([&](BIO* bio) {
            PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
        })};
    X509_free(certificate);
    EVP_PKEY_free(key);
    return made;
}

}  // namespace collab::net
