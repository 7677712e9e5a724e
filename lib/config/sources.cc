// SPDX-License-Identifier: Apache-2.0
#include "config/sources.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/unique_fd.h"

namespace collab::config {
namespace {

Error cannot_read(const std::string& path) {
    const auto code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable;
    return {code, "cannot read '" + path + "': " + std::strerror(errno)};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return cannot_read(path);
    std::string text;
    char buffer[16384];
    while (true) {
        const auto size = ::read(file.get(), buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return cannot_read(path);
        if (size == 0) return text;
        text.append(buffer, static_cast<std::size_t>(size));
        if (text.size() > kLargestFile)
            return Error{ErrorCode::invalid, "longer than 1 MiB: '" + path + "'"};
    }
}

Texts process_environment() {
    Texts variables;
    for (char** at = environ; at && *at; ++at) {
        const std::string_view line = *at;
        const auto equals = line.find('=');
        if (equals != std::string_view::npos)
            variables.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return variables;
}

Result<std::vector<FileText>> read_files(const std::string& path) {
    std::vector<std::string> paths;
    std::error_code none;  // no conf.d is nothing to complain about
    const auto folder = std::filesystem::path(path).parent_path() / "conf.d";
    for (std::filesystem::directory_iterator at(folder, none), end; !none && at != end;
         at.increment(none))
        if (at->path().extension() == ".toml") paths.push_back(at->path().string());
    std::sort(paths.begin(), paths.end());
    paths.insert(paths.begin(), path);

    std::vector<FileText> files;
    for (const auto& file : paths) {
        COLLAB_TRY(auto text, read_file(file));
        files.push_back({file, std::move(text)});
    }
    return files;
}

}  // namespace collab::config
