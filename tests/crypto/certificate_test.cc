// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/fingerprint.h"
#include "crypto/openssl_command.h"
#include "crypto/sha256.h"

namespace collab::crypto {
namespace {

using ::testing::HasSubstr;

class PrivateAuthority : public ::testing::Test {
protected:
    PrivateAuthority() { openssl_.write("ca.pem", authority_.certificate_pem); }

    CertificateRequest request(std::string name) const {
        return {.common_name = std::move(name),
                .dns_names = {"ana-desk.local", "localhost"},
                .addresses = {"192.168.1.7", "::1"},
                .now = SystemClock().wall_now(),
                .lifetime = std::chrono::days(30)};
    }

    const CertifiedKey authority_ = make_authority(request("collab on ana-desk")).value();
    test::OpensslCommand openssl_;
};

TEST_F(PrivateAuthority, SignsALeafThatOpensslVerifies) {
    const auto leaf = make_leaf(authority_, request("ana-desk.local"));
    ASSERT_TRUE(leaf.ok()) << leaf.error().message;
    openssl_.write("leaf.pem", leaf->certificate_pem);

    for (const char* expected : {"-verify_hostname ana-desk.local", "-verify_hostname localhost",
                                 "-verify_ip 192.168.1.7", "-verify_ip ::1"}) {
        const auto answer = openssl_.run("verify -x509_strict -purpose sslserver -CAfile ca.pem " +
                                         std::string(expected) + " leaf.pem");
        EXPECT_EQ(answer.status, 0) << expected << ": " << answer.output;
    }
    EXPECT_NE(openssl_.run("verify -CAfile ca.pem -verify_ip 192.168.1.8 leaf.pem").status, 0);
    EXPECT_NE(openssl_.run("verify -CAfile ca.pem -verify_hostname else.local leaf.pem").status, 0);
}

TEST_F(PrivateAuthority, MaySignLeavesButNoFurtherAuthority) {
    const auto text = openssl_.run("x509 -in ca.pem -noout -text").output;
    EXPECT_THAT(text, HasSubstr("CA:TRUE, pathlen:0"));
    EXPECT_THAT(text, HasSubstr("Certificate Sign, CRL Sign"));
    EXPECT_THAT(text, HasSubstr("CN = collab on ana-desk"));

    openssl_.write("leaf.pem", make_leaf(authority_, request("x")).value().certificate_pem);
    EXPECT_THAT(openssl_.run("x509 -in leaf.pem -noout -text").output, HasSubstr("CA:FALSE"));
}

TEST_F(PrivateAuthority, GivesEveryLeafItsOwnKeyAndSerial) {
    const auto one = make_leaf(authority_, request("x")).value();
    const auto other = make_leaf(authority_, request("x")).value();

    EXPECT_NE(one.key_pem, other.key_pem);
    EXPECT_NE(public_key_hash(one.certificate_pem).value(),
              public_key_hash(other.certificate_pem).value());
}

TEST_F(PrivateAuthority, SaysWhenACertificateEnds) {
    auto wanted = request("x");
    wanted.now = WallTime(std::chrono::seconds(1'800'000'000));
    wanted.lifetime = std::chrono::days(825);
    const auto leaf = make_leaf(authority_, wanted).value();

    EXPECT_EQ(not_after(leaf.certificate_pem).value(), wanted.now + wanted.lifetime);
    openssl_.write("leaf.pem", leaf.certificate_pem);
    EXPECT_THAT(openssl_.run("x509 -in leaf.pem -noout -startdate").output,
                HasSubstr("notBefore=Jan 15 07:00:00 2027 GMT"));
}

TEST_F(PrivateAuthority, IsKnownByTheHashOfItsPublicKey) {
    openssl_.run("x509 -in ca.pem -pubkey -noout -out public.pem");
    openssl_.run("pkey -pubin -in public.pem -outform DER -out public.der");

    EXPECT_EQ(public_key_hash(authority_.certificate_pem).value(),
              sha256(openssl_.read("public.der")));
    EXPECT_EQ(display_fingerprint(public_key_hash(authority_.certificate_pem).value()).size(), 14u);
}

TEST_F(PrivateAuthority, RefusesNamesThatNoCertificateCanCarry) {
    auto bad_address = request("x");
    bad_address.addresses = {"300.1.1.1"};
    EXPECT_EQ(make_leaf(authority_, bad_address).error().message, "not an ip address: '300.1.1.1'");

    auto bad_name = request("x");
    bad_name.dns_names = {"a.local,IP:10.0.0.1"};
    EXPECT_FALSE(make_leaf(authority_, bad_name).ok());

    EXPECT_FALSE(make_authority(request("")).ok());
    EXPECT_FALSE(make_authority(request(std::string(65, 'x'))).ok());
}

TEST_F(PrivateAuthority, RefusesToSignWithAKeyThatIsNotItsOwn) {
    const auto other = make_authority(request("another")).value();

    EXPECT_FALSE(make_leaf({authority_.certificate_pem, other.key_pem}, request("x")).ok());
    EXPECT_FALSE(make_leaf({"", ""}, request("x")).ok());
    EXPECT_FALSE(not_after("-----BEGIN CERTIFICATE-----\nAAAA\n").ok());
    EXPECT_FALSE(public_key_hash("").ok());
}

}  // namespace
}  // namespace collab::crypto
