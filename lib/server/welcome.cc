// SPDX-License-Identifier: Apache-2.0
#include "server/welcome.h"

#include <cstdio>

namespace collab::server {

std::string welcome_text(const Welcome& welcome) {
    const std::string port = std::to_string(welcome.ports.empty() ? 0 : welcome.ports.front());
    const std::string plain = "http://" + welcome.host + ".local:" + port;
    std::string text = "Collab server \"" + welcome.host +
                       "\" is ready          local mode, no internet used\n"
                       "  Data         " +
                       welcome.state_directory + "\n";
    if (!welcome.fingerprint.empty()) {
        text += "  Fingerprint  " + welcome.fingerprint + "   the same everywhere: compare it\n";
    }
    text +=
        "\nJoin from Zed\n"
        "  1. Give each person a name and a token:   collab-seed user ana --token\n"
        "  2. Point Zed here, in settings.json:      \"server_url\": \"" +
        plain +
        "\"\n"
        "     (on this machine: http://localhost:" +
        port +
        ")\n"
        "  3. README.md, \"Connect Zed\", shows the sign-in of each Zed version\n";
    if (welcome.config.tls != config::Tls::only) {
        text += "\n! Plain HTTP on this network: who can sniff it can read the traffic.\n";
    }
    return text;
}

void print_welcome(const Welcome& welcome) {
    std::fputs(welcome_text(welcome).c_str(), stdout);
    std::fflush(stdout);
}

}  // namespace collab::server
