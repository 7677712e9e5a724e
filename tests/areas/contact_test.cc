// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "areas/contacts/contact_queries.h"
#include "areas/contacts/contact_routes.h"
#include "areas/contacts/presence.h"
#include "areas/notifications/notification_routes.h"
#include "proto/contacts.pb.h"
#include "proto/notifications.pb.h"
#include "support/rpc_world.h"

namespace collab::contacts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::uint64_t on_wire(UserId user) {
    return static_cast<std::uint64_t>(user.value);
}

std::vector<rpc::Route> routes_under_test() {
    auto routes = contacts::routes();
    for (auto& route : notifications::routes()) routes.push_back(std::move(route));
    return routes;
}

class Contacts : public testing::TestWithParam<test::Engine> {
protected:
    void SetUp() override {
        if (const auto why = test::why_skipped(GetParam())) GTEST_SKIP() << *why;
        world_ = std::make_unique<test::RpcWorld>(GetParam(), routes_under_test());
        ada_ = &world_->connect(world_->user("ada"));
        bea_ = &world_->connect(world_->user("bea"));
    }

    static bool ask(test::FakeClient& from, UserId whom) {
        proto::RequestContact request;
        request.set_responder_id(on_wire(whom));
        return !from.request(request).is_error();
    }
    static bool respond(test::FakeClient& from, UserId whom, int response) {
        proto::RespondToContactRequest request;
        request.set_requester_id(on_wire(whom));
        request.set_response(static_cast<proto::ContactRequestResponse>(response));
        return !from.request(request).is_error();
    }
    static bool remove(test::FakeClient& from, UserId whom) {
        proto::RemoveContact request;
        request.set_user_id(on_wire(whom));
        return !from.request(request).is_error();
    }
    void become_contacts(test::FakeClient& one, test::FakeClient& other) {
        ASSERT_TRUE(ask(one, other.user));
        ASSERT_TRUE(respond(other, one.user, proto::Accept));
        forget_all();
    }
    void forget_all() {
        ada_->forget();
        bea_->forget();
    }
    // The one UpdateContacts that came since.
    static proto::UpdateContacts update(test::FakeClient& client) {
        const auto updates = client.received<proto::UpdateContacts>();
        EXPECT_EQ(updates.size(), 1u);
        return updates.empty() ? proto::UpdateContacts() : updates[0];
    }
    // Runs work of lib/contacts for a client, as login and rooms do.
    template <class F>
    void carry_out(test::FakeClient& client, F work) {
        Status result = ok();
        auto& session = *world_->live->hub.session(client.peer);
        world_->writer->submit({db::Durability::must, session.shared_caller(), nullptr,
                                [&](rpc::Call& call) { return work(call); },
                                [&](Status status, rpc::Outbox outbox) {
                                    result = std::move(status);
                                    world_->live->carry_out(outbox, [] {});
                                }});
        world_->settle();
        EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    }
    proto::UpdateContacts initial(test::FakeClient& client) {
        client.forget();
        carry_out(client, [](rpc::Call& call) -> Status {
            const auto tickets = send_acquaintances(call.tx, {call.user()});
            COLLAB_TRY(const auto known, receive_acquaintances(call.tx, tickets));
            post_initial_contacts(call.outbox, call.peer(), call.user(), known);
            return ok();
        });
        return update(client);
    }

    std::unique_ptr<test::RpcWorld> world_;
    test::FakeClient* ada_ = nullptr;
    test::FakeClient* bea_ = nullptr;
};
COLLAB_DATABASE_SUITE(Contacts);

TEST_P(Contacts, ShowARequestOnEveryConnectionOfBoth) {
    auto& ada2 = world_->connect(ada_->user);
    auto& bea2 = world_->connect(bea_->user);
    ASSERT_TRUE(ask(*ada_, bea_->user));
    for (auto* client : {ada_, &ada2}) {
        EXPECT_THAT(update(*client).outgoing_requests(), ElementsAre(on_wire(bea_->user)));
    }
    for (auto* client : {bea_, &bea2}) {
        EXPECT_EQ(update(*client).incoming_requests(0).requester_id(), on_wire(ada_->user));
        const auto added = client->received<proto::AddNotification>();
        ASSERT_EQ(added.size(), 1u);
        EXPECT_EQ(added[0].notification().kind(), "ContactRequest");
        EXPECT_EQ(added[0].notification().entity_id(), on_wire(ada_->user));
    }
}

TEST_P(Contacts, CannotBeAskedForTwiceOrWithOneselfOrWithNobody) {
    proto::RequestContact request;
    request.set_responder_id(on_wire(ada_->user));
    const auto answer = ada_->request(request);
    ASSERT_TRUE(answer.is_error());
    EXPECT_NE(answer.envelope.error().message().find("yourself"), std::string::npos);
    EXPECT_FALSE(ask(*ada_, UserId{999'999}));
    EXPECT_TRUE(ask(*ada_, bea_->user));
    EXPECT_FALSE(ask(*ada_, bea_->user));
    ASSERT_TRUE(respond(*bea_, ada_->user, proto::Accept));
    EXPECT_FALSE(ask(*ada_, bea_->user));
    EXPECT_FALSE(ask(*bea_, ada_->user));
}

TEST_P(Contacts, SeeEachOtherOnceOneAccepts) {
    ASSERT_TRUE(ask(*ada_, bea_->user));
    forget_all();
    ASSERT_TRUE(respond(*bea_, ada_->user, proto::Accept));
    const auto to_ada = update(*ada_);
    EXPECT_EQ(to_ada.contacts(0).user_id(), on_wire(bea_->user));
    EXPECT_TRUE(to_ada.contacts(0).online());
    EXPECT_FALSE(to_ada.contacts(0).busy());
    EXPECT_THAT(to_ada.remove_outgoing_requests(), ElementsAre(on_wire(bea_->user)));
    const auto to_bea = update(*bea_);
    EXPECT_EQ(to_bea.contacts(0).user_id(), on_wire(ada_->user));
    EXPECT_THAT(to_bea.remove_incoming_requests(), ElementsAre(on_wire(ada_->user)));

    const auto answered = bea_->received<proto::AddNotification>();
    ASSERT_EQ(answered.size(), 1u);
    EXPECT_TRUE(answered[0].notification().is_read() && answered[0].notification().response());
    const auto accepted = ada_->received<proto::AddNotification>();
    ASSERT_EQ(accepted.size(), 1u);
    EXPECT_EQ(accepted[0].notification().kind(), "ContactRequestAccepted");
    EXPECT_EQ(accepted[0].notification().entity_id(), on_wire(bea_->user));
}

TEST_P(Contacts, AreMadeAtOnceByRequestsThatCross) {
    ASSERT_TRUE(ask(*ada_, bea_->user));
    forget_all();
    ASSERT_TRUE(ask(*bea_, ada_->user));
    EXPECT_EQ(update(*ada_).contacts(0).user_id(), on_wire(bea_->user));
    EXPECT_THAT(update(*ada_).remove_outgoing_requests(), ElementsAre(on_wire(bea_->user)));
    EXPECT_EQ(update(*bea_).contacts(0).user_id(), on_wire(ada_->user));
    EXPECT_THAT(update(*bea_).remove_incoming_requests(), ElementsAre(on_wire(ada_->user)));
    EXPECT_EQ(update(*bea_).incoming_requests_size(), 0);
    EXPECT_EQ(ada_->received<proto::AddNotification>().at(0).notification().kind(),
              "ContactRequestAccepted");
}

TEST_P(Contacts, AreNotMadeByADecliningOrBlockingAnswer) {
    for (const int response : {proto::Decline, proto::Block}) {
        ASSERT_TRUE(ask(*ada_, bea_->user));
        forget_all();
        ASSERT_TRUE(respond(*bea_, ada_->user, response));
        EXPECT_THAT(update(*ada_).remove_outgoing_requests(), ElementsAre(on_wire(bea_->user)));
        EXPECT_THAT(update(*bea_).remove_incoming_requests(), ElementsAre(on_wire(ada_->user)));
        EXPECT_EQ(update(*bea_).contacts_size(), 0);
        const auto answered = bea_->received<proto::AddNotification>();
        ASSERT_EQ(answered.size(), 1u);
        EXPECT_TRUE(answered[0].notification().is_read());
        EXPECT_TRUE(answered[0].notification().has_response());
        EXPECT_FALSE(answered[0].notification().response());
        EXPECT_THAT(ada_->received<proto::AddNotification>(), IsEmpty());
    }
    const auto list =
        bea_->request(proto::GetNotifications()).as<proto::GetNotificationsResponse>();
    EXPECT_EQ(list.notifications_size(), 2) << "each answered request keeps its notification";
}

TEST_P(Contacts, KeepARequestThatWasOnlyDismissed) {
    ASSERT_TRUE(ask(*ada_, bea_->user));
    forget_all();
    ASSERT_TRUE(respond(*bea_, ada_->user, proto::Dismiss));
    EXPECT_THAT(ada_->received<proto::UpdateContacts>(), IsEmpty());
    EXPECT_EQ(initial(*bea_).incoming_requests_size(), 1);
}

TEST_P(Contacts, CannotBeAnsweredByTheOneWhoAsked) {
    ASSERT_TRUE(ask(*ada_, bea_->user));
    for (const int response : {proto::Accept, proto::Decline, proto::Dismiss}) {
        EXPECT_FALSE(respond(*ada_, bea_->user, response)) << response;
    }
    EXPECT_FALSE(respond(*bea_, ada_->user, 77));
    EXPECT_FALSE(respond(*bea_, UserId{999'999}, proto::Accept));
    ASSERT_TRUE(respond(*bea_, ada_->user, proto::Accept));
    EXPECT_FALSE(respond(*bea_, ada_->user, proto::Accept)) << "it is answered already";
    EXPECT_TRUE(respond(*ada_, bea_->user, proto::Dismiss)) << "the news that it was accepted";
    EXPECT_FALSE(respond(*bea_, ada_->user, proto::Dismiss));
}

TEST_P(Contacts, TakeTheNotificationAlongWhenARequestIsTakenBack) {
    ASSERT_TRUE(ask(*ada_, bea_->user));
    const auto id = bea_->received<proto::AddNotification>().at(0).notification().id();
    forget_all();
    ASSERT_TRUE(remove(*ada_, bea_->user));
    EXPECT_THAT(update(*ada_).remove_outgoing_requests(), ElementsAre(on_wire(bea_->user)));
    EXPECT_THAT(update(*bea_).remove_incoming_requests(), ElementsAre(on_wire(ada_->user)));
    EXPECT_EQ(bea_->received<proto::DeleteNotification>().at(0).notification_id(), id);
    EXPECT_THAT(ada_->received<proto::DeleteNotification>(), IsEmpty());
}

TEST_P(Contacts, TellTheRightSidesWhenTheOneWhoWasAskedRemovesTheRequest) {
    ASSERT_TRUE(ask(*ada_, bea_->user));
    forget_all();
    ASSERT_TRUE(remove(*bea_, ada_->user));
    EXPECT_THAT(update(*ada_).remove_outgoing_requests(), ElementsAre(on_wire(bea_->user)));
    EXPECT_THAT(update(*bea_).remove_incoming_requests(), ElementsAre(on_wire(ada_->user)));
    EXPECT_EQ(bea_->received<proto::DeleteNotification>().size(), 1u);
}

TEST_P(Contacts, DisappearFromBothListsWhenOneIsRemoved) {
    become_contacts(*ada_, *bea_);
    ASSERT_TRUE(remove(*bea_, ada_->user));
    EXPECT_THAT(update(*ada_).remove_contacts(), ElementsAre(on_wire(bea_->user)));
    EXPECT_THAT(update(*bea_).remove_contacts(), ElementsAre(on_wire(ada_->user)));
    EXPECT_FALSE(remove(*bea_, ada_->user)) << "there is nothing left";
}

TEST_P(Contacts, AreSentWholeAtLogin) {
    become_contacts(*ada_, *bea_);
    auto& cleo = world_->connect(world_->user("cleo"));
    const auto dora = world_->user("dora");
    ASSERT_TRUE(ask(cleo, bea_->user));
    ASSERT_TRUE(ask(*bea_, dora));
    const auto all = initial(*bea_);
    ASSERT_EQ(all.contacts_size(), 1);
    EXPECT_EQ(all.contacts(0).user_id(), on_wire(ada_->user));
    EXPECT_TRUE(all.contacts(0).online());
    EXPECT_EQ(all.incoming_requests(0).requester_id(), on_wire(cleo.user));
    EXPECT_THAT(all.outgoing_requests(), ElementsAre(on_wire(dora)));
}

TEST_P(Contacts, AreSentAtLoginEvenWhenThereAreNone) {
    EXPECT_EQ(initial(*ada_).contacts_size(), 0);
}

TEST_P(Contacts, HearOfAPresenceOnAllConnectionsButStrangersDoNot) {
    become_contacts(*ada_, *bea_);
    auto& bea2 = world_->connect(bea_->user);
    auto& stranger = world_->connect(world_->user("cleo"));
    carry_out(*ada_, [&](rpc::Call& call) {
        post_presence(call, {ada_->user});
        return ok();
    });
    for (auto* client : {bea_, &bea2}) {
        const auto contact = update(*client).contacts(0);
        EXPECT_EQ(contact.user_id(), on_wire(ada_->user));
        EXPECT_TRUE(contact.online());
        EXPECT_FALSE(contact.busy());
    }
    EXPECT_THAT(ada_->received<proto::UpdateContacts>(), IsEmpty());
    EXPECT_THAT(stranger.received<proto::UpdateContacts>(), IsEmpty());
}

TEST_P(Contacts, SeeWhoIsOfflineAndWhoIsBusy) {
    become_contacts(*ada_, *bea_);
    const auto room = world_->sql("INSERT INTO rooms (live_kit_room) VALUES ('r') RETURNING id");
    world_->sql(
        "INSERT INTO room_participants (room_id, user_id, calling_user_id, calling_connection_id, "
        "role) VALUES ($1, $2, $2, 0, 'admin')",
        {room[0].integer(0), ada_->user});
    const auto ada = ada_->user;
    world_->disconnect(*ada_);
    carry_out(*bea_, [&](rpc::Call& call) {
        post_presence(call, {ada, bea_->user});
        return ok();
    });
    const auto contact = update(*bea_).contacts(0);
    EXPECT_FALSE(contact.online());
    EXPECT_TRUE(contact.busy()) << "ringing counts";
    EXPECT_TRUE(initial(*bea_).contacts(0).busy());
}

TEST_P(Contacts, AreOnlyThoseWhoAccepted) {
    const auto check = [&] {
        bool answer = false;
        carry_out(*ada_, [&](rpc::Call& call) -> Status {
            COLLAB_TRY(answer, are_contacts(call.tx, bea_->user, ada_->user));
            return ok();
        });
        return answer;
    };
    EXPECT_FALSE(check());
    ASSERT_TRUE(ask(*ada_, bea_->user));
    EXPECT_FALSE(check());
    ASSERT_TRUE(respond(*bea_, ada_->user, proto::Accept));
    EXPECT_TRUE(check());
}

}  // namespace
}  // namespace collab::contacts
