// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"
#include "server/serve.h"

int main(int argc, char** argv) {
    return collab::cli::run("collab-serve",
                            "Serve real-time collaboration to Zed editors on this machine and its "
                            "network",
                            argc, argv, collab::server::declare_serve, collab::server::serve);
}
