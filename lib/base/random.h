// SPDX-License-Identifier: Apache-2.0
#pragma once

// Randomness, injected like the clock. What is secret comes from the operating system.

#include <cstdint>
#include <random>
#include <string>

namespace collab {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(void* bytes, std::size_t size) = 0;
};

// getrandom(2). Thread: any.
class SystemRandom final : public Random {
public:
    void fill(void* bytes, std::size_t size) override;
};

// Reproducible and worthless as a secret: for tests. Thread: one.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(void* bytes, std::size_t size) override;

private:
    std::mt19937_64 engine_;
};

// `length` characters of the 64 of URL-safe base64, 6 bits each (LiveKit room names, tokens).
std::string random_url_safe(Random& random, std::size_t length);

// A version 4 UUID in its 36-character form.
std::string random_uuid(Random& random);

}  // namespace collab
