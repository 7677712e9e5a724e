// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

#include "areas/users/token_table.h"
#include "server/hashing_times.h"
#include "wire/protobuf_log.h"

namespace collab::server {
namespace {

void gauge(prometheus::Registry& registry, const std::string& name, const std::string& help,
           double value) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({}).Set(value);
}

void counter(prometheus::Registry& registry, const std::string& name, const std::string& help,
             std::uint64_t value) {
    prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({}).Increment(
        static_cast<double>(value));
}

// Once there is something to tell.
void hashing_times(prometheus::Registry& registry, const HashingTimes& times) {
    if (times.empty()) return;
    const auto& limits = HashingTimes::kLimits;
    prometheus::BuildHistogram()
        .Name("access_token_hashing_time")
        .Help("milliseconds to hash an access token")
        .Register(registry)
        .Add({}, prometheus::Histogram::BucketBoundaries(limits.begin(), limits.end()))
        .ObserveMultiple(times.counts(), times.sum());
}

// Without those of admins (spec 1, 2.9).
std::size_t projects_of_others(rpc::Live& live) {
    const auto& tokens = live.state<users::TokenTable>();
    std::size_t count = 0;
    live.index.for_each_room([&](const rpc::RoomState& room) {
        for (const auto& project : room.projects) {
            const auto host = tokens.access(project.host_user);
            if (!host || !host->admin) ++count;
        }
    });
    return count;
}

}  // namespace

std::string metrics_text(Core& core, const net::ServerCounters& net) {
    std::size_t people = 0;
    std::size_t queued = 0;
    core.live().hub.for_each_session([&](const rpc::Session& session) {
        if (!session.caller().admin) ++people;
        queued += session.queued_bytes();
    });
    const auto& routed = core.router().counters();
    prometheus::Registry registry;
    gauge(registry, "connections", "connections of users that are no admins",
          static_cast<double>(people));
    gauge(registry, "shared_projects", "projects of users that are no admins",
          static_cast<double>(projects_of_others(core.live())));
    hashing_times(registry, core.live().state<HashingTimes>());
    gauge(registry, "collab_sessions", "signed-in connections",
          static_cast<double>(core.live().hub.size()));
    gauge(registry, "collab_rooms", "rooms with somebody in them",
          static_cast<double>(core.live().index.room_count()));
    gauge(registry, "collab_projects", "projects that are shared",
          static_cast<double>(core.live().index.project_count()));
    gauge(registry, "collab_queued_bytes", "bytes that wait for slow readers",
          static_cast<double>(queued));
    gauge(registry, "collab_writer_queue", "requests that wait for the database",
          static_cast<double>(core.writer().queued()));
    gauge(registry, "collab_open_connections", "open TCP and Unix connections",
          static_cast<double>(net.open));
    counter(registry, "collab_messages_received_total", "messages from clients", routed.messages);
    counter(registry, "collab_messages_sent_total", "messages to clients", net.messages_out);
    counter(registry, "collab_bytes_received_total", "bytes of messages from clients",
            net.bytes_in);
    counter(registry, "collab_bytes_sent_total", "bytes of messages to clients", net.bytes_out);
    counter(registry, "collab_refused_total", "requests that were refused", routed.refused);
    counter(registry, "collab_malformed_total", "messages that could not be read",
            routed.malformed);
    counter(registry, "collab_protobuf_complaints_total", "messages that libprotobuf disliked",
            wire::protobuf_complaints());
    counter(registry, "collab_unhandled_total", "messages without a handler", routed.unhandled);
    counter(registry, "collab_stray_answers_total", "answers that nobody waited for",
            routed.stray_answers);
    counter(registry, "collab_elsewhere_total", "deliveries to peers of other servers",
            core.live().hub.elsewhere());
    counter(registry, "collab_connections_refused_total", "connections over a limit", net.refused);
    counter(registry, "collab_statements_total", "statements of the writer",
            core.writer().statements());
    return prometheus::TextSerializer().Serialize(registry.Collect());
}

}  // namespace collab::server
