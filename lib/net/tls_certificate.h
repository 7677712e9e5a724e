// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server's certificate chain and key, checked, and the settings of its TLS.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;

namespace collab::net {

class TlsCertificate {
public:
    // Error invalid: not PEM, no certificate, or the key belongs to another one.
    static Result<TlsCertificate> parse(std::string_view certificate_pem,
                                        std::string_view private_key_pem);
    TlsCertificate(TlsCertificate&&) noexcept;
    TlsCertificate& operator=(TlsCertificate&&) noexcept;
    ~TlsCertificate();

    std::vector<std::uint8_t> leaf_der() const;
    std::vector<std::uint8_t> key_der() const;

    // Makes `context` serve this chain to connections that begin from now on.
    Status install(ssl_ctx_st* context) const;

private:
    struct State;
    explicit TlsCertificate(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;  // hides OpenSSL from includers
};

// TLS 1.2 or later, little memory per connection, no tickets.
void harden_tls(ssl_ctx_st* context);

}  // namespace collab::net
