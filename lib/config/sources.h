// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where settings come from: gathers the files and the environment of this process for load().

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace collab::config {

using Texts = std::map<std::string, std::string, std::less<>>;

struct FileText {
    std::string path;
    std::string text;
};

// No file of settings or seeds is longer, in bytes.
inline constexpr std::size_t kLargestFile = 1024 * 1024;

// The whole text of a file. Error not_found: it is not there; unavailable: it can't be read;
// invalid: it is longer than 1 MiB.
Result<std::string> read_file(const std::string& path);

struct Sources {
    Texts flags;                  // name of a key to its value on the command line
    Texts environment;            // all variables
    std::vector<FileText> files;  // the configuration file, then conf.d in order; later ones win
    Mode mode = Mode::local;      // if no source says which
    std::function<Result<std::string>(const std::string& path)> read = read_file;
};

// The variables of this process.
Texts process_environment();

// The file at `path` and then the *.toml in conf.d beside it, by name.
// Error: as of read_file().
Result<std::vector<FileText>> read_files(const std::string& path);

}  // namespace collab::config
