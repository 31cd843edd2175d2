/* A tree of processes: the memory of each at the last look before its end, what each held at the highest
 * sample (peak.h), and the CPU time of all. The peak of the tree is the cage's, because a sum of RSS would
 * count shared pages several times; these lists only show which process was how large. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/schedstat.h"
#include "meter/meter.h"
#include "meter/peak.h"

#define PROCESSES_MAX 64
/* The kernel finds PSS by a walk through all pages: spend at most this share of the time on it. */
#define PSS_TIME_SHARE 0.01
/* A larger share of the run after the last look may hide the peak. */
#define UNSEEN_SHARE 0.25
/* A process that was last seen before this ended for another reason. */
#define JUST_NOW_NS UINT64_C(1000000000)
/* The peak of a command that was seen fewer times, or ran for a shorter time, is not sampled. */
#define LOOKS_LEAST 10
#define SAMPLED_LEAST_NS INT64_C(50000000)
/* Processes with less than this share of the cage's peak are not listed. */
#define LISTED_SHARE 0.01
/* The PSS of a process whose RSS has changed by more than this since is no longer known. */
#define STALE_SHARE 0.1

struct process {
    pid_t pid;
    struct mlm_held held;
    bool named;          /* the name has that of the script in it */
    char short_name[32]; /* without it */
    /* Values at the last look before it ended. */
    int64_t rss_bytes, peak_rss_bytes;
    int64_t file_bytes;    /* most file and shared pages that it was seen to map */
    int64_t pss_bytes;     /* MLM_NULL: could not be read */
    int64_t pss_rss_bytes; /* RSS of the look at which pss_bytes was read */
    int64_t lazy_bytes;    /* freed by MADV_FREE, and not yet taken back; read with pss_bytes */
    uint64_t pss_at_ns;    /* 0: never read */
    uint64_t seen_at_ns;
    bool hugetlb;           /* uses pages of the machine's hugetlb pool */
    uint64_t started_ticks; /* tells apart two processes with the same pid, because the kernel reuses pids */
};

struct tree_state {
    struct process processes[PROCESSES_MAX]; /* the largest processes seen so far */
    size_t count, looks;
    uint64_t begin_ns, pss_spent_ns;
    int64_t lazy_peak_bytes; /* highest sum over the processes; MLM_NULL: never read */
    struct mlm_peak peak;
    bool left, hugetlb;
    bool waited_for_children; /* the command did: the kernel's peak RSS may be that of one of them */
};

/* One look at all processes of the cage. */
struct look {
    struct tree_state *state;
    const struct mlm_trial_view *view;
    uint64_t now_ns;
};

static void tree_begin(void *p, const struct mlm_trial_view *view)
{
    (void)view;
    struct tree_state *state = p;
    state->begin_ns = mlm_now_ns();
    state->lazy_peak_bytes = MLM_NULL;
}

static int64_t kib(const char *text, const char *key)
{
    uint64_t value;
    return mlm_keyed_number(text, key, &value) == 0 ? (int64_t)value * 1024 : MLM_NULL;
}

static int64_t or_0(int64_t value)
{
    return value == MLM_NULL ? 0 : value;
}

/* Returns false for a process that has ended meanwhile. */
static bool process_look(pid_t pid, struct process *ret_process)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0)
        return false;
    struct process process = {
        .pid = pid,
        .rss_bytes = kib(text, "VmRSS"),
        .peak_rss_bytes = kib(text, "VmHWM"),
        .pss_bytes = MLM_NULL,
        .hugetlb = kib(text, "HugetlbPages") > 0,
    };
    if (process.rss_bytes == MLM_NULL || process.peak_rss_bytes == MLM_NULL)
        return false;
    mlm_held_parse(text, &process.held);
    process.file_bytes = or_0(process.held.file_bytes) + or_0(process.held.shmem_bytes);
    snprintf(process.short_name, sizeof process.short_name, "%.31s", process.held.name);
    *ret_process = process;
    return true;
}

static void pss_read(struct process *process)
{
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)process->pid);
    bool read = mlm_file_read_into(AT_FDCWD, path, text, sizeof text) > 0;
    process->pss_bytes = read ? kib(text, "Pss") : MLM_NULL;
    process->lazy_bytes = read ? or_0(kib(text, "LazyFree")) : 0;
}

/* The process's entry in the list: its own, a free one, or that of a smaller process; NULL: none. */
static struct process *place_of(struct tree_state *state, const struct process *process)
{
    struct process *smallest = &state->processes[0];
    for (size_t i = 0; i < state->count; i++) {
        if (state->processes[i].pid == process->pid)
            return &state->processes[i];
        if (state->processes[i].peak_rss_bytes < smallest->peak_rss_bytes)
            smallest = &state->processes[i];
    }
    if (state->count < PROCESSES_MAX)
        return &state->processes[state->count++];
    return smallest->peak_rss_bytes < process->peak_rss_bytes ? smallest : NULL;
}

static void process_note(struct tree_state *state, struct process *process)
{
    struct process *place = place_of(state, process);
    if (!place)
        return;
    if (place->pid == process->pid) {
        process->pss_bytes = place->pss_bytes;
        process->pss_rss_bytes = place->pss_rss_bytes;
        process->lazy_bytes = place->lazy_bytes;
        process->pss_at_ns = place->pss_at_ns;
        if (place->file_bytes > process->file_bytes)
            process->file_bytes = place->file_bytes;
        /* A program that was replaced by another has another name. */
        if (place->named && strcmp(place->short_name, process->short_name) == 0) {
            strcpy(process->held.name, place->held.name);
            process->named = true;
        }
    }
    *place = *process;
}

/* Finds the large process, of those seen at `now`, whose PSS is the oldest; NULL: all were read now. */
static struct process *pss_due(struct tree_state *state, const struct mlm_sample *sample, uint64_t now)
{
    struct process *due = NULL;
    for (size_t i = 0; i < state->count; i++) {
        struct process *process = &state->processes[i];
        bool large = (double)process->rss_bytes >= LISTED_SHARE * (double)sample->memory_bytes;
        if (process->seen_at_ns == now && process->pss_at_ns < now && large &&
            (!due || process->pss_at_ns < due->pss_at_ns))
            due = process;
    }
    return due;
}

/* Adds up what the processes that are there now had freed lazily at their latest look. */
static void lazy_peak_raise(struct tree_state *state, uint64_t now)
{
    int64_t sum_bytes = 0;
    for (size_t i = 0; i < state->count; i++)
        if (state->processes[i].seen_at_ns == now)
            sum_bytes += state->processes[i].lazy_bytes;
    if (sum_bytes > state->lazy_peak_bytes)
        state->lazy_peak_bytes = sum_bytes;
}

static void pss_look(struct tree_state *state, const struct mlm_sample *sample, uint64_t now)
{
    struct process *process;
    bool looked = false;
    while ((double)state->pss_spent_ns <= PSS_TIME_SHARE * (double)(now - state->begin_ns) &&
           (process = pss_due(state, sample, now))) {
        uint64_t begin_ns = mlm_thread_cpu_ns();
        pss_read(process);
        process->pss_at_ns = now;
        process->pss_rss_bytes = process->rss_bytes;
        state->pss_spent_ns += mlm_thread_cpu_ns() - begin_ns;
        looked |= process->pss_bytes != MLM_NULL;
    }
    if (looked)
        lazy_peak_raise(state, now);
}

/* Keeps what each large process held, where the cage never held more. The figures are those of this look, so
 * this costs nothing but the first look at a name. */
static void peak_look(struct tree_state *state, const struct mlm_sample *sample, uint64_t now)
{
    struct mlm_peak peak = {.held_bytes = mlm_sample_held_bytes(sample)};
    if (peak.held_bytes <= state->peak.held_bytes) /* MLM_NULL is below all values */
        return;
    for (size_t i = 0; i < state->count; i++) {
        struct process *process = &state->processes[i];
        if (process->seen_at_ns != now || !mlm_peak_is_large(&process->held, peak.held_bytes))
            continue;
        process->named = process->named || mlm_held_name(&process->held, process->pid);
        mlm_peak_add(&peak, &process->held);
    }
    if (peak.count)
        state->peak = peak;
}

/* PF_EXITING of the kernel: the process has begun to end. From then on cgroup v1 shows it in the root group,
 * also while it still holds its memory. */
#define FLAG_EXITING 0x4u

/* Reads /proc/PID/stat. Returns what begins with the state; NULL: the process is gone. */
static const char *stat_read(pid_t pid, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, size) <= 0)
        return NULL;
    /* The name is in brackets and may hold any character. */
    const char *name_end = strrchr(text, ')');
    return name_end && name_end[1] == ' ' ? name_end + 2 : NULL;
}

/* A number of /proc/PID/stat, counted as proc(5) does, where the state is field 3. */
static unsigned long long stat_field(const char *state, int field)
{
    const char *at = state;
    for (int i = 3; at && i < field; i++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return at ? strtoull(at, NULL, 10) : 0;
}

enum { STAT_FLAGS = 9, STAT_CHILDREN_FAULTS = 11, STAT_STARTED = 22 };

/* Start time of a process in ticks of the kernel's clock. 0: it has ended, or is about to. */
static uint64_t started_ticks(pid_t pid)
{
    char text[1024];
    const char *state = stat_read(pid, text, sizeof text);
    if (!state || *state == 'Z' || *state == 'X' || stat_field(state, STAT_FLAGS) & FLAG_EXITING)
        return 0;
    return stat_field(state, STAT_STARTED);
}

/* The kernel shows a new process in the root group until it is about to run for the first time. */
static bool has_run(pid_t pid)
{
    char path[64];
    struct mlm_schedstat stat;
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    return !mlm_schedstat_read(path, &stat) || stat.cpu_ns > 0;
}

/* Tells whether a process left the cage alive. It may begin to end between two looks, and then seems to be
 * outside; therefore whether it lives is checked last, and whether it has begun to run first. */
static bool has_left(const struct mlm_trial_view *view, pid_t pid, uint64_t started)
{
    return started_ticks(pid) == started && has_run(pid) && !mlm_cage_holds(view->cage, pid) &&
           started_ticks(pid) == started;
}

/* A child may move out of the cage before it was seen inside. */
static void children_look(const struct look *look, pid_t parent)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0)
        return;
    char *end = text;
    for (const char *next = text; *next && !look->state->left; next = end) {
        pid_t pid = (pid_t)strtol(next, &end, 10);
        if (end == next || *end != ' ')
            return;
        uint64_t started = started_ticks(pid);
        look->state->left = started && has_left(look->view, pid, started);
    }
}

static void process_see(void *context, pid_t pid)
{
    const struct look *look = context;
    struct process process;
    if (pid == look->view->background || !process_look(pid, &process))
        return;
    process.seen_at_ns = look->now_ns;
    process.started_ticks = started_ticks(pid);
    look->state->hugetlb |= process.hugetlb;
    process_note(look->state, &process);
    if (!look->state->left)
        children_look(look, pid);
}

/* Processes that were inside and no longer are: they ended, or left. */
static void leavers_look(const struct look *look)
{
    struct tree_state *state = look->state;
    for (size_t i = 0; i < state->count && !state->left; i++) {
        const struct process *process = &state->processes[i];
        if (process->seen_at_ns != look->now_ns && process->started_ticks)
            state->left = has_left(look->view, process->pid, process->started_ticks);
    }
    uint64_t started = state->left ? 0 : started_ticks(look->view->worker);
    state->left |= started && has_left(look->view, look->view->worker, started);
}

static void tree_tick(void *p, const struct mlm_trial_view *view)
{
    struct tree_state *state = p;
    uint64_t now = mlm_now_ns();
    if (!view->tree)
        return;
    state->looks++;
    struct look look = {.state = state, .view = view, .now_ns = now};
    mlm_cage_processes(view->cage, process_see, &look);
    leavers_look(&look);
    peak_look(state, &view->sample, now);
    pss_look(state, &view->sample, now);
}

/* Each process that is waited for leaves its page faults with the one that waited. */
static void tree_ended(void *p, const struct mlm_trial_view *view)
{
    struct tree_state *state = p;
    char text[1024];
    const char *stat = view->tree ? stat_read(view->worker, text, sizeof text) : NULL;
    state->waited_for_children = !stat || stat_field(stat, STAT_CHILDREN_FAULTS) != 0;
}

static json_t *bytes_or_null(int64_t bytes)
{
    return bytes == MLM_NULL ? json_null() : json_integer(bytes);
}

/* PSS is read more rarely than RSS. */
static int64_t pss_now(const struct process *process)
{
    double change = fabs((double)(process->rss_bytes - process->pss_rss_bytes));
    return change <= STALE_SHARE * (double)process->rss_bytes ? process->pss_bytes : MLM_NULL;
}

static int by_size(const void *a, const void *b)
{
    const struct process *x = a, *y = b;
    return (x->peak_rss_bytes < y->peak_rss_bytes) - (x->peak_rss_bytes > y->peak_rss_bytes);
}

/* Returns NULL where memory is short: the trial is more important than this list. */
static json_t *list_make(struct tree_state *state, int64_t cage_peak_bytes)
{
    json_t *list = json_array();
    qsort(state->processes, state->count, sizeof *state->processes, by_size);
    for (size_t i = 0; list && i < state->count; i++) {
        const struct process *process = &state->processes[i];
        if ((double)process->peak_rss_bytes < LISTED_SHARE * (double)cage_peak_bytes)
            break;
        json_t *item = json_pack("{s:o, s:o, s:o, s:o}", "name", json_string(process->short_name),
            "rss_bytes", bytes_or_null(process->rss_bytes), "pss_bytes", bytes_or_null(pss_now(process)),
            "peak_rss_bytes", bytes_or_null(process->peak_rss_bytes));
        if (!item || json_array_append_new(list, item) < 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

/* Our own scripts do, and their readings are of their own process. */
static bool reports_phases(const struct mlm_trial_view *view)
{
    return view->scoreboard->phases[MLM_PHASE_PREPARE].begin_ns != 0;
}

/* CPU time that the kernel counted for all processes of the cage; without that file, or with others in the
 * cage, only the time of the command and of the children that it waited for is known. */
static void cpu_read(const struct mlm_trial_view *view, int64_t *values)
{
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    char text[1024];
    uint64_t user_us, system_us;
    if (!dialect->cpu || view->background || mlm_cage_is_inherited(view->cage) ||
        mlm_file_read_into(mlm_cage_dir_fd(view->cage), dialect->cpu, text, sizeof text) <= 0 ||
        mlm_keyed_number(text, dialect->cpu_user_key, &user_us) < 0 ||
        mlm_keyed_number(text, dialect->cpu_system_key, &system_us) < 0)
        return;
    values[MLM_run_cpu_user_ns] = (int64_t)user_us * 1000;
    values[MLM_run_cpu_system_ns] = (int64_t)system_us * 1000;
}

/* The high-water mark of a process, less the file pages that it mapped, is memory that it held at one moment,
 * however short: the needs are not below it. The kernel's mark for a command covers the time after the last
 * look, too, but is the largest one of the command and of the children that it waited for. */
static void needs_raise(const struct tree_state *state, const struct mlm_trial_view *view, int64_t *values)
{
    const bool own = reports_phases(view) || !state->waited_for_children;
    for (size_t i = 0; i < state->count; i++) {
        const struct process *process = &state->processes[i];
        int64_t peak_bytes = process->peak_rss_bytes;
        if (process->pid == view->worker && own && values[MLM_run_peak_rss_bytes] > peak_bytes)
            peak_bytes = values[MLM_run_peak_rss_bytes];
        if (values[MLM_needs_peak_bytes] != MLM_NULL &&
            peak_bytes - process->file_bytes > values[MLM_needs_peak_bytes])
            values[MLM_needs_peak_bytes] = peak_bytes - process->file_bytes;
    }
}

/* A look at a short command sees how it starts, and nothing of its peak; nor does one that was long before
 * the end. */
static bool was_watched(const struct tree_state *state, const struct mlm_trial_view *view, int64_t run_ns)
{
    if (run_ns == MLM_NULL || !state->count)
        return true; /* it was ended: its last figure is a lower bound in any case */
    uint64_t end_ns = view->scoreboard->phases[MLM_PHASE_RUN].end_ns;
    double unseen_ns = (double)end_ns - (double)state->processes[0].seen_at_ns;
    return run_ns >= SAMPLED_LEAST_NS && state->looks >= LOOKS_LEAST &&
           (state->count > 1 || unseen_ns <= UNSEEN_SHARE * (double)run_ns);
}

static void tree_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    struct tree_state *state = p;
    if (!view->tree)
        return;
    int64_t *values = result->readings->values;
    if (state->left)
        *result->marks |= MLM_MARK_BIT(left_cage);
    if (state->hugetlb)
        *result->marks |= MLM_MARK_BIT(hugetlb_pages);
    /* For a script that reports its phases, the run is only a part of the cage's total. */
    if (!reports_phases(view))
        cpu_read(view, values);
    *result->processes = list_make(state, values[MLM_cage_peak_bytes]);
    *result->peak_processes = mlm_peak_json(&state->peak);
    values[MLM_lazy_free_peak_bytes] = state->lazy_peak_bytes;
    needs_raise(state, view, values);
    /* What the processes prove, samples of the cage may have missed. */
    if (*result->marks & MLM_MARK_BIT(cage_peak_sampled) && values[MLM_swap_peak_bytes] == 0 &&
        values[MLM_needs_peak_bytes] > values[MLM_cage_peak_bytes])
        values[MLM_cage_peak_bytes] = values[MLM_needs_peak_bytes];
    int64_t seen_bytes = state->count ? state->processes[0].peak_rss_bytes : MLM_NULL;
    if (was_watched(state, view, values[MLM_run_ns]) && seen_bytes > values[MLM_peak_rss_bytes])
        values[MLM_peak_rss_bytes] = seen_bytes;
    /* Only the processes that the command itself reaped have an exact figure. */
    if (values[MLM_run_peak_rss_bytes] == MLM_NULL && values[MLM_peak_rss_bytes] != MLM_NULL)
        *result->marks |= MLM_MARK_BIT(peak_rss_sampled);
}

static bool tree_gone(const void *p, struct mlm_process_gone *ret_gone)
{
    const struct tree_state *state = p;
    const struct process *largest = NULL;
    uint64_t latest_ns = 0;
    for (size_t i = 0; i < state->count; i++)
        if (state->processes[i].seen_at_ns > latest_ns)
            latest_ns = state->processes[i].seen_at_ns;
    for (size_t i = 0; i < state->count; i++) {
        const struct process *process = &state->processes[i];
        /* Only one that ended right before the latest look. */
        bool ended = process->seen_at_ns < latest_ns && latest_ns - process->seen_at_ns < JUST_NOW_NS;
        if (ended && (!largest || process->rss_bytes > largest->rss_bytes))
            largest = process;
    }
    if (!largest)
        return false;
    *ret_gone = (struct mlm_process_gone){.pid = largest->pid};
    snprintf(ret_gone->name, sizeof ret_gone->name, "%s", largest->short_name);
    return true;
}

const struct mlm_meter mlm_meter_tree = {
    .name = "tree",
    .state_size = sizeof(struct tree_state),
    .begin = tree_begin,
    .tick = tree_tick,
    .tick_share = 0.05,
    .ended = tree_ended,
    .gone = tree_gone,
    .finish = tree_finish,
};
