// SPDX-License-Identifier: Apache-2.0
#include "server/core.h"

#include <utility>

#include "areas/channels/subscriptions.h"
#include "areas/users/token_table.h"
#include "base/log.h"
#include "proto/core.pb.h"
#include "server/connection_life.h"
#include "server/routes.h"
#include "server/server_rows.h"

namespace collab::server {
namespace {

// Queues are looked at this often for frames that have waited too long.
constexpr Duration kQueueCheck = std::chrono::milliseconds(500);

// A farewell that failed, because the database was away, is said again after this; each time the
// pause doubles.
constexpr Duration kFarewellPause = std::chrono::seconds(1);
constexpr Duration kLongestFarewellPause = std::chrono::minutes(1);

}  // namespace

Core::Core(Executor& executor, Random& random, rpc::Settings settings,
           rpc::Writer::Connect open_writer, rpc::Writer::Connect open_reader)
    : executor_(executor),
      random_(random),
      latest_(
          settings_.emplace_back(std::make_unique<const rpc::Settings>(std::move(settings))).get()),
      media_(executor_, *latest_) {
    services_.provide<channels::Evictor>(extinction_);
    services_.provide<notes::OpenNotes>(open_notes_);
    services_.provide<rooms::MediaServer>(media_);
    writer_ = std::make_unique<rpc::Writer>(executor_, random_, latest_, services_,
                                            std::move(open_writer));
    reader_ = std::make_unique<rpc::Reader>(executor_, *writer_, random_, latest_, services_,
                                            std::move(open_reader));
    live_ = std::make_unique<rpc::Live>(executor_, *writer_, *reader_, latest_);
    router_ = std::make_unique<rpc::Router>(*live_, routes());
    greetings_ = std::make_unique<Greetings>(*live_, *router_);
    live_->hub.observe_presence([this](UserId user, bool online) {
        if (!online) live_->state<channels::Subscriptions>().drop(user);
    });
}

Core::~Core() = default;

void Core::run(std::string what, db::Durability durability, std::function<Status(rpc::Call&)> work,
               std::function<void(Status)> then) {
    writer_->submit(
        {durability, nullptr, nullptr, std::move(work),
         [this, what = std::move(what), then = std::move(then)](Status status, rpc::Outbox outbox) {
             if (!status.ok()) {
                 log(LogLevel::error, what + ": " + status.error().message);
             }
             live_->carry_out(outbox, [&] {
                 if (then) then(std::move(status));
             });
         }});
}

void Core::start(std::function<void(Status)> ready) {
    auto begun = std::make_shared<Beginning>();
    run(
        "cannot start", db::Durability::must,
        [environment = settings().environment, begun](rpc::Call& call) -> Status {
            COLLAB_TRY(*begun, begin_server(call, environment));
            return ok();
        },
        [this, begun, ready = std::move(ready)](Status status) {
            if (status.ok()) {
                for (auto& room : begun->rooms) live_->index.put_room(std::move(room));
                live_->state<users::TokenTable>().load(begun->access);
                began(begun->server);
            }
            ready(std::move(status));
        });
}

void Core::began(ServerId server) {
    server_ = server;
    writer_->set_server(server);
    reader_->set_server(server);
    live_->hub.set_server(server);
    ready_ = true;
    renew();
    check_queues();
    executor_.after(settings().cleanup_timeout, [this] { sweep(); });
}

rpc::Session& Core::accept(rpc::Caller caller, rpc::Transport& transport,
                           std::optional<UserId> impersonator) {
    if (impersonator) {
        log(LogLevel::info, "audit: user " + std::to_string(impersonator->value) +
                                " signs in as user " + std::to_string(caller.user.value));
    }
    caller.peer = router_->next_peer();
    auto& session = live_->hub.add(
        std::make_unique<rpc::Session>(std::make_shared<const rpc::Caller>(std::move(caller)),
                                       transport, executor_.clock(), settings().limits));
    // Hello leaves before any work with the database: clients wait for it (spec 1, 2.4).
    proto::Hello hello;
    hello.mutable_peer_id()->set_owner_id(session.peer().server);
    hello.mutable_peer_id()->set_id(session.peer().connection);
    session.send(hello);
    greetings_->add(session, impersonator.has_value());
    return session;
}

void Core::closed(PeerId peer) {
    const auto* session = live_->hub.session(peer);
    if (session == nullptr) return;
    const UserId user = session->caller().user;
    router_->on_close(peer);
    if (stopping_) return;
    run("lost connection", db::Durability::crash,
        [peer](rpc::Call& call) { return mark_lost(call, peer); });
    executor_.after(settings().reconnect_timeout,
                    [this, peer, user] { gone_for_good(peer, user, kFarewellPause); });
}

void Core::gone_for_good(PeerId peer, UserId user, Duration pause) {
    if (stopping_) return;
    auto failed = std::make_shared<bool>(false);
    const auto note = [failed](const Status& status) { *failed |= !status.ok(); };
    // Each step stands alone: one that fails does not keep the others from their work.
    for (const auto& step : farewell_steps()) {
        run(
            std::string(step.what), db::Durability::must,
            [peer, user, work = step.work](rpc::Call& call) { return work(call, peer, user); },
            note);
    }
    if (!live_->hub.online(user)) {
        run(
            "ringing of an offline user", db::Durability::must,
            [user, own = server_](rpc::Call& call) { return decline_for_offline(call, user, own); },
            note);
    }
    run(
        "presence", db::Durability::crash,
        [user](rpc::Call& call) { return tell_contacts(call, user); },
        [this, peer, user, pause, failed](const Status& status) {
            if (status.ok() && !*failed) return;
            // Nobody else would take them out of their room as long as this process lives.
            executor_.after(pause, [this, peer, user, pause] {
                gone_for_good(peer, user, std::min(2 * pause, kLongestFarewellPause));
            });
        });
}

void Core::renew() {
    if (stopping_) return;
    const auto sums = std::make_shared<users::AccessSums>();
    run(
        "server row", db::Durability::crash,
        [server = server_, sums](rpc::Call& call) -> Status {
            COLLAB_TRY(*sums, renew_server(call, server));
            return ok();
        },
        [this, sums](const Status& status) {
            if (status.ok()) {
                if (*sums != live_->state<users::TokenTable>().sums()) load_access();
            } else if (status.error().code == ErrorCode::not_found) {
                if (const auto then = std::exchange(when_fenced_, {})) then();
            }
        });
    executor_.after(settings().cleanup_timeout / 5, [this] { renew(); });
}

// Another server of this database, or collab-seed, has changed who may sign in. Read on the writer:
// what changes here meanwhile comes after it.
void Core::load_access() {
    const auto access = std::make_shared<users::Access>();
    run(
        "who may sign in", db::Durability::crash,
        [access](rpc::Call& call) -> Status {
            COLLAB_TRY(*access, users::load_access(call.tx));
            return ok();
        },
        [this, access](const Status& status) {
            if (status.ok()) live_->state<users::TokenTable>().load(*access);
        });
}

void Core::sweep() {
    if (stopping_) return;
    auto stale = std::make_shared<std::vector<ServerId>>();
    run(
        "looking for dead servers", db::Durability::crash,
        [this, stale](rpc::Call& call) -> Status {
            COLLAB_TRY(*stale, find_stale_servers(call, server_));
            return ok();
        },
        [this, stale](const Status& status) {
            if (status.ok() && !stale->empty()) clean_up(*stale);
        });
    executor_.after(settings().cleanup_timeout, [this] { sweep(); });
}

// Rows of servers go last and only when all else went: they take what hangs on them along without
// telling anybody. What failed is tried again at the next sweep.
void Core::clean_up(const std::vector<ServerId>& stale) {
    const auto swept = std::make_shared<Sweep>(Sweep{stale, {}});
    live_->hub.for_each_session(
        [&](const rpc::Session& session) { swept->online.insert(session.caller().user); });
    auto failed = std::make_shared<bool>(false);
    const auto steps = sweep_steps();
    for (const auto& step : steps) {
        run(
            std::string(step.what), db::Durability::must,
            [swept, work = step.work](rpc::Call& call) { return work(call, *swept); },
            [this, stale, failed, last = &step == &steps.back()](const Status& status) {
                *failed |= !status.ok();
                if (!last || *failed) return;
                run("rows of dead servers", db::Durability::must,
                    [stale](rpc::Call& call) { return delete_servers(call, stale); });
            });
    }
}

void Core::check_queues() {
    if (stopping_) return;
    live_->hub.for_each_session([](rpc::Session& session) { session.check_age(); });
    executor_.after(kQueueCheck, [this] { check_queues(); });
}

void Core::reload(rpc::Settings settings) {
    latest_ =
        settings_.emplace_back(std::make_unique<const rpc::Settings>(std::move(settings))).get();
    router_->settings_changed();
    media_.reload(*latest_);
}

void Core::stop() {
    stopping_ = true;
}

}  // namespace collab::server
