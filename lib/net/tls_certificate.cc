// SPDX-License-Identifier: Apache-2.0
#include "net/tls_certificate.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace collab::net {
namespace {

using Bio = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* x) { X509_free(x); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* k) { EVP_PKEY_free(k); })>;

Bio reader(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

struct TlsCertificate::State {
    Certificate leaf;
    std::vector<Certificate> intermediates;
    Key key;
};

TlsCertificate::TlsCertificate(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsCertificate::TlsCertificate(TlsCertificate&&) noexcept = default;
TlsCertificate& TlsCertificate::operator=(TlsCertificate&&) noexcept = default;
TlsCertificate::~TlsCertificate() = default;

Result<TlsCertificate> TlsCertificate::parse(std::string_view certificate_pem,
                                             std::string_view private_key_pem) {
    auto state = std::make_unique<State>();
    const Bio chain = reader(certificate_pem);
    state->leaf.reset(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    if (!state->leaf) return Error{ErrorCode::invalid, "the TLS certificate is not PEM"};
    while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
        state->intermediates.emplace_back(next);
    }
    const Bio key = reader(private_key_pem);
    // An encrypted key would ask the terminal; the empty pass phrase makes it fail instead.
    char no_pass_phrase[] = "";
    state->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, no_pass_phrase));
    if (!state->key) return Error{ErrorCode::invalid, "the TLS key is not unencrypted PEM"};
    if (X509_check_private_key(state->leaf.get(), state->key.get()) != 1) {
        return Error{ErrorCode::invalid, "the TLS key does not belong to the certificate"};
    }
    return TlsCertificate(std::move(state));
}

std::vector<std::uint8_t> TlsCertificate::leaf_der() const {
    std::vector<std::uint8_t> der(static_cast<std::size_t>(i2d_X509(state_->leaf.get(), nullptr)));
    auto* end = der.data();
    i2d_X509(state_->leaf.get(), &end);
    return der;
}

std::vector<std::uint8_t> TlsCertificate::key_der() const {
    std::vector<std::uint8_t> der(
        static_cast<std::size_t>(i2d_PrivateKey(state_->key.get(), nullptr)));
    auto* end = der.data();
    i2d_PrivateKey(state_->key.get(), &end);
    return der;
}

Status TlsCertificate::install(ssl_ctx_st* context) const {
    bool good = SSL_CTX_use_certificate(context, state_->leaf.get()) == 1 &&
                SSL_CTX_use_PrivateKey(context, state_->key.get()) == 1;
    SSL_CTX_clear_chain_certs(context);
    for (const auto& certificate : state_->intermediates) {
        good = good && SSL_CTX_add1_chain_cert(context, certificate.get()) == 1;
    }
    if (!good) return Error{ErrorCode::invalid, "OpenSSL refuses the TLS certificate"};
    return ok();
}

void harden_tls(ssl_ctx_st* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

}  // namespace collab::net
