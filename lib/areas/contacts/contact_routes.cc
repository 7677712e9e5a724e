// SPDX-License-Identifier: Apache-2.0
#include "areas/contacts/contact_routes.h"

#include "areas/contacts/contact_handlers.h"

namespace collab::contacts {

std::vector<rpc::Route> routes() {
    return {
        rpc::record<&request_contact>(),
        rpc::record<&respond_to_contact_request>(),
        rpc::record<&remove_contact>(),
    };
}

}  // namespace collab::contacts
