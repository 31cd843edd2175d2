/* The life of one trial in one place: cage, processes, ticks, meters, outcome. Everything it opens is in
 * struct running, so that each way out cleans up the same way. */
#include "trial/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/size.h"
#include "machine/fresh.h"
#include "machine/memory.h"
#include "machine/noise.h"
#include "machine/presence.h"
#include "meter/meter.h"
#include "trial/bounds.h"
#include "trial/kills.h"
#include "trial/outcome.h"
#include "trial/reclaim.h"
#include "trial/stillness.h"

/* Samples are frequent at first, for short trials, and then reach the usual interval. */
#define FIRST_TICK_NS UINT64_C(1000000)
#define TICK_NS UINT64_C(20000000)
#define NEWS_NS UINT64_C(100000000)
/* Processor use by other programs that makes a trial noisy: a tenth of a core. */
#define NOISY_CORES 0.1
/* A larger share of the time, taken by other work, makes a trial disturbed. */
#define DISTURBED_SHARE 0.1
/* Time in which a command's last children may end after the command itself. */
#define CHILDREN_GO_NS UINT64_C(100000000)
/* A pause of ours below this share has no visible effect on a time. */
#define STILL_SHARE 0.01
/* How long touched memory remains quick to get again, where fresh memory is slow. */
#define WARM_NS UINT64_C(2000000000)
/* Every machine has this much at hand; touching it would take longer than a short trial. */
#define WARM_LEAST_BYTES (UINT64_C(16) << 20)

/* Everything that is open during one trial. */
struct running {
    struct mlm_session *session;
    const struct mlm_trial_order *order;
    const struct mlm_trial_watcher *watcher;
    struct mlm_cage *cage;
    struct mlm_worker background, worker;
    struct mlm_view job_view;
    struct mlm_reclaimer reclaimer;
    struct mlm_bounds_swap machine; /* memory and swap of the machine, before and after */
    struct mlm_sampler sampler;
    bool sampling;
    struct mlm_trial_view view;
    struct mlm_meters *meters;
    bool timed_out;
    bool zswap; /* swapped pages are compressed in memory first */
    struct mlm_kills kills;
    bool waited;       /* ended, because what the kernel left of it did nothing any more */
    uint64_t still_ns; /* time in which we neither ran nor waited for a processor */
    uint64_t ended_ns;
    uint64_t elapsed_ns; /* from its start until it was reaped, without time in which we were stopped */
};

static void running_end(struct running *running)
{
    /* Kill the whole tree first, then our own children: one of them could still fork. */
    if (running->cage)
        (void)mlm_cage_kill(running->cage, NULL);
    mlm_worker_end(&running->worker);
    mlm_worker_end(&running->background);
    if (running->sampling)
        mlm_sampler_close(&running->sampler);
    mlm_meters_free(running->meters);
    mlm_reclaimer_close(&running->reclaimer);
    mlm_view_close(&running->job_view);
    mlm_cage_close(running->cage);
}

static uint64_t own_cpu_ns(void)
{
    uint64_t ns = 0;
    static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (int i = 0; i < 2; i++) {
        struct rusage usage;
        (void)getrusage(whose[i], &usage);
        ns += (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
              (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
    }
    return ns;
}

static const char *phase_name(uint32_t phase)
{
    static const char *const names[MLM_PHASE_COUNT] = {"start", "prepare", "run", "verify", "done"};
    return phase < MLM_PHASE_COUNT ? names[phase] : "start";
}

static void tell(const struct running *running, const struct mlm_scoreboard *sb, const char *phase)
{
    if (!running->watcher->tell)
        return;
    uint64_t done = atomic_load_explicit(&sb->progress_done, memory_order_relaxed);
    uint64_t total = atomic_load_explicit(&sb->progress_total, memory_order_relaxed);
    struct mlm_trial_news news = {
        .phase = phase,
        .progress = !total          ? NAN
                    : done >= total ? 1
                                    : (double)done / (double)total,
        .memory_bytes = running->view.sample.memory_bytes,
        .swap_bytes = running->view.sample.swap_bytes,
        .elapsed_ns = (uint64_t)running->view.sample.at_ns,
    };
    running->watcher->tell(running->watcher->context, &news);
}

/* Sleeps until the process ends, the user stops the run, or `until_ns` is reached. Returns 1: ended; 0: time;
 * -EINTR. */
static int wait_for(const struct mlm_session *session, const struct mlm_worker *worker, uint64_t until_ns)
{
    struct pollfd polled[] = {
        {.fd = worker->pidfd, .events = POLLIN},
        {.fd = session->await.interrupt_fd, .events = POLLIN},
    };
    uint64_t now = mlm_now_ns();
    uint64_t left = until_ns > now ? until_ns - now : 0;
    struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
    int n = ppoll(polled, 2, &timeout, NULL);
    if (n > 0 && polled[1].revents)
        return -EINTR;
    return n > 0 && polled[0].revents;
}

static int background_start(struct running *running, struct mlm_error *error)
{
    const struct mlm_trial_order *trial = running->order;
    char size[48];
    snprintf(size, sizeof size, "size=%llu", (unsigned long long)trial->limits.background_bytes);
    const char *const arguments[] = {
        "run", "self/background", size, trial->limits.background_active ? "mode=active" : "mode=idle", NULL};
    struct mlm_worker_order order = {
        .program = running->session->catalogue->worker,
        .cage = running->cage,
        .arguments = arguments,
        .pass_fd = -1,
    };
    return mlm_worker_start(&order, &running->background, error);
}

/* Waits until the background holds all its memory. Returns 1: it does; 0: it ended, or took too long;
 * -EINTR. */
static int background_wait(struct running *running)
{
    const struct mlm_scoreboard *sb = running->background.scoreboard;
    uint64_t end_ns = mlm_now_ns() + running->order->limits.timeout_ns;
    for (;;) {
        uint64_t now = mlm_now_ns();
        int r = wait_for(running->session, &running->background, now + FIRST_TICK_NS);
        if (r < 0)
            return r;
        uint64_t done = atomic_load_explicit(&sb->progress_done, memory_order_relaxed);
        if (r == 0 && done && done == atomic_load_explicit(&sb->progress_total, memory_order_relaxed))
            return 1;
        if (r || now > end_ns)
            return 0;
        tell(running, sb, "background");
    }
}

/* Says why the background does not hold its memory. */
static int background_failed(struct running *running, struct mlm_record *record, struct mlm_error *error)
{
    char limit[MLM_BOUNDS_TEXT] = "", reason[MLM_BOUNDS_TEXT + 64];
    const struct mlm_scoreboard *sb = running->background.scoreboard;
    const bool ended = wait_for(running->session, &running->background, 0) == 1;
    const bool killed = mlm_cage_oom_kills(running->cage) != 0;
    const bool refused =
        ended && atomic_load_explicit(&sb->verdict, memory_order_acquire) == MLM_VERDICT_NO_MEMORY;
    if (killed)
        mlm_bounds_of_kill(running->cage, &running->machine, record, limit);
    record->marks |= MLM_MARK_BIT(background_died);
    snprintf(reason, sizeof reason, "%s%s%s",
        limit[0]  ? "the background alone does not fit"
        : killed  ? "the background alone does not fit under the cap"
        : refused ? "the background alone does not fit: the machine refused it the memory"
        : ended   ? "the background ended before it held its memory"
                  : "the background did not get its memory within the time limit",
        limit[0] ? ": " : "", limit);
    return mlm_trial_ended_before(record,
        killed || refused ? MLM_OUTCOME_OOM
        : ended           ? MLM_OUTCOME_KILLED
                          : MLM_OUTCOME_TIMEOUT,
        reason, error);
}

static void tick(struct running *running)
{
    mlm_kills_look(&running->kills, running->cage, false);
    mlm_sampler_take(&running->sampler, &running->view.sample);
    mlm_view_renew(&running->job_view, &running->view.sample);
    mlm_meters_tick(running->meters, &running->view);
    mlm_kills_say(&running->kills, running->meters, running->order, running->watcher);
}

/* Watches until the worker ends or its time is up. Time in which we ourselves were stopped does not count. */
static int watch_with(struct running *running, struct mlm_stillness *stillness)
{
    const struct mlm_scoreboard *sb = running->worker.scoreboard;
    uint64_t begin = mlm_now_ns(), end = begin + running->order->limits.timeout_ns;
    uint64_t interval = FIRST_TICK_NS, next_tick = begin + interval, next_news = begin + NEWS_NS;
    for (;;) {
        uint64_t until = next_tick < end ? next_tick : end;
        mlm_stillness_wait(stillness);
        int r = wait_for(running->session, &running->worker, until);
        uint64_t still_ns = mlm_stillness_look(stillness, until);
        if (r != 0) {
            running->still_ns += still_ns;
            running->ended_ns = mlm_now_ns();
            return r < 0 ? r : 0;
        }
        tick(running);
        still_ns += mlm_stillness_end(stillness);
        running->still_ns += still_ns;
        end += still_ns;
        uint64_t now = mlm_now_ns();
        if (now >= next_news) {
            tell(running, sb, phase_name(atomic_load_explicit(&sb->phase, memory_order_relaxed)));
            next_news = now + NEWS_NS;
        }
        running->waited =
            mlm_kills_left_idle(&running->kills, running->order, running->cage, running->background.pid, now);
        if (now >= end || running->waited) {
            running->timed_out = !running->waited;
            running->ended_ns = now;
            (void)kill(running->worker.pid, SIGKILL);
            return 0;
        }
        interval = interval * 2 < TICK_NS ? interval * 2 : TICK_NS;
        next_tick = now + interval;
    }
}

static int watch(struct running *running)
{
    struct mlm_stillness stillness;
    mlm_stillness_open(&stillness);
    int r = watch_with(running, &stillness);
    mlm_stillness_close(&stillness);
    return r;
}

struct children {
    pid_t background;
    bool seen;
};

static void child_see(void *context, pid_t pid)
{
    struct children *children = context;
    children->seen |= pid != children->background;
}

/* Returns true if the command left processes behind. The last ones of a pipeline may need a moment to end. */
static bool children_left(const struct running *running)
{
    uint64_t until_ns = mlm_now_ns() + CHILDREN_GO_NS;
    for (;;) {
        struct children children = {.background = running->background.pid};
        mlm_cage_processes(running->cage, child_see, &children);
        if (!children.seen)
            return false;
        if (mlm_now_ns() > until_ns)
            return true;
        const struct timespec pause = {.tv_nsec = 1000000};
        (void)nanosleep(&pause, NULL);
    }
}

static char *time_text(void)
{
    struct timespec now;
    struct tm utc;
    char text[64];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
    snprintf(text + n, sizeof text - n, ".%03ldZ", now.tv_nsec / 1000000);
    return strdup(text);
}

int mlm_trial_describe(const struct mlm_session *session, struct mlm_record *record, struct mlm_error *error)
{
    record->run_id = strdup(session->run_id);
    record->time = time_text();
    record->machine = json_incref(session->machine_facts);
    record->command = json_incref(session->command);
    record->marks |= session->marks;
    return record->run_id && record->time ? 0 : mlm_error_errno(error, -ENOMEM, "record");
}

int mlm_trial_ended_before(
    struct mlm_record *record, enum mlm_outcome outcome, const char *reason, struct mlm_error *error)
{
    record->outcome = outcome;
    record->reason = strdup(reason);
    return record->reason ? 0 : mlm_error_errno(error, -ENOMEM, "record");
}

/* Reads the machine's memory now. Called before and after a trial, because swap may be added or removed. */
static int machine_look(struct running *running, struct mlm_record *record, struct mlm_memory_now *ret_memory,
    struct mlm_error *error)
{
    int r = mlm_memory_now(AT_FDCWD, ret_memory, error);
    if (r == 0 && ret_memory->swap_total_bytes != running->session->swap_total_bytes)
        record->marks |= MLM_MARK_BIT(swap_changed);
    if (r < 0 || !ret_memory->swap_total_bytes)
        return r;
    running->view.machine_has_swap = true;
    if (ret_memory->swap_is_zram)
        record->marks |= MLM_MARK_BIT(swap_is_zram);
    running->zswap |= ret_memory->zswap;
    return 0;
}

/* Where fresh memory is slow: touches as much as the trial will need, unless a trial just before did so. */
static void warm_up(struct mlm_session *session, const struct running *running)
{
    if (session->warm_ns_per_byte <= 0)
        return;
    uint64_t need = running->order->fills_bytes;
    if (need > running->order->limits.cap_bytes)
        need = running->order->limits.cap_bytes;
    if (need < WARM_LEAST_BYTES)
        return;
    if (session->warm_bytes >= need && mlm_now_ns() - session->warm_at_ns < WARM_NS)
        return;
    (void)mlm_fresh_memory_touch(need, session->warm_ns_per_byte, &session->await, NULL);
    session->warm_bytes = need;
    session->warm_at_ns = mlm_now_ns();
}

/* Removes times that are wrong because we were stopped: a command's end was noticed late, and a job that was
 * stopped with us took longer. */
static void stillness_tell(const struct running *running, struct mlm_record *record)
{
    int64_t *values = record->readings.values;
    if (!running->still_ns || (double)running->still_ns <= STILL_SHARE * (double)values[MLM_run_ns])
        return;
    static const enum mlm_metric times[] = {MLM_run_ns, MLM_prepare_ns, MLM_waiting_ns, MLM_own_ns,
        MLM_blocked_ns, MLM_blocked_memory_ns, MLM_blocked_storage_ns, MLM_blocked_rest_ns};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        values[times[i]] = MLM_NULL;
    record->marks |= MLM_MARK_BIT(paused);
}

/* Marks a trial whose time has a part of other work in it that cannot be taken out: time that a hypervisor
 * gave to others, waiting for processors of several threads, a pause of unknown length. */
static void disturbance_find(struct mlm_record *record)
{
    const int64_t *values = record->readings.values;
    const double most_ns = DISTURBED_SHARE * (double)values[MLM_run_ns];
    bool stolen = values[MLM_stolen_ns] != MLM_NULL && (double)values[MLM_stolen_ns] > most_ns;
    bool queued = values[MLM_own_ns] == MLM_NULL && values[MLM_run_queue_ns] != MLM_NULL &&
                  (double)values[MLM_run_queue_ns] > most_ns;
    if (record->marks & MLM_MARK_BIT(paused) || (values[MLM_run_ns] != MLM_NULL && (stolen || queued)))
        record->marks |= MLM_MARK_BIT(disturbed);
}

/* Where the kernel charges compressed pages to the cage (cgroup v2 from Linux 5.19 on), it counts them, too.
 * Elsewhere whatever was swapped went through zswap. */
static void zswap_mark(const struct running *running, int64_t zswap_pages, struct mlm_record *record)
{
    const char *current = mlm_cage_dialect(running->cage)->zswap_current;
    bool charged = current && faccessat(mlm_cage_dir_fd(running->cage), current, F_OK, 0) == 0;
    if (charged && zswap_pages != 0 && (zswap_pages > 0 || running->zswap))
        record->marks |= MLM_MARK_BIT(zswap_is_charged);
    else if (!charged && running->zswap && record->readings.values[MLM_swap_peak_bytes] != 0)
        record->marks |= MLM_MARK_BIT(swap_is_zswap);
}

/* Killed by a signal that we did not send. A shell reports it as its own status. */
static bool was_killed(const struct running *running, int status)
{
    bool by_signal = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    bool reported = running->order->tree && WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL;
    return (by_signal || reported) && !running->timed_out && !running->waited;
}

static void inherited_mark(const struct running *running, struct mlm_record *record)
{
    if (mlm_cage_is_inherited(running->cage))
        record->marks |= MLM_MARK_BIT(inherited_cage);
    if (running->sampler.sums_processes)
        record->marks |= MLM_MARK_BIT(processes_summed);
}

static int read_all(struct running *running, int status, struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error)
{
    const struct mlm_scoreboard *sb = running->worker.scoreboard;
    int r = machine_look(running, record, &running->machine.after, error);
    if (r < 0)
        return r;
    mlm_sampler_take(&running->sampler, &running->view.sample);
    struct mlm_meter_result result = {.readings = &record->readings,
        .timeline = ret_timeline,
        .processes = &record->processes,
        .peak_processes = &record->peak_processes,
        .data_files = &record->data_files,
        .marks = &record->marks,
        .waits = {MLM_NULL, MLM_NULL, MLM_NULL},
        .swap_read_pages = MLM_NULL,
        .zswap_pages = MLM_NULL};
    mlm_meters_finish(running->meters, &running->view, &result);
    mlm_kills_look(&running->kills, running->cage, was_killed(running, status));
    inherited_mark(running, record);
    zswap_mark(running, result.zswap_pages, record);
    stillness_tell(running, record);
    if (mlm_bounds_end(running->cage, &running->machine, record) < 0)
        return mlm_error_errno(error, -ENOMEM, "record");
    char words[256], limit[MLM_BOUNDS_TEXT] = "";
    if (running->kills.count)
        mlm_bounds_of_kill(running->cage, &running->machine, record, limit);
    mlm_worker_last_words(&running->worker, words, sizeof words);
    bool background_ended =
        running->background.scoreboard && wait_for(running->session, &running->background, 0) == 1;
    if (background_ended)
        record->marks |= MLM_MARK_BIT(background_died);
    struct mlm_ending ending = {
        .status = status,
        .timed_out = running->timed_out,
        .oom_kills = running->kills.count,
        .waited = running->waited,
        .victim = running->kills.victim[0] ? running->kills.victim : NULL,
        .worker_spared = WIFEXITED(status),
        .scoreboard = sb,
        .last_words = words,
        .timeout_ns = running->order->limits.timeout_ns,
        .elapsed_ns = running->elapsed_ns,
        .tree = running->order->tree,
        .limit_met = limit,
    };
    if (mlm_outcome_judge(&ending, record) < 0)
        return mlm_error_errno(error, -ENOMEM, "record");
    record->has_checksum = sb->data_checksum != 0;
    record->data_checksum = sb->data_checksum;
    if (record->outcome == MLM_OUTCOME_OK || record->outcome == MLM_OUTCOME_WRONG) {
        record->answer_count =
            sb->answer_count < MLM_RECORD_ANSWER_MAX ? sb->answer_count : MLM_RECORD_ANSWER_MAX;
        memcpy(record->answer, sb->answer, record->answer_count * sizeof *record->answer);
    }
    return 0;
}

/* A cage without a laptop stands for a machine as large as its cap. */
static int reclaimer_start(struct running *running, struct mlm_error *error)
{
    const struct mlm_limits *limits = &running->order->limits;
    if (!limits->background_reclaim)
        return 0;
    uint64_t ram_bytes = limits->laptop_bytes ? limits->laptop_bytes : limits->cap_bytes;
    int r = mlm_reclaimer_open(mlm_cage_dir_fd(running->cage), mlm_cage_dialect(running->cage),
        limits->cap_bytes, ram_bytes, &running->reclaimer, error);
    return r < 0 ? r : mlm_reclaimer_start(&running->reclaimer, error);
}

/* Ends what still runs, removes its own temporary folder, and finds what the trial leaves in tmpfs all the
 * same. */
static void leftovers_look(struct running *running, const struct timespec *begin, struct mlm_record *record)
{
    if (mlm_cage_kill(running->cage, NULL) < 0)
        return;
    mlm_view_close(&running->job_view);
    mlm_leftovers_find(&running->sampler, begin, record, &running->session->leftovers);
}

/* Runs everything from the cage's opening to its end. */
static int cage_life(struct running *running, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error)
{
    const struct mlm_trial_order *order = running->order;
    struct timespec begin;
    (void)clock_gettime(CLOCK_REALTIME_COARSE, &begin); /* the clock of the times of files */
    int r = mlm_cage_open(running->session->cages, &order->limits, &running->cage, error);
    if (r == 0)
        r = reclaimer_start(running, error);
    if (r < 0)
        return r;
    mlm_sampler_open(&running->sampler, running->cage);
    running->sampling = true;
    if (order->limits.background_bytes) {
        r = background_start(running, error);
        if (r == 0)
            r = background_wait(running);
        if (r < 0)
            return r;
        if (r == 0)
            return background_failed(running, record, error);
    }
    r = mlm_view_open(
        running->session, running->cage, running->machine.before.swap_total_bytes, &running->job_view, error);
    if (r == 0 && order->scratch)
        mlm_view_scratch(&running->job_view, running->cage);
    if (r == 0)
        r = order->start(order->context, running->cage, &running->job_view, &running->worker, error);
    if (r < 0)
        return r;
    const uint64_t begin_ns = mlm_now_ns();
    mlm_sampler_watch(&running->sampler, running->worker.pid);
    running->view.sampler = &running->sampler;
    running->view.cage = running->cage;
    running->view.scoreboard = running->worker.scoreboard;
    running->view.worker = running->worker.pid;
    running->view.background = running->background.pid;
    r = mlm_meters_begin(&running->view, &running->meters, error);
    if (r == 0)
        r = watch(running);
    if (r == 0)
        mlm_meters_ended(running->meters, &running->view);
    int status = 0;
    if (r == 0)
        r = mlm_worker_reap(&running->worker, &status, error);
    if (r < 0)
        return r;
    running->elapsed_ns = mlm_now_ns() - begin_ns;
    running->elapsed_ns -= running->still_ns < running->elapsed_ns ? running->still_ns : 0;
    if (order->ended)
        order->ended(order->context, &running->worker, status, running->ended_ns);
    if (order->tree && !running->timed_out && !running->waited && children_left(running))
        record->marks |= MLM_MARK_BIT(children_left);
    r = read_all(running, status, record, ret_timeline, error);
    if (r == 0)
        leftovers_look(running, &begin, record);
    return r;
}

int mlm_trial_run(struct mlm_session *session, const struct mlm_trial_order *order,
    const struct mlm_trial_watcher *watcher, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error)
{
    mlm_cleanup(running_end) struct running running = {
        .session = session,
        .order = order,
        .watcher = watcher,
        .view =
            {
                .flags = order->flags,
                .threads = order->threads,
                .tree = order->tree,
            },
    };
    ret_timeline->count = 0;
    mlm_leftovers_release(&session->leftovers);
    if (!session->cages)
        return mlm_trial_ended_before(record, MLM_OUTCOME_REFUSED, session->site.why, error);
    warm_up(session, &running);
    int r = machine_look(&running, record, &running.machine.before, error);
    if (r < 0)
        return r;
    mlm_bounds_begin(&order->limits, &running.machine.before, record);
    if (mlm_bounds_wait(session->cages, &order->limits))
        return mlm_trial_ended_before(record, MLM_OUTCOME_REFUSED,
            "a cgroup above has the tighter limit and forbids the kernel to kill (oom_kill_disable): who "
            "exceeds it would wait for ever",
            error);

    struct mlm_noise noise;
    bool others = mlm_presence_others(session->presence_fd);
    uint64_t own_cpu = own_cpu_ns();
    mlm_noise_begin(AT_FDCWD, &noise);
    r = cage_life(&running, record, ret_timeline, error);
    if (r < 0)
        return r;
    struct mlm_noise_seen seen;
    bool noise_known = mlm_noise_end(&noise, own_cpu_ns() - own_cpu, &seen);
    if (noise_known)
        record->readings.values[MLM_stolen_ns] = seen.stolen_ns;
    if (others || mlm_presence_others(session->presence_fd) ||
        (noise_known && seen.others_cores > NOISY_CORES))
        record->marks |= MLM_MARK_BIT(noisy);
    disturbance_find(record);
    if (record->readings.values[MLM_cage_peak_bytes] > 0) {
        session->warm_bytes = (uint64_t)record->readings.values[MLM_cage_peak_bytes];
        session->warm_at_ns = mlm_now_ns();
    }
    return 0;
}
