// SPDX-License-Identifier: Apache-2.0
#pragma once

// The private certificate authority of local mode: makes one, signs the server's certificate with
// it, and reads what is needed to renew. All in memory, as PEM; files are the caller's business.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace collab::crypto {

// An EC P-256 key (PKCS#8 PEM, unencrypted: keep it 0600) and the certificate of it.
struct CertifiedKey {
    std::string certificate_pem;
    std::string key_pem;
};

struct CertificateRequest {
    std::string common_name;             // shown to people; at most 64 bytes
    std::vector<std::string> dns_names;  // of a leaf
    std::vector<std::string> addresses;  // of a leaf: IPv4 or IPv6 literals
    WallTime now;                        // valid from an hour before, for clocks that lag
    std::chrono::days lifetime{825};     // the most that Apple's verifiers accept of a leaf
};

// A new authority: may sign leaves, not further authorities. `dns_names` and `addresses` are not
// looked at. Error invalid: a name that no certificate can carry.
Result<CertifiedKey> make_authority(const CertificateRequest& request);

// A server certificate with a new key, signed by `authority`.
// Error invalid: `authority` is no CertifiedKey, a name or an address is malformed.
Result<CertifiedKey> make_leaf(const CertifiedKey& authority, const CertificateRequest& request);

// When the certificate ends. Error invalid: not a PEM certificate.
Result<WallTime> not_after(std::string_view certificate_pem);

// SHA-256, 32 bytes, of the certificate's public key (SubjectPublicKeyInfo): stays the same when
// the certificate is renewed with its key. Error invalid: not a PEM certificate.
Result<std::string> public_key_hash(std::string_view certificate_pem);

}  // namespace collab::crypto
