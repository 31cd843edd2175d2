/* The threads of a cage: how long each computed and waited for a processor, and whether several of them
 * computed at the same time. A thread that ends between two looks takes its last part along. The sum is used
 * only where it agrees with the CPU time that the kernel counted for all; between two looks that missed
 * something, the pressure of the cage stands for it.
 *
 * A worker of ours, or a script that reports its phases, has measured its waits itself. Then the threads give
 * an upper bound, because the kernel may have added a sleep to them (base/schedstat.h): a thread that was
 * asleep at one look has waited no longer than since then at the next. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>

#include "base/delays.h"
#include "base/file.h"
#include "base/pressure.h"
#include "base/schedstat.h"
#include "meter/meter.h"

#define THREADS_MAX 512
/* A shorter time is too short to count threads: the kernel brings its figures up to date at each tick of its
 * clock only, every 4 to 10 ms. */
#define WINDOW_NS UINT64_C(500000000)
/* The sum over the threads must reach this much of the CPU time of all. */
#define SEEN_SHARE 0.95
/* The first process must have used this much of it, if its delays are to stand for all. */
#define MAIN_SHARE 0.99
#define SEEN_SLACK_NS 2e6
/* The same between two looks. */
#define LOOK_SLACK_NS 2e5
/* One thread alone keeps at most one processor busy. More than this is a second thread. */
#define ONE_THREAD 1.1
/* Threads that overlap for a smaller share of the run change its own time by less than other noise does. */
#define OVERLAP_SHARE 0.01

struct thread {
    int id;
    bool seen; /* by the latest look */
    struct mlm_thread_times times;
};

/* How long the cage waited for a processor, look by look. */
struct queue {
    uint64_t pressure_ns, cage_cpu_ns; /* at the latest look; MLM_PRESSURE_UNKNOWN */
    struct mlm_schedstat seen;         /* the sum over the threads then */
    uint64_t waited_ns;
    bool unknown;
};

/* The waits of all threads around the phase `run`. */
struct around_run {
    uint64_t before_ns, after_ns;
    bool over;  /* at the begin of this look */
    bool known; /* after_ns is final */
};

struct threads_state {
    struct thread threads[THREADS_MAX]; /* those that live */
    size_t count, looks;
    bool overflowed;
    struct mlm_schedstat gone;   /* sum over those that ended */
    uint64_t look_ns, looked_ns; /* begin of this look, and of the one before */
    uint64_t window_begin_ns, window_sum_ns, window_late_ns;
    double
        busy; /* most threads that computed or waited for a processor, averaged over a window; 0: unknown */
    double overlap_ns;         /* total that all threads together used beyond the time of one */
    struct mlm_schedstat main; /* the first process at its end */
    struct mlm_delays delays;
    bool main_known, delays_known, io_known;
    uint64_t read_bytes, written_bytes; /* of the first process and the children that it reaped */
    uint64_t memory_ns, storage_ns;     /* totals of the cage's pressure files at the begin */
    struct queue queue;
    struct around_run run;
};

static uint64_t pressure_now(const struct mlm_trial_view *view, const char *name)
{
    char text[256];
    if (!name || view->background ||
        mlm_file_read_into(mlm_cage_dir_fd(view->cage), name, text, sizeof text) <= 0)
        return MLM_PRESSURE_UNKNOWN;
    return mlm_pressure_some_ns(text);
}

static uint64_t cage_cpu_now(const struct mlm_trial_view *view)
{
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    char text[1024];
    uint64_t usage_us;
    if (!dialect->cpu_usage_key ||
        mlm_file_read_into(mlm_cage_dir_fd(view->cage), dialect->cpu, text, sizeof text) <= 0 ||
        mlm_keyed_number(text, dialect->cpu_usage_key, &usage_us) < 0)
        return MLM_PRESSURE_UNKNOWN;
    return usage_us * 1000;
}

static void threads_begin(void *p, const struct mlm_trial_view *view)
{
    struct threads_state *state = p;
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    state->window_begin_ns = state->look_ns = mlm_now_ns();
    state->queue.pressure_ns = pressure_now(view, dialect->processor_pressure);
    state->queue.cage_cpu_ns = cage_cpu_now(view);
    state->queue.unknown =
        state->queue.pressure_ns == MLM_PRESSURE_UNKNOWN || state->queue.cage_cpu_ns == MLM_PRESSURE_UNKNOWN;
    state->memory_ns = pressure_now(view, dialect->memory_pressure);
    state->storage_ns = pressure_now(view, dialect->storage_pressure);
}

static void add(struct mlm_schedstat *sum, const struct mlm_schedstat *stat)
{
    sum->cpu_ns += stat->cpu_ns;
    sum->run_queue_ns += stat->run_queue_ns;
}

/* A thread cannot use more time than passed since the begin of the look before. What its figures grew beyond
 * that belongs to the time before: the kernel adds a wait for a processor when it ends. */
static void late_note(struct threads_state *state, const struct mlm_schedstat *grown, uint64_t passed_ns)
{
    uint64_t grown_ns = grown->cpu_ns + grown->run_queue_ns;
    if (grown_ns > passed_ns && grown_ns - passed_ns > state->window_late_ns)
        state->window_late_ns = grown_ns - passed_ns;
}

static struct thread *thread_find(struct threads_state *state, int id)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->threads[i].id == id)
            return &state->threads[i];
    if (state->count == THREADS_MAX)
        return NULL;
    struct thread *thread = &state->threads[state->count++];
    /* What there is at the first look began before it. */
    *thread = (struct thread){.id = id, .times.runnable = state->looks <= 1};
    return thread;
}

static void thread_look(struct threads_state *state, int id, const struct mlm_schedstat *told, bool runnable)
{
    struct thread *thread = thread_find(state, id);
    if (!thread) {
        state->overflowed = true;
        return;
    }
    if (told->cpu_ns < thread->times.told.cpu_ns) { /* another thread has its number now */
        add(&state->gone, &thread->times.real);
        *thread = (struct thread){.id = id};
    }
    const uint64_t passed_ns = mlm_now_ns() - state->looked_ns;
    const struct mlm_schedstat grown = mlm_thread_times_look(&thread->times, told, runnable, passed_ns);
    late_note(state, &grown, passed_ns);
    thread->seen = true;
}

struct look {
    struct threads_state *state;
    const struct mlm_trial_view *view;
    char process[16];
};

static void thread_see(void *context, int id, const struct mlm_schedstat *stat)
{
    const struct look *look = context;
    thread_look(look->state, id, stat, mlm_thread_is_runnable(look->process, id));
}

static void process_see(void *context, pid_t pid)
{
    struct look *look = context;
    snprintf(look->process, sizeof look->process, "%d", (int)pid);
    if (pid != look->view->background)
        (void)mlm_schedstat_threads(look->process, thread_see, look);
}

static void gone_fold(struct threads_state *state)
{
    size_t kept = 0;
    for (size_t i = 0; i < state->count; i++) {
        if (state->threads[i].seen)
            state->threads[kept++] = state->threads[i];
        else
            add(&state->gone, &state->threads[i].times.real);
    }
    state->count = kept;
}

static struct mlm_schedstat sum_of(const struct threads_state *state)
{
    struct mlm_schedstat sum = state->gone;
    for (size_t i = 0; i < state->count; i++)
        add(&sum, &state->threads[i].times.real);
    return sum;
}

/* The harness itself may wait in the middle of a look. So a window lasts until its last look ends: one thread
 * cannot have used more than that. */
static void window_look(struct threads_state *state)
{
    uint64_t span_ns = mlm_now_ns() - state->window_begin_ns;
    if (span_ns < WINDOW_NS)
        return;
    const struct mlm_schedstat sum = sum_of(state);
    uint64_t sum_ns = sum.cpu_ns + sum.run_queue_ns;
    double used_ns = (double)sum_ns - (double)state->window_sum_ns - (double)state->window_late_ns;
    state->busy = fmax(state->busy, used_ns / (double)span_ns);
    if (used_ns > ONE_THREAD * (double)span_ns)
        state->overlap_ns += used_ns - (double)span_ns;
    state->window_begin_ns = state->look_ns;
    state->window_sum_ns = sum_ns;
    state->window_late_ns = 0;
}

/* Adds what was waited since the latest look. */
static void queue_look(struct threads_state *state, const struct mlm_trial_view *view)
{
    struct queue *queue = &state->queue;
    if (queue->unknown)
        return;
    const struct mlm_schedstat seen = sum_of(state);
    const uint64_t cage_cpu_ns = cage_cpu_now(view);
    const uint64_t pressure_ns = pressure_now(view, mlm_cage_dialect(view->cage)->processor_pressure);
    queue->unknown = cage_cpu_ns == MLM_PRESSURE_UNKNOWN || pressure_ns == MLM_PRESSURE_UNKNOWN;
    const double used_ns = (double)(cage_cpu_ns - queue->cage_cpu_ns);
    const bool all_seen = !state->overflowed &&
                          (double)(seen.cpu_ns - queue->seen.cpu_ns) + LOOK_SLACK_NS >= SEEN_SHARE * used_ns;
    const uint64_t seen_ns = seen.run_queue_ns - queue->seen.run_queue_ns;
    const uint64_t pressed_ns = pressure_ns - queue->pressure_ns;
    queue->waited_ns += all_seen || seen_ns > pressed_ns ? seen_ns : pressed_ns;
    queue->pressure_ns = pressure_ns;
    queue->cage_cpu_ns = cage_cpu_ns;
    queue->seen = seen;
}

static void run_look(struct threads_state *state, const struct mlm_scoreboard *scoreboard)
{
    struct around_run *around = &state->run;
    const uint64_t waited_ns = sum_of(state).run_queue_ns;
    if (!scoreboard->phases[MLM_PHASE_RUN].begin_ns)
        around->before_ns = waited_ns;
    if (!around->known)
        around->after_ns = waited_ns;
    around->known = around->over;
}

static void look_begin(struct threads_state *state, const struct mlm_trial_view *view)
{
    state->run.over =
        atomic_load_explicit(&view->scoreboard->phases[MLM_PHASE_RUN].complete, memory_order_acquire);
    state->looks++;
    state->looked_ns = state->look_ns;
    state->look_ns = mlm_now_ns();
    for (size_t i = 0; i < state->count; i++)
        state->threads[i].seen = false;
}

static void look_end(struct threads_state *state, const struct mlm_trial_view *view)
{
    struct look look = {.state = state, .view = view};
    mlm_cage_processes(view->cage, process_see, &look);
    gone_fold(state);
    window_look(state);
    queue_look(state, view);
    run_look(state, view->scoreboard);
}

static void threads_tick(void *p, const struct mlm_trial_view *view)
{
    struct threads_state *state = p;
    look_begin(state, view);
    look_end(state, view);
}

/* A process that has ended is in no list of the cage, but keeps its figures until it is reaped. */
static void threads_ended(void *p, const struct mlm_trial_view *view)
{
    struct threads_state *state = p;
    char path[64];
    look_begin(state, view);
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)view->worker);
    state->main_known = mlm_schedstat_read(path, &state->main);
    if (state->main_known)
        thread_look(state, (int)view->worker, &state->main, false);
    look_end(state, view);
    state->delays_known = mlm_delays_read(view->worker, &state->delays);
    char io[512];
    snprintf(path, sizeof path, "/proc/%d/io", (int)view->worker);
    state->io_known = mlm_file_read_into(AT_FDCWD, path, io, sizeof io) > 0 &&
                      mlm_keyed_number(io, "read_bytes", &state->read_bytes) == 0 &&
                      mlm_keyed_number(io, "write_bytes", &state->written_bytes) == 0;
}

static int64_t pressure_since(const struct mlm_trial_view *view, const char *name, uint64_t begin_ns)
{
    uint64_t now_ns = pressure_now(view, name);
    bool known = now_ns != MLM_PRESSURE_UNKNOWN && begin_ns != MLM_PRESSURE_UNKNOWN;
    return known ? (int64_t)(now_ns - begin_ns) : MLM_NULL;
}

static bool is_share(uint64_t seen_ns, double share, int64_t cpu_ns)
{
    return (double)seen_ns + SEEN_SLACK_NS >= share * (double)cpu_ns;
}

/* A worker's own reading of the time that its one thread waited for a processor in the phase `run`. */
static void bound_waits(const struct threads_state *state, struct mlm_meter_result *result)
{
    const int64_t most_ns = (int64_t)(state->run.after_ns - state->run.before_ns);
    if (result->one_thread && !state->overflowed && result->waits.run_queue_ns > most_ns)
        result->waits.run_queue_ns = most_ns;
}

static void threads_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    const struct threads_state *state = p;
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    int64_t *values = result->readings->values;
    int64_t run_ns = values[MLM_run_ns], user_ns = values[MLM_run_cpu_user_ns];
    if (!view->tree || view->scoreboard->phases[MLM_PHASE_PREPARE].begin_ns) {
        bound_waits(state, result);
        return;
    }
    if (run_ns == MLM_NULL || user_ns == MLM_NULL)
        return;
    if (state->io_known) {
        values[MLM_read_bytes] = (int64_t)state->read_bytes;
        values[MLM_written_bytes] = (int64_t)state->written_bytes;
    }
    int64_t cpu_ns = user_ns + values[MLM_run_cpu_system_ns];
    const struct mlm_schedstat sum = sum_of(state);
    struct mlm_waits waits = {
        .run_queue_ns = state->queue.unknown ? MLM_NULL : (int64_t)state->queue.waited_ns,
        .memory_ns = pressure_since(view, dialect->memory_pressure, state->memory_ns),
        .storage_ns = pressure_since(view, dialect->storage_pressure, state->storage_ns),
    };
    if (!state->overflowed && is_share(sum.cpu_ns, SEEN_SHARE, cpu_ns))
        waits.run_queue_ns = (int64_t)sum.run_queue_ns;
    if (state->delays_known && state->main_known && is_share(state->main.cpu_ns, MAIN_SHARE, cpu_ns)) {
        waits.memory_ns = (int64_t)state->delays.memory_ns;
        waits.storage_ns = (int64_t)state->delays.storage_ns;
    }
    if (waits.run_queue_ns == MLM_NULL || run_ns <= 0)
        return;
    double average = (double)(cpu_ns + waits.run_queue_ns) / (double)run_ns;
    result->waits = waits;
    result->one_thread = average <= ONE_THREAD && state->overlap_ns <= OVERLAP_SHARE * (double)run_ns;
    values[MLM_busy_threads] =
        result->one_thread ? 1 : (int64_t)fmax(2, ceil(fmax(state->busy, average) - (ONE_THREAD - 1)));
}

const struct mlm_meter mlm_meter_threads = {
    .name = "threads",
    .state_size = sizeof(struct threads_state),
    .begin = threads_begin,
    .tick = threads_tick,
    .tick_share = 0.02,
    .ended = threads_ended,
    .finish = threads_finish,
};
