// SPDX-License-Identifier: Apache-2.0
// What a delivery costs, as a count that is the same on every machine: memory allocations from the
// frame that comes in to the frames that the sockets take. Guards the times that collab_bench
// measures (HACKING.md, "speed").
#include <cstdlib>
#include <new>

#include "areas/buffers/buffer_routes.h"
#include "support/rpc_world.h"

namespace {

std::uint64_t allocations = 0;

void* count_and_allocate(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
    return count_and_allocate(size);
}
void* operator new[](std::size_t size) {
    return count_and_allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace collab::test {
namespace {

constexpr ProjectId kProject{7};
constexpr int kEdits = 200;

class FanOut {
public:
    explicit FanOut(int guests) : world_(Engine::sqlite, buffers::routes()) {
        rpc::RoomState room{RoomId{1}, {}, {}, {}};
        rpc::ProjectState project;
        project.id = kProject;
        for (int i = 0; i <= guests; ++i) {
            auto& person = world_.connect(world_.user("person-" + std::to_string(i)));
            room.participants.push_back({person.user, person.peer, rpc::Role::member});
            rpc::Collaborator collaborator;
            collaborator.peer = person.peer;
            collaborator.user = person.user;
            collaborator.replica = static_cast<std::uint32_t>(i);
            collaborator.is_host = i == 0;
            project.collaborators.push_back(collaborator);
            peers_.push_back(person.peer);
        }
        project.host_user = room.participants[0].user;
        project.host = peers_[0];
        room.projects.push_back(project);
        world_.live->index.put_room(room);
    }

    // Allocations for one edit of the host, all deliveries and the host's answer included. The
    // queues have grown to their size before.
    double allocations_per_edit() {
        edit();
        encoding_ = 0;
        const auto before = allocations;
        for (int i = 0; i < kEdits; ++i) edit();
        return static_cast<double>(allocations - before - encoding_) / kEdits;
    }

    std::uint64_t delivered() const { return delivered_; }

private:
    void edit() {
        const auto start = allocations;
        const auto frame = next_frame();
        encoding_ += allocations - start;
        world_.router->on_message(*world_.live->hub.session(peers_[0]), wire::as_bytes(*frame));
        for (const auto peer : peers_) {
            while (world_.live->hub.session(peer)->next_frame()) ++delivered_;
        }
    }

    wire::Body next_frame() {
        proto::UpdateBuffer update;
        update.set_project_id(static_cast<std::uint64_t>(kProject.value));
        update.set_buffer_id(1);
        update.add_operations()->mutable_edit()->add_new_text(std::string(200, 'x'));
        std::string envelope;
        wire::put_varint_field(envelope, 1, ++sent_);
        wire::put_bytes_field(envelope, wire::tag_of<proto::UpdateBuffer>(),
                              update.SerializeAsString());
        return wire::pack(wire::as_bytes(envelope));
    }

    RpcWorld world_;
    std::vector<PeerId> peers_;
    std::uint32_t sent_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t encoding_ = 0;  // allocations of this test's own
};

TEST(DeliveryCostTest, AnotherReceiverCostsNoAllocation) {
    FanOut few(9);
    FanOut many(49);
    const double difference = many.allocations_per_edit() - few.allocations_per_edit();
    EXPECT_LE(difference / 40, 0.05) << "allocations per delivery";
    // 49 deliveries and an answer, for each edit and the one that warmed up.
    EXPECT_EQ(many.delivered(), 50u * (kEdits + 1));
}

TEST(DeliveryCostTest, AnEditCostsFewAllocationsOfItsOwn) {
    FanOut fan_out(49);
    EXPECT_LE(fan_out.allocations_per_edit(), 8);
}

}  // namespace
}  // namespace collab::test
