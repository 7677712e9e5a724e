// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <gtest/gtest.h>

#include "net/address_limits.h"
#include "net/network_address.h"

namespace collab::net {
namespace {

TEST(Http, FindsAHeaderWhateverItsCase) {
    HttpRequest request;
    request.headers = {{"x-zed-protocol-version", "68"}};
    EXPECT_EQ(request.header("X-Zed-Protocol-Version"), "68");
    EXPECT_FALSE(request.header("x-zed-protocol"));
}

TEST(Http, DecodesFormParameters) {
    HttpRequest request;
    request.query = "a=1&name=Ada+L%C3%B6w%26lace&empty=&bad=%zz";
    EXPECT_EQ(request.query_parameter("a"), "1");
    EXPECT_EQ(request.query_parameter("name"), "Ada L\xC3\xB6w&lace");
    EXPECT_EQ(request.query_parameter("empty"), "");
    EXPECT_FALSE(request.query_parameter("bad"));
    EXPECT_FALSE(request.query_parameter("absent"));
}

TEST(NetworkAddress, TellsPrivateFromPublic) {
    for (const auto* text : {"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.7.1", "::1", "fe80::1",
                             "fd00::1", "::ffff:192.168.7.1"}) {
        EXPECT_TRUE(parse_ip(text).value().is_private()) << text;
    }
    for (const auto* text : {"8.8.8.8", "172.32.0.1", "2001:db8::1"}) {
        EXPECT_FALSE(parse_ip(text).value().is_private()) << text;
    }
}

TEST(NetworkAddress, KnowsWhatARangeHolds) {
    const auto range = parse_range("192.0.2.0/24").value();
    EXPECT_TRUE(range.contains(parse_ip("192.0.2.77").value()));
    EXPECT_FALSE(range.contains(parse_ip("192.0.3.77").value()));
    EXPECT_TRUE(parse_range("2001:db8::/32").value().contains(parse_ip("2001:db8:1::1").value()));
    EXPECT_FALSE(parse_range("192.0.2.0/33").ok());
}

TEST(AddressLimits, AllowsSoManyHalfOpenConnectionsAndNewOnesPerSecond) {
    AddressLimits limits;
    limits.set(2, 3);
    const auto ada = parse_ip("192.0.2.1").value();
    const auto bob = parse_ip("192.0.2.2").value();
    const MonotonicTime start{std::chrono::seconds(100)};
    EXPECT_TRUE(limits.admit(ada, start));
    EXPECT_TRUE(limits.admit(ada, start));
    EXPECT_FALSE(limits.admit(ada, start)) << "two are half-open";
    EXPECT_TRUE(limits.admit(bob, start)) << "addresses are counted apart";
    limits.release(ada);
    EXPECT_TRUE(limits.admit(ada, start));
    limits.release(ada);
    EXPECT_FALSE(limits.admit(ada, start)) << "three in this second";
    EXPECT_TRUE(limits.admit(ada, start + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace collab::net
