// SPDX-License-Identifier: Apache-2.0
// The routes that say whether the server lives and where /rpc is (spec 4, section 1).
#include <nlohmann/json.hpp>

#include "server/application.h"
#include "server/metrics.h"

namespace collab::server {
namespace {

// One row read, as upstream's liveness probe does.
void healthz(WebCall web) {
    if (!web.core.ready()) return web.text(500, "the database is not available");
    web.core.live().reader.submit(
        {nullptr,
         [](rpc::Call& call) -> Status {
             COLLAB_TRY([[maybe_unused]] const auto one,
                        call.tx.one("SELECT count(*) FROM projects", {},
                                    [](const db::Row& row) { return row.integer(0); }));
             return ok();
         },
         [web](Status status, rpc::Outbox) {
             if (status.ok()) return web.text(200, "ok");
             web.text(500, "the database is not available");
         }});
}

void readyz(const WebCall& web, const bool* draining) {
    nlohmann::json reasons = nlohmann::json::array();
    if (!web.core.ready()) reasons.push_back("starting");
    if (web.core.ready() && !web.core.writer().connected()) reasons.push_back("database");
    if (draining != nullptr && *draining) reasons.push_back("draining");
    const bool good = reasons.empty();
    web.json(
        good ? 200 : 503,
        nlohmann::json{{"schema", "collab.serve.ready/1"}, {"ready", good}, {"reasons", reasons}}
            .dump());
}

// Clients ask here first where to connect.
void lead_to_rpc(WebCall web) {
    if (web.request->header("origin")) return web.text(403, kNoPages);
    net::HttpResponse response;
    response.status = 307;
    response.headers.emplace_back("Location", web.base_url + "/rpc");
    web.respond(std::move(response));
}

}  // namespace

std::vector<WebRoute> basic_routes(const ApplicationSettings& settings,
                                   std::function<net::ServerCounters()> counters) {
    const std::string banner =
        "zed:" + settings.mode + " v" + settings.version + " (" + settings.revision + ")";
    const bool public_metrics = settings.metrics_public;
    std::vector<WebRoute> routes = {
        {"GET", "/", [banner](WebCall web) { web.text(200, banner); }},
        {"GET", "/healthz", &healthz},
        {"GET", "/livez", [](WebCall web) { web.text(200, "ok"); }},
        {"GET", "/readyz", [draining = settings.draining](WebCall web) { readyz(web, draining); }},
    };
    if (settings.mode == "api") return routes;
    routes.push_back({"GET", "/rpc", &lead_to_rpc});
    routes.push_back({"GET", "/metrics", [public_metrics, counters](WebCall web) {
                          if (!public_metrics && !web.local) {
                              return web.text(403,
                                              "metrics are for this machine: set metrics_public");
                          }
                          web.text(200, metrics_text(web.core, counters()));
                      }});
    return routes;
}

}  // namespace collab::server
