// SPDX-License-Identifier: Apache-2.0
#include "rpc/writer.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <optional>

#include "base/log.h"
#include "base/mutex.h"
#include "rpc/commit_count.h"

namespace collab::rpc {
namespace {

constexpr std::string_view kCount = "UPDATE commit_seq SET seq = $2 WHERE server_id = $1";

// How long the writer waits between two attempts to reach a lost database.
constexpr Duration kRetryPause = std::chrono::milliseconds(100);

// How often one request is tried when the database itself asks for another try (40001, 40P01).
constexpr int kMaxAttempts = 10;

// What a request runs on, from its `ask` to the end of its work.
struct Attempt {
    explicit Attempt(db::Connection& connection) : tx(connection) {}
    db::Tx tx;
    std::optional<Call> call;
};

struct Job {
    WriteRequest request;
    MonotonicTime submitted;
    Outbox outbox;
    std::optional<Attempt> attempt;
    Status status;
};
using Jobs = std::vector<std::unique_ptr<Job>>;

}  // namespace

// Lives as long as the last piece of posted work.
struct Writer::Shared : std::enable_shared_from_this<Writer::Shared> {
    Shared(Executor& e, Random& r, CurrentSettings s, const Services& v, Connect c)
        : executor(e), random(r), settings(s), services(v), connect(std::move(c)) {}

    Executor& executor;
    Random& random;
    const CurrentSettings settings;
    const Services& services;
    const Connect connect;
    std::atomic<std::int64_t> server{0};

    Mutex mutex;
    std::deque<std::unique_ptr<Job>> queue COLLAB_GUARDED_BY(mutex);
    bool scheduled COLLAB_GUARDED_BY(mutex) = false;

    // Writer's thread only.
    std::unique_ptr<db::Connection> connection;
    std::uint64_t committed = 0;
    std::size_t most_asked = 1;  // together, in this batch
    bool reported = false;       // that the database cannot be reached
    Jobs uncertain;  // their COMMIT was sent and the connection lost: batch `committed` + 1, or not

    // Loop only.
    std::uint64_t delivered = 0;
    std::multimap<std::uint64_t, std::function<void()>> waiting;

    std::atomic<std::uint64_t> statements{0};
    std::atomic<std::uint64_t> round_trips{0};
    std::atomic<bool> connected{false};

    void schedule() {
        executor.post(Lane::writer, [self = shared_from_this()] { self->turn(); });
    }
    void turn();
    Jobs take();
    bool ensure_connection();
    void run(Jobs& jobs);
    bool run_together(Jobs& jobs);
    std::size_t run_next(Jobs& jobs, std::size_t first);
    std::size_t ask_together(Jobs& jobs, std::size_t first);
    bool keeps_its_promise(Job& job);
    bool commit_first(Jobs& jobs, std::size_t count);
    std::unique_ptr<Job> run_alone(std::unique_ptr<Job> job);
    void requeue(Jobs& jobs);
    bool ask(Job& job);
    Status finish(Job& job);
    Status begin(db::Durability durability);
    bool settle_uncertain();
    void schedule_after_pause();
    void deliver(Jobs jobs, std::uint64_t seq);
    void fail_expired();
    void note_connection();
};

Writer::Writer(Executor& executor, Random& random, CurrentSettings settings,
               const Services& services, Connect connect)
    : shared_(std::make_shared<Shared>(executor, random, settings, services, std::move(connect))) {}

Writer::~Writer() = default;

void Writer::set_server(ServerId server) {
    shared_->server = server.value;
}

void Writer::submit(WriteRequest request) {
    auto job = std::make_unique<Job>();
    job->request = std::move(request);
    job->submitted = shared_->executor.clock().now();
    const MutexLock lock(shared_->mutex);
    shared_->queue.push_back(std::move(job));
    if (std::exchange(shared_->scheduled, true)) return;
    shared_->schedule();
}

std::uint64_t Writer::delivered_seq() const {
    return shared_->delivered;
}

void Writer::after_seq(std::uint64_t seq, std::function<void()> next) {
    if (seq <= shared_->delivered) return next();
    shared_->waiting.emplace(seq, std::move(next));
}

std::uint64_t Writer::statements() const {
    return shared_->statements;
}
std::uint64_t Writer::round_trips() const {
    return shared_->round_trips;
}
bool Writer::connected() const {
    return shared_->connected;
}

std::size_t Writer::queued() const {
    const MutexLock lock(shared_->mutex);
    return shared_->queue.size();
}

void Writer::Shared::turn() {
    if (!ensure_connection()) {
        fail_expired();
        const MutexLock lock(mutex);
        scheduled = !queue.empty() || !uncertain.empty();
        if (scheduled) schedule_after_pause();
        return;
    }
    auto jobs = settle_uncertain() ? take() : Jobs();
    if (!jobs.empty()) run(jobs);
    note_connection();
    const MutexLock lock(mutex);
    scheduled = !queue.empty() || !uncertain.empty();
    if (scheduled) schedule();
}

// Timers belong to the loop, so the pause goes through it.
void Writer::Shared::schedule_after_pause() {
    executor.post(Lane::loop, [self = shared_from_this()] {
        self->executor.after(kRetryPause, [self] { self->schedule(); });
    });
}

// The oldest requests, as many as share a class: journal appends have batches of their own.
Jobs Writer::Shared::take() {
    Jobs jobs;
    const bool postgres = connection->dialect() == db::Dialect::postgres;
    const std::size_t most = postgres ? kMaxPostgresBatch : kMaxBatch;
    const MutexLock lock(mutex);
    while (!queue.empty() && jobs.size() < most) {
        if (!jobs.empty() &&
            jobs.front()->request.durability != queue.front()->request.durability) {
            break;
        }
        jobs.push_back(std::move(queue.front()));
        queue.pop_front();
    }
    return jobs;
}

bool Writer::Shared::ensure_connection() {
    if (connection && connection->alive()) return true;
    connection.reset();
    auto opened = connect();
    connected = opened.ok();
    if (!opened.ok()) {
        // Once an outage, however often it is tried.
        if (!std::exchange(reported, true)) {
            log(LogLevel::warning, "cannot reach the database: " + opened.error().message);
        }
        return false;
    }
    if (std::exchange(reported, false)) log(LogLevel::info, "the database is back");
    connection = std::move(opened).value();
    return true;
}

void Writer::Shared::fail_expired() {
    Jobs expired;
    {
        const MutexLock lock(mutex);
        const auto limit = executor.clock().now() - settings->database_patience;
        while (!queue.empty() && queue.front()->submitted <= limit) {
            expired.push_back(std::move(queue.front()));
            queue.pop_front();
        }
    }
    for (auto& job : expired) {
        job->status = Error{ErrorCode::unavailable,
                            "the database cannot be reached, try again later",
                            {"reason=database"}};
    }
    if (!expired.empty()) deliver(std::move(expired), committed);
}

void Writer::Shared::run(Jobs& jobs) {
    if (jobs.size() > 1 && run_together(jobs)) return;
    for (auto& job : jobs) {
        if (!job) continue;
        job = run_alone(std::move(job));
        if (job) return requeue(jobs);
    }
}

Status Writer::Shared::begin(db::Durability durability) {
    COLLAB_DO(connection->begin(durability));
    return connection->run(kCount, {server.load(), committed + 1});
}

// Prepares the job for its work. See WriteRequest::ask.
bool Writer::Shared::ask(Job& job) {
    job.outbox = Outbox();
    job.attempt.emplace(*connection);
    job.attempt->call.emplace(
        Call{job.attempt->tx, job.request.caller ? *job.request.caller : *nobody(), job.outbox,
             random, settings.get(), services, executor.clock().wall_now(), job.request.frame});
    return job.request.ask && job.request.ask(*job.attempt->call);
}

Status Writer::Shared::finish(Job& job) {
    COLLAB_DO(job.request.work(*job.attempt->call));
    return job.outbox.settle();
}

// One transaction for all. False: nothing of it happened, run them one by one.
bool Writer::Shared::run_together(Jobs& jobs) {
    const auto started = executor.clock().now();
    if (!begin(jobs.front()->request.durability).ok()) {
        connection->rollback();
        return false;
    }
    most_asked = connection->dialect() == db::Dialect::postgres ? kMaxAsked : 1;
    std::size_t done = 0;
    while (done < jobs.size()) {
        const auto more = run_next(jobs, done);
        if (more == 0) {
            connection->rollback();
            return false;
        }
        done += more;
        if (executor.clock().now() - started > kMaxBatchTime) break;
    }
    return commit_first(jobs, done);
}

// Runs the jobs from `first` on, as many as can be asked together, each in a savepoint inside that
// of the one before. How many are done now; 0: the transaction cannot go on.
std::size_t Writer::Shared::run_next(Jobs& jobs, std::size_t first) {
    const std::size_t asked = ask_together(jobs, first);
    if (asked == 0) return 0;
    std::size_t before = 0;
    while (before + 1 < asked && keeps_its_promise(*jobs[first + before])) ++before;
    Job& job = *jobs[first + before];
    // It failed or asked for more, and those after it must not have run before that.
    const bool again = before + 1 < asked;
    if (again) {
        most_asked = 1;  // what was asked in vain is bounded
        if (!connection->rollback_to(asked - before).ok() || !connection->savepoint().ok())
            return 0;
        (void)ask(job);
    }
    job.status = finish(job);
    bool kept = job.status.ok() ? connection->release().ok() : connection->rollback_to(1).ok();
    for (std::size_t i = 0; kept && i < before; ++i) kept = connection->release().ok();
    const bool usable = connection->alive() && !connection->transaction_failed();
    return kept && usable ? before + 1 : 0;
}

// How many; 0: the transaction cannot go on.
std::size_t Writer::Shared::ask_together(Jobs& jobs, std::size_t first) {
    const std::size_t most = std::min(jobs.size() - first, most_asked);
    std::size_t asked = 0;
    while (asked < most) {
        if (!connection->savepoint().ok()) return 0;
        if (!ask(*jobs[first + asked++])) break;
    }
    return asked;
}

// Does the work of a job after which others have been asked. True: it succeeded, and fetched only.
bool Writer::Shared::keeps_its_promise(Job& job) {
    const auto statements_before = connection->statements();
    job.status = finish(job);
    return job.status.ok() && connection->statements() == statements_before;
}

// Commits what the first `count` jobs did; the others wait for their turn. False as in
// run_together().
bool Writer::Shared::commit_first(Jobs& jobs, std::size_t count) {
    const Status committing = connection->commit();
    if (!committing.ok() && connection->alive()) {
        connection->rollback();
        return false;
    }
    const auto rest = jobs.begin() + static_cast<std::ptrdiff_t>(count);
    Jobs done(std::make_move_iterator(jobs.begin()), std::make_move_iterator(rest));
    if (committing.ok()) {
        deliver(std::move(done), ++committed);
    } else {
        uncertain = std::move(done);
    }
    requeue(jobs);
    return true;
}

void Writer::Shared::requeue(Jobs& jobs) {
    const MutexLock lock(mutex);
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
        if (*job) queue.push_front(std::move(*job));
    }
}

// A transaction of its own. Gives the job back when it must wait for the database.
std::unique_ptr<Job> Writer::Shared::run_alone(std::unique_ptr<Job> job) {
    for (int attempts = 1;; ++attempts) {
        if (!uncertain.empty() || !ensure_connection()) return job;
        job->status = begin(job->request.durability);
        if (job->status.ok()) {
            (void)ask(*job);
            job->status = finish(*job);
        }
        const bool retry = connection->transaction_failed();
        if (job->status.ok()) {
            Status committing = connection->commit();
            if (!committing.ok() && !connection->alive()) {
                uncertain.push_back(std::move(job));
                return nullptr;
            }
            job->status = std::move(committing);
            if (job->status.ok()) ++committed;
        }
        if (job->status.ok()) break;
        connection->rollback();
        const bool waited_enough =
            executor.clock().now() - job->submitted >= settings->database_patience;
        if ((connection->alive() && !retry) || waited_enough || attempts == kMaxAttempts) break;
    }
    Jobs jobs;
    jobs.push_back(std::move(job));
    deliver(std::move(jobs), committed);
    return nullptr;
}

// After a COMMIT whose answer was lost: asks whether the batch is there. False: not known yet.
bool Writer::Shared::settle_uncertain() {
    if (uncertain.empty()) return true;
    const auto rows = connection->query(kReadCount, {server.load()});
    if (!rows.ok()) return false;
    const bool happened = rows->size() == 1 && (*rows)[0].unsigned_integer(0) > committed;
    Jobs jobs = std::move(uncertain);
    uncertain.clear();
    if (happened) {
        deliver(std::move(jobs), ++committed);
    } else {
        requeue(jobs);
    }
    return true;
}

void Writer::Shared::deliver(Jobs jobs, std::uint64_t seq) {
    auto shared_jobs = std::make_shared<Jobs>(std::move(jobs));
    executor.post(Lane::loop, [self = shared_from_this(), shared_jobs, seq] {
        for (auto& job : *shared_jobs) {
            if (!job->status.ok()) job->outbox = Outbox();
            job->request.done(std::move(job->status), std::move(job->outbox));
        }
        self->delivered = std::max(self->delivered, seq);
        while (!self->waiting.empty() && self->waiting.begin()->first <= self->delivered) {
            auto next = std::move(self->waiting.begin()->second);
            self->waiting.erase(self->waiting.begin());
            next();
        }
    });
}

void Writer::Shared::note_connection() {
    connected = connection && connection->alive();
    if (!connection) return;
    statements = connection->statements();
    round_trips = connection->round_trips();
}

}  // namespace collab::rpc
