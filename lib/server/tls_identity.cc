// SPDX-License-Identifier: Apache-2.0
#include "server/tls_identity.h"

#include "crypto/certificate.h"
#include "crypto/fingerprint.h"

namespace collab::server {
namespace {

constexpr std::chrono::days kAuthorityLifetime{3650};
constexpr std::chrono::days kRenewBefore{30};

Result<crypto::CertifiedKey> load_pair(const StateDirectory& state, const std::string& name) {
    COLLAB_TRY(auto certificate, state.read(name + ".crt"));
    COLLAB_TRY(auto key, state.read(name + ".key"));
    return crypto::CertifiedKey{std::move(certificate), std::move(key)};
}

Status save_pair(const StateDirectory& state, const std::string& name,
                 const crypto::CertifiedKey& pair) {
    COLLAB_DO(state.write(name + ".key", pair.key_pem));
    return state.write(name + ".crt", pair.certificate_pem);
}

bool is_fresh(const crypto::CertifiedKey& pair, WallTime now) {
    const auto end = crypto::not_after(pair.certificate_pem);
    return end.ok() && *end > now + kRenewBefore;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += name + "\n";
    return text;
}

}  // namespace

Result<TlsIdentity> load_or_make_identity(const StateDirectory& state,
                                          const std::vector<std::string>& names, WallTime now) {
    auto authority = load_pair(state, "ca");
    if (!authority.ok()) {
        if (authority.error().code != ErrorCode::not_found) return std::move(authority).error();
        authority =
            crypto::make_authority({"collab on " + names.front(), {}, {}, now, kAuthorityLifetime});
        if (!authority.ok()) return std::move(authority).error();
        COLLAB_DO(save_pair(state, "ca", *authority));
    }
    auto leaf = load_pair(state, "server");
    const auto stored_names = state.read("server.names");
    const bool usable =
        leaf.ok() && is_fresh(*leaf, now) && stored_names.ok() && *stored_names == joined(names);
    if (!usable) {
        leaf = crypto::make_leaf(*authority, {names.front(), names, {"127.0.0.1", "::1"}, now});
        if (!leaf.ok()) return std::move(leaf).error();
        COLLAB_DO(save_pair(state, "server", *leaf));
        COLLAB_DO(state.write("server.names", joined(names)));
    }
    COLLAB_TRY(const auto hash, crypto::public_key_hash(authority->certificate_pem));
    return TlsIdentity{leaf->certificate_pem + authority->certificate_pem, leaf->key_pem,
                       crypto::display_fingerprint(hash)};
}

}  // namespace collab::server
