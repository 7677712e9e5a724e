// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulation.h"

namespace collab::test {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 2;
constexpr int kActions = 60;
constexpr int kMoreActions = 90;

std::uint64_t seed_of(std::mt19937_64& random) {
    return random();
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, Engine engine, Repertoire repertoire)
    : seed_(seed),
      random_(seed),
      world_(engine, seed_of(random_)),
      faulty_(seed % 3 == 0),
      repertoire_(repertoire) {
    for (const char* name : {"ada", "bea", "carol", "dan"}) {
        people_.push_back(std::make_unique<Person>(world_, name, seed_of(random_)));
    }
}

void Simulation::run() {
    if (repertoire_ != Repertoire::first) get_acquainted();
    for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
        log_.push_back("round " + std::to_string(round));
        if (faulty_) arm_faults();
        const int actions = repertoire_ == Repertoire::first ? kActions : kMoreActions;
        for (int i = 0; i < actions; ++i) act();
        come_to_rest();
        compare();
    }
}

// Everybody is everybody's contact and member of one channel: there is more to do together.
void Simulation::get_acquainted() {
    const auto all_read = [&] {
        world_.settle();
        for (auto& person : people_) person->read();
    };
    for (auto& person : people_) person->come();
    all_read();
    proto::CreateChannel create;
    create.set_name("everybody");
    people_.front()->ask(create);
    for (auto& person : people_) {
        for (auto& other : people_) {
            if (other->id() <= person->id()) continue;
            proto::RequestContact request;
            request.set_responder_id(other->id());
            person->ask(request);
        }
    }
    all_read();
    for (auto& person : people_) {
        for (const auto requester : person->incoming) {
            proto::RespondToContactRequest accept;
            accept.set_requester_id(requester);
            person->ask(accept);
        }
        if (person == people_.front()) continue;
        proto::InviteChannelMember invite;
        invite.set_channel_id(people_.front()->channels.begin()->first);
        invite.set_user_id(person->id());
        invite.set_role(proto::Member);
        people_.front()->ask(invite);
    }
    all_read();
    for (auto& person : people_) {
        for (const auto channel : person->invitations) {
            proto::RespondToChannelInvite accept;
            accept.set_channel_id(channel);
            accept.set_accept(true);
            person->ask(accept);
        }
    }
    all_read();
}

// Once in `rarely` times; the first repertoire does it once in four.
bool Simulation::seldom(std::size_t rarely) {
    return below(repertoire_ == Repertoire::first ? 4 : rarely) == 0;
}

void Simulation::note(const Person& person, const std::string& what) {
    log_.push_back("user " + std::to_string(person.id()) + ": " + what);
}

void Simulation::arm_faults() {
    auto source = std::make_shared<std::mt19937_64>(random_());
    const auto chance = [this, source](std::uint64_t one_in) {
        const bool hit = (*source)() % one_in == 0;
        must_rejoin_ |= hit;
        return hit;
    };
    switch (below(4)) {
        case 0:
            world_.faults.statement = [chance] { return chance(60); };
            break;
        case 1:
            world_.faults.transaction = [chance] { return chance(60); };
            break;
        case 2:
            world_.faults.lose_connection = [chance] { return chance(120); };
            break;
        default:
            break;
    }
    world_.faults.commit = [chance] {
        if (!chance(30)) return Faults::Commit::works;
        return chance(2) ? Faults::Commit::lost_after : Faults::Commit::lost_before;
    };
}

void Simulation::disarm_faults() {
    world_.faults = Faults();
}

void Simulation::act() {
    Person& person = anybody();
    for (auto& each : people_) each->read();
    if (!person.online()) {
        if (below(3) == 0) {
            note(person, "comes");
            person.come();
        }
        return let_pass();
    }
    switch (below(kinds_of_actions())) {
        case 0:
        case 1:
        case 2:
            befriend_somebody(person);
            break;
        case 3:
        case 4:
            talk(person);
            break;
        case 5:
        case 6:
            go_into_room(person);
            break;
        case 7:
        case 8:
        case 9:
            work_on_project(person);
            break;
        case 10:
        case 11:
        case 12:
            arrange_channels(person);
            break;
        case 13:
        case 14:
            arrange_members(person);
            break;
        case 15:
        case 16:
        case 17:
        case 34:
        case 35:
        case 36:
        case 37:
        case 38:
        case 39:
            write_notes(person);
            break;
        case 18:
            lose_somebody(person);
            break;
        case 19:
            if (below(4) == 0) restart_server();
            break;
        case 20:
        case 21:
        case 22:
        case 23:
        case 24:
            follow_somebody(person);
            break;
        default:
            chat(person);
    }
    let_pass();
}

// What act() chooses from; each repertoire adds to the one before.
std::size_t Simulation::kinds_of_actions() const {
    switch (repertoire_) {
        case Repertoire::first:
            return 20;
        case Repertoire::with_chat_and_following:
            return 34;
        case Repertoire::with_late_operations:
            break;
    }
    return 40;
}

// Sometimes nothing, sometimes a little, sometimes all that is there to do.
void Simulation::let_pass() {
    switch (below(4)) {
        case 0:
            break;
        case 1:
            for (std::size_t i = below(12); i > 0; --i) world_.executor.step();
            break;
        case 2:
            world_.settle();
            break;
        default:
            world_.advance(std::chrono::milliseconds(below(4000)));
    }
}

void Simulation::befriend_somebody(Person& person) {
    Person& other = anybody();
    if (!person.incoming.empty() && below(4) != 0) {
        proto::RespondToContactRequest answer;
        answer.set_requester_id(pick(person.incoming));
        answer.set_response(below(4) == 0 ? proto::Decline : proto::Accept);
        note(person, "answers contact request of " + std::to_string(answer.requester_id()));
        return person.ask(answer);
    }
    if (below(8) == 0 && !person.contacts.empty()) {
        proto::RemoveContact remove;
        remove.set_user_id(pick(person.contacts).first);
        note(person, "removes contact " + std::to_string(remove.user_id()));
        return person.ask(remove);
    }
    proto::RequestContact request;
    request.set_responder_id(other.id());
    note(person, "requests contact " + std::to_string(other.id()));
    person.ask(request);
}

void Simulation::talk(Person& person) {
    if (!person.room) {
        if (person.waits_for("CreateRoom")) return;
        note(person, "creates a room");
        return person.ask(proto::CreateRoom(), [&person](const Received& answer) {
            if (answer.is_error()) return;
            person.enter_room(answer.as<proto::CreateRoomResponse>().room());
        });
    }
    if (seldom(12)) {
        note(person, "leaves the room");
        person.leave_room();
        return person.ask(proto::LeaveRoom());
    }
    if (person.contacts.empty()) return;
    proto::Call call;
    call.set_room_id(person.room->id());
    call.set_called_user_id(pick(person.contacts).first);
    note(person, "calls " + std::to_string(call.called_user_id()));
    if (below(5) != 0) return person.ask(call);
    proto::CancelCall cancel;
    cancel.set_room_id(call.room_id());
    cancel.set_called_user_id(call.called_user_id());
    person.ask(call);
    person.ask(cancel);
}

void Simulation::go_into_room(Person& person) {
    const auto enter = [&person](const Received& answer) {
        if (answer.is_error()) return;
        const auto response = answer.as<proto::JoinRoomResponse>();
        if (person.room && person.room->id() != response.room().id()) person.leave_room();
        person.enter_room(response.room());
    };
    if (person.ringing) {
        if (seldom(8)) {
            proto::DeclineCall decline;
            decline.set_room_id(*person.ringing);
            person.ringing.reset();
            note(person, "declines");
            return person.tell(decline);
        }
        proto::JoinRoom join;
        join.set_id(*person.ringing);
        note(person, "answers the call to room " + std::to_string(join.id()));
        return person.ask(join, enter);
    }
    if (person.channels.empty() || person.waits_for("JoinChannel")) return;
    if (repertoire_ != Repertoire::first && person.room && below(4) != 0) return;
    proto::JoinChannel join;
    join.set_channel_id(pick(person.channels).first);
    note(person, "joins channel " + std::to_string(join.channel_id()));
    person.ask(join, enter);
}

void Simulation::work_on_project(Person& person) {
    if (!person.room) return;
    if (person.hosted) {
        if (below(12) == 0) {
            proto::UnshareProject unshare;
            unshare.set_project_id(person.hosted->id);
            person.hosted.reset();
            note(person, "unshares");
            return person.tell(unshare);
        }
        note(person, "changes files of " + std::to_string(person.hosted->id));
        return person.change_files();
    }
    if (!person.joined.empty()) {
        const auto project = pick(person.joined).first;
        if (below(6) == 0) {
            proto::LeaveProject leave;
            leave.set_project_id(project);
            person.joined.erase(project);
            note(person, "leaves project " + std::to_string(project));
            return person.tell(leave);
        }
        proto::UpdateBuffer update;
        update.set_project_id(project);
        update.set_buffer_id(1);
        update.add_operations()->mutable_edit()->set_lamport_timestamp(1);
        note(person, "types in project " + std::to_string(project));
        return person.ask(update);
    }
    for (const auto& each : person.room->participants()) {
        if (each.user_id() == person.id() || each.projects().empty()) continue;
        if (person.waits_for("JoinProject")) return;
        note(person, "joins project " + std::to_string(each.projects(0).id()));
        return person.join_project(each.projects(0).id());
    }
    if (person.waits_for("ShareProject")) return;
    note(person, "shares a project");
    person.share();
}

void Simulation::arrange_channels(Person& person) {
    if (person.channels.size() < 2 || below(4) == 0) {
        proto::CreateChannel create;
        create.set_name("c" + std::to_string(below(1000)));
        if (!person.channels.empty() && below(2) == 0) {
            create.set_parent_id(pick(person.channels).first);
        }
        note(person, "creates channel " + create.name());
        return person.ask(create);
    }
    const auto channel = pick(person.channels).first;
    switch (below(4)) {
        case 0: {
            proto::RenameChannel rename;
            rename.set_channel_id(channel);
            rename.set_name("r" + std::to_string(below(1000)));
            note(person, "renames " + std::to_string(channel));
            return person.ask(rename);
        }
        case 1: {
            proto::MoveChannel move;
            move.set_channel_id(channel);
            move.set_to(pick(person.channels).first);
            note(person, "moves " + std::to_string(channel) + " to " + std::to_string(move.to()));
            return person.ask(move);
        }
        case 2: {
            proto::SetChannelVisibility visibility;
            visibility.set_channel_id(channel);
            visibility.set_visibility(below(2) == 0 ? proto::Public : proto::Members);
            note(person, "sets visibility of " + std::to_string(channel) + " to " +
                             proto::ChannelVisibility_Name(visibility.visibility()));
            doubt_notes();
            return person.ask(visibility);
        }
        default: {
            if (below(4) != 0) return;
            proto::DeleteChannel remove;
            remove.set_channel_id(channel);
            note(person, "deletes " + std::to_string(channel));
            return person.ask(remove);
        }
    }
}

void Simulation::arrange_members(Person& person) {
    if (!person.invitations.empty()) {
        proto::RespondToChannelInvite respond;
        respond.set_channel_id(pick(person.invitations));
        respond.set_accept(below(5) != 0);
        note(person, "answers invitation to " + std::to_string(respond.channel_id()));
        return person.ask(respond);
    }
    if (person.channels.empty()) return;
    const auto channel = pick(person.channels).first;
    Person& other = anybody();
    static constexpr proto::ChannelRole kRoles[] = {proto::Admin,  proto::Member, proto::Member,
                                                    proto::Member, proto::Guest,  proto::Talker,
                                                    proto::Banned};
    const auto role = kRoles[below(std::size(kRoles))];
    const std::string whom = std::to_string(other.id()) + " in " + std::to_string(channel);
    doubt_notes();
    switch (below(5)) {
        case 0: {
            proto::SetChannelMemberRole set;
            set.set_channel_id(channel);
            set.set_user_id(other.id());
            set.set_role(role);
            note(person, "makes " + whom + " " + proto::ChannelRole_Name(role));
            return person.ask(set);
        }
        case 1: {
            proto::RemoveChannelMember remove;
            remove.set_channel_id(channel);
            remove.set_user_id(other.id());
            note(person, "removes " + whom);
            return person.ask(remove);
        }
        default: {
            proto::InviteChannelMember invite;
            invite.set_channel_id(channel);
            invite.set_user_id(other.id());
            invite.set_role(role);
            note(person, "invites " + whom + " as " + proto::ChannelRole_Name(role));
            return person.ask(invite);
        }
    }
}

// An edit may be on its way when the right to it is taken.
void Simulation::doubt_notes() {
    for (auto& each : people_) {
        for (auto& [channel, open] : each->notes) open.in_doubt = true;
    }
}

// An editor would not let guests type; these try, and are refused.
bool Simulation::may_write(const Person& person, std::uint64_t channel) {
    return world_.number(
               "SELECT COUNT(*) FROM channel_members JOIN channels ON channels.id = $1 WHERE "
               "user_id = $2 AND accepted AND role IN ('admin', 'member') AND "
               "(channel_id = channels.id OR channels.parent_path LIKE CAST(channel_id AS TEXT) || "
               "'/%')",
               {static_cast<std::int64_t>(channel), static_cast<std::int64_t>(person.id())}) > 0;
}

void Simulation::write_notes(Person& person) {
    const bool late = repertoire_ == Repertoire::with_late_operations;
    if (!person.notes.empty() && below(6) != 0) {
        const auto channel = person.notes.begin()->first;
        if (below(late ? 5 : 10) == 0) {
            note(person, "closes notes of " + std::to_string(channel));
            person.close_note(channel);
            if (late && below(2) == 0) person.open_note(channel);
            return;
        }
        note(person, "edits notes of " + std::to_string(channel));
        if (!may_write(person, channel)) person.notes.at(channel).in_doubt = true;
        return person.edit_note(channel, late);
    }
    if (person.channels.empty() || person.waits_for("JoinChannelBuffer")) return;
    const bool with_others = late && below(4) != 0;
    const auto channel = with_others ? person.channels.begin()->first : pick(person.channels).first;
    if (person.notes.contains(channel)) return;
    note(person, "opens notes of " + std::to_string(channel));
    person.open_note(channel);
}

void Simulation::follow_somebody(Person& person) {
    if (!person.room || person.room->participants().empty()) return;
    const auto& leader = pick(person.room->participants());
    const auto in_project = [&](auto& message) {
        message.set_room_id(person.room->id());
        *message.mutable_leader_id() = leader.peer_id();
        if (person.hosted) {
            message.set_project_id(person.hosted->id);
        } else if (!person.joined.empty()) {
            message.set_project_id(person.joined.begin()->first);
        }
    };
    if (below(3) == 0) {
        proto::Unfollow unfollow;
        in_project(unfollow);
        note(person, "stops to follow " + std::to_string(leader.user_id()));
        return person.tell(unfollow);
    }
    proto::Follow follow;
    in_project(follow);
    note(person, "follows " + std::to_string(leader.user_id()));
    person.ask(follow);
}

void Simulation::chat(Person& person) {
    if (person.chats.empty()) {
        if (person.channels.empty() || person.waits_for("JoinChannelChat")) return;
        const auto channel = person.channels.begin()->first;  // where others are likely to be
        note(person, "opens the chat of " + std::to_string(channel));
        return person.open_chat(channel);
    }
    const auto& [channel, messages] = *person.chats.begin();
    switch (below(8)) {
        case 0:
            note(person, "closes the chat of " + std::to_string(channel));
            return person.close_chat(channel);
        case 1:
        case 2:
            if (messages.empty()) return;
            note(person, "takes back a message in " + std::to_string(channel));
            return person.take_back(channel, pick(messages).first);
        default:
            note(person, "says something in " + std::to_string(channel));
            person.say(channel, "words " + std::to_string(below(1000)));
    }
}

void Simulation::lose_somebody(Person& person) {
    switch (below(3)) {
        case 0:
            note(person, person.client().reading ? "reads no more" : "reads again");
            person.client().reading = !person.client().reading;
            break;
        default:
            note(person, "is lost");
            person.lose_connection();
            if (below(2) == 0) person.come();
    }
}

void Simulation::restart_server() {
    const bool graceful = below(2) == 0;
    log_.push_back(graceful ? "the server is stopped" : "the server is killed");
    if (graceful) {
        world_.stop();
    } else {
        world_.kill();
    }
    const Faults faults = std::exchange(world_.faults, Faults());
    world_.start();
    world_.faults = faults;
}

// Trouble ends, who was away comes back, what is lost for good is cleaned up.
void Simulation::come_to_rest() {
    log_.push_back("rest");
    disarm_faults();
    const bool rejoin = std::exchange(must_rejoin_, false);
    for (auto& person : people_) {
        person->read();
        if (person->online()) person->client().reading = true;
    }
    world_.advance(12s);  // what waited for the database has its answer
    for (auto& person : people_) {
        person->read();
        if (person->online() && rejoin) person->lose_connection();
        if (!person->online()) person->come();
        person->send_late_operations();
    }
    for (int i = 0; i < 4; ++i) {
        world_.advance(20s);
        for (auto& person : people_) {
            person->read();
            if (person->hosted && person->hosted->send_all) person->send_files();
        }
    }
    world_.settle();
    for (auto& person : people_) person->read();
}

}  // namespace collab::test
