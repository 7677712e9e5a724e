// SPDX-License-Identifier: Apache-2.0
#pragma once

// The openssl command, as a second opinion on what lib/crypto made.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace collab::test {

// A folder of its own, removed at the end, in which the command runs.
class OpensslCommand {
public:
    OpensslCommand() {
        std::string name = std::filesystem::temp_directory_path() / "collab-openssl-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~OpensslCommand() { std::filesystem::remove_all(folder_); }
    OpensslCommand(const OpensslCommand&) = delete;
    OpensslCommand& operator=(const OpensslCommand&) = delete;

    void write(const std::string& file, const std::string& content) const {
        std::ofstream(folder_ / file, std::ios::binary) << content;
    }

    std::string read(const std::string& file) const {
        std::ifstream in(folder_ / file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    struct Answer {
        int status = -1;
        std::string output;  // both streams
    };

    Answer run(const std::string& arguments) const {
        const std::string command =
            "cd '" + folder_.string() + "' && openssl " + arguments + " 2>&1";
        Answer answer;
        std::FILE* pipe = ::popen(command.c_str(), "r");
        char buffer[4096];
        while (const auto size = std::fread(buffer, 1, sizeof buffer, pipe))
            answer.output.append(buffer, size);
        answer.status = WEXITSTATUS(::pclose(pipe));
        return answer;
    }

private:
    std::filesystem::path folder_;
};

}  // namespace collab::test
