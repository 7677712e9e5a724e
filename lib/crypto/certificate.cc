// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "crypto/sha256.h"

namespace collab::crypto {
namespace {

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};

using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

constexpr std::chrono::hours kClockSlack{1};
constexpr int kSerialBits = 127;

Error failed(std::string message) {
    ERR_clear_error();
    return {ErrorCode::invalid, std::move(message)};
}

Bio bio_of(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

Result<Certificate> parse_certificate(std::string_view pem) {
    Certificate certificate(PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr));
    if (!certificate) return failed("not a certificate in pem form");
    return certificate;
}

bool add_extension(X509* certificate, X509V3_CTX* context, int nid, const char* value) {
    Extension extension(X509V3_EXT_conf_nid(nullptr, context, nid, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
    std::unique_ptr<BIGNUM, Freer<BN_free>> serial(BN_new());
    return serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// Everything that an authority and a leaf have in common.
Result<Certificate> begin_certificate(EVP_PKEY* key, const CertificateRequest& request) {
    Certificate certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
        !set_serial(certificate.get()) || X509_set_pubkey(certificate.get(), key) != 1)
        return failed("cannot make a certificate");

    const auto from = std::chrono::floor<std::chrono::seconds>(request.now - kClockSlack);
    const auto until = std::chrono::floor<std::chrono::seconds>(request.now + request.lifetime);
    if (!ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from.time_since_epoch().count()) ||
        !ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until.time_since_epoch().count()))
        return failed("cannot make a certificate for that time");

    const auto* name = reinterpret_cast<const unsigned char*>(request.common_name.data());
    if (request.common_name.empty() || request.common_name.size() > ub_common_name ||
        X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName,
                                   MBSTRING_UTF8, name,
                                   static_cast<int>(request.common_name.size()), -1, 0) != 1)
        return failed("no name for a certificate: '" + request.common_name + "'");
    return certificate;
}

bool push_name(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, type, value);
    return sk_GENERAL_NAME_push(names, name) > 0;
}

// Built from parts rather than from a "DNS:a,IP:b" text, which a comma in a name would extend.
Result<Names> subject_names(const CertificateRequest& request) {
    Names names(GENERAL_NAMES_new());
    for (const auto& dns : request.dns_names) {
        if (dns.empty() || dns.size() > 253 ||
            dns.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._*") != std::string::npos)
            return failed("not a dns name: '" + dns + "'");
        ASN1_IA5STRING* value = ASN1_IA5STRING_new();
        ASN1_STRING_set(value, dns.data(), static_cast<int>(dns.size()));
        if (!push_name(names.get(), GEN_DNS, value)) return failed("cannot add a name");
    }
    for (const auto& address : request.addresses) {
        ASN1_OCTET_STRING* value = a2i_IPADDRESS(address.c_str());
        if (!value) return failed("not an ip address: '" + address + "'");
        if (!push_name(names.get(), GEN_IPADD, value)) return failed("cannot add an address");
    }
    return names;
}

Result<CertifiedKey> export_pem(X509* certificate, EVP_PKEY* key) {
    Bio certificate_out(BIO_new(BIO_s_mem()));
    Bio key_out(BIO_new(BIO_s_secmem()));
    if (PEM_write_bio_X509(certificate_out.get(), certificate) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
            1)
        return failed("cannot write a certificate");
    return CertifiedKey{text_of(certificate_out.get()), text_of(key_out.get())};
}

}  // namespace

Result<CertifiedKey> make_authority(const CertificateRequest& request) {
    Key key(EVP_EC_gen("P-256"));
    if (!key) return failed("cannot make a key");
    COLLAB_TRY(auto certificate, begin_certificate(key.get(), request));

    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
    if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) != 1 ||
        !add_extension(certificate.get(), &context, NID_basic_constraints,
                       "critical,CA:TRUE,pathlen:0") ||
        !add_extension(certificate.get(), &context, NID_key_usage,
                       "critical,keyCertSign,cRLSign") ||
        !add_extension(certificate.get(), &context, NID_subject_key_identifier, "hash") ||
        X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
        return failed("cannot sign a certificate");
    return export_pem(certificate.get(), key.get());
}

Result<CertifiedKey> make_leaf(const CertifiedKey& authority, const CertificateRequest& request) {
    COLLAB_TRY(auto issuer, parse_certificate(authority.certificate_pem));
    Key issuer_key(
        PEM_read_bio_PrivateKey(bio_of(authority.key_pem).get(), nullptr, nullptr, nullptr));
    if (!issuer_key || X509_check_private_key(issuer.get(), issuer_key.get()) != 1)
        return failed("the authority's key does not fit its certificate");

    Key key(EVP_EC_gen("P-256"));
    if (!key) return failed("cannot make a key");
    COLLAB_TRY(auto certificate, begin_certificate(key.get(), request));
    COLLAB_TRY(auto names, subject_names(request));

    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer.get(), certificate.get(), nullptr, nullptr, 0);
    if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())) != 1 ||
        !add_extension(certificate.get(), &context, NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(certificate.get(), &context, NID_key_usage, "critical,digitalSignature") ||
        !add_extension(certificate.get(), &context, NID_ext_key_usage, "serverAuth") ||
        !add_extension(certificate.get(), &context, NID_subject_key_identifier, "hash") ||
        !add_extension(certificate.get(), &context, NID_authority_key_identifier, "keyid") ||
        X509_add1_ext_i2d(certificate.get(), NID_subject_alt_name, names.get(), 0, 0) != 1 ||
        X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0)
        return failed("cannot sign a certificate");
    return export_pem(certificate.get(), key.get());
}

Result<WallTime> not_after(std::string_view certificate_pem) {
    COLLAB_TRY(auto certificate, parse_certificate(certificate_pem));
    std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(certificate.get())) != 1)
        return failed("a certificate without a time");
    return WallTime(std::chrono::days(days) + std::chrono::seconds(seconds));
}

Result<std::string> public_key_hash(std::string_view certificate_pem) {
    COLLAB_TRY(auto certificate, parse_certificate(certificate_pem));
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
    if (size <= 0) return failed("a certificate without a public key");
    std::string hash = sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return hash;
}

}  // namespace collab::crypto
