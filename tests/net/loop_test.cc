// SPDX-License-Identifier: Apache-2.0
#include "net/loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>
#include <vector>

#include "net/thread_executor.h"

namespace collab::net {
namespace {

using std::chrono::milliseconds;

TEST(Loop, RunsPostedWorkInOrderWhoeverPosts) {
    Loop loop;
    std::vector<int> order;
    std::thread poster([&] {
        for (int i = 0; i < 1000; i++) loop.post([&order, i] { order.push_back(i); });
        loop.post([&] { loop.stop(); });
    });
    loop.run();
    poster.join();
    ASSERT_EQ(order.size(), 1000U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Loop, RunsTimersWhenTheirTimeComesUnlessCancelled) {
    Loop loop;
    std::vector<int> order;
    loop.after(milliseconds(20), [&] {
        order.push_back(2);
        loop.stop();
    });
    loop.after(milliseconds(5), [&] { order.push_back(1); });
    const TimerId cancelled = loop.after(milliseconds(1), [&] { order.push_back(0); });
    loop.cancel(cancelled);
    loop.run();
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(Loop, TurnsSignalsIntoCalls) {
    Loop loop;
    bool hung_up = false;
    loop.on_signal(SIGHUP, [&] {
        hung_up = true;
        loop.stop();
    });
    loop.post([] { std::raise(SIGHUP); });
    loop.run();
    EXPECT_TRUE(hung_up);
}

TEST(ThreadExecutor, FinishesWhatTheWriterHasBeforeItEnds) {
    Loop loop;
    ThreadExecutor executor(loop, 2);
    int written = 0;
    for (int i = 0; i < 500; i++) executor.post(Lane::writer, [&] { written++; });
    executor.shutdown();
    EXPECT_EQ(written, 500);
}

TEST(ThreadExecutor, BringsResultsBackToTheLoop) {
    Loop loop;
    ThreadExecutor executor(loop, 2);
    const auto main_thread = std::this_thread::get_id();
    executor.post(Lane::reader, [&] {
        EXPECT_NE(std::this_thread::get_id(), main_thread);
        executor.post(Lane::loop, [&] {
            EXPECT_EQ(std::this_thread::get_id(), main_thread);
            loop.stop();
        });
    });
    loop.run();
}

}  // namespace
}  // namespace collab::net
