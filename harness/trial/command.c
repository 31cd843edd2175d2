/* Runs a user's command as a trial. It writes into the scoreboard what a worker of ours would have written:
 * phases, times and exit status. */
#include "trial/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "meter/sample.h"

/* The same value as for our own workers: the kernel kills processes in the cage first. */
#define COMMAND_OOM_SCORE_ADJ 1000
/* The kernel counts resident pages per processor and adds them up with a delay, so two readings of the same
 * memory can differ, but by less than this. */
#define OWN_PEAK_SLACK_BYTES (UINT64_C(1) << 20)

struct job {
    const struct mlm_session *session;
    const struct mlm_command *command;
    int *status;
    uint64_t *own_peak_rss_bytes; /* our peak when the command was started */
};

static bool is_program(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

int mlm_command_find(const char *name, char ret_path[static 4096], struct mlm_error *error)
{
    char path[4096];
    if (strchr(name, '/')) {
        if (access(name, F_OK) < 0)
            return mlm_error_errno(error, -errno, "cannot run %s", name);
        if (!is_program(name))
            return mlm_error_set(
                error, -EACCES, "cannot run %s: it is not an executable file; is chmod +x missing?", name);
        snprintf(ret_path, sizeof path, "%s", name);
        return 0;
    }
    const char *folders = getenv("PATH");
    for (const char *next = folders ? folders : "/usr/local/bin:/usr/bin:/bin"; *next;) {
        size_t length = strcspn(next, ":");
        if (length && snprintf(path, sizeof path, "%.*s/%s", (int)length, next, name) < (int)sizeof path &&
            is_program(path)) {
            memcpy(ret_path, path, sizeof path);
            return 0;
        }
        next += length + (next[length] == ':');
    }
    return mlm_error_set(
        error, -ENOENT, "there is no program %s; is it installed, and its folder in PATH?", name);
}

/* Our own VmHWM. The kernel's ru_maxrss of a command begins with it, because the command was our process
 * until exec(). Our own ru_maxrss cannot be used: it begins with that of the program that started us.
 * UINT64_MAX: not known. */
static uint64_t own_peak_rss_bytes(void)
{
    char text[4096];
    uint64_t peak_kib;
    if (mlm_file_read_into(AT_FDCWD, "/proc/self/status", text, sizeof text) <= 0 ||
        mlm_keyed_number(text, "VmHWM", &peak_kib) < 0)
        return UINT64_MAX;
    return peak_kib * 1024;
}

/* Returns the command's own peak where it is certainly larger than ours; 0: not known. */
static uint64_t peak_rss_of(const struct rusage *usage, uint64_t own_peak_rss_bytes)
{
    uint64_t peak_rss_bytes = (uint64_t)usage->ru_maxrss * 1024;
    bool known =
        peak_rss_bytes > OWN_PEAK_SLACK_BYTES && peak_rss_bytes - OWN_PEAK_SLACK_BYTES > own_peak_rss_bytes;
    return known ? peak_rss_bytes : 0;
}

static int job_start(const void *context, struct mlm_cage *cage, const struct mlm_view *view,
    struct mlm_worker *ret_worker, struct mlm_error *error)
{
    const struct job *job = context;
    const struct mlm_command *command = job->command;
    mlm_auto_close int scoreboard_fd = -1;
    struct mlm_worker worker = {.pidfd = -1, .messages_fd = -1};
    int r = mlm_scoreboard_make(&worker.scoreboard, &scoreboard_fd, error);
    if (r < 0)
        return r;
    struct mlm_cage_spawn spawn = {
        .program = command->program,
        .argv = command->argv,
        .stdin_fd = command->stdin_fd,
        .stdout_fd = command->stdout_fd,
        .stderr_fd = command->stderr_fd,
        .keep_fds = command->keep_fds,
        .affinity = view->has_processors ? &view->processors : &job->session->started_affinity,
        .mounts = &view->mounts,
        .oom_score_adj = COMMAND_OOM_SCORE_ADJ,
        .same_group = command->same_group,
    };
    worker.scoreboard->items = UINT64_MAX; /* items are not known */
    worker.scoreboard->phases[MLM_PHASE_RUN].begin_ns = mlm_now_ns();
    r = mlm_cage_spawn(cage, &spawn, &worker.pid, &worker.pidfd, error);
    if (r < 0) {
        mlm_worker_end(&worker);
        return r;
    }
    *job->own_peak_rss_bytes = own_peak_rss_bytes();
    atomic_store_explicit(&worker.scoreboard->phase, MLM_PHASE_RUN, memory_order_release);
    *ret_worker = worker;
    return 0;
}

static uint64_t time_ns(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

/* Writes the parts of the scoreboard that our own worker would have written. */
static void job_ended(const void *context, struct mlm_worker *worker, int status, uint64_t ended_ns)
{
    const struct job *job = context;
    struct mlm_scoreboard *sb = worker->scoreboard;
    struct mlm_phase_reading *run = &sb->phases[MLM_PHASE_RUN];
    *job->status = status;
    if (!WIFEXITED(status))
        return;
    run->end_ns = ended_ns;
    run->cpu_user_ns = time_ns(worker->usage.ru_utime);
    run->cpu_system_ns = time_ns(worker->usage.ru_stime);
    run->run_queue_ns = run->memory_wait_ns = run->storage_wait_ns = MLM_WAIT_UNKNOWN; /* meters find them */
    run->peak_rss_bytes = peak_rss_of(&worker->usage, *job->own_peak_rss_bytes);
    atomic_store_explicit(&run->complete, 1, memory_order_release);
    if (WEXITSTATUS(status) != 0)
        return;
    atomic_store_explicit(&sb->phase, MLM_PHASE_DONE, memory_order_release);
    atomic_store_explicit(&sb->verdict, MLM_VERDICT_OK, memory_order_release);
}

int mlm_command_trial_run(struct mlm_session *session, const struct mlm_command *command,
    struct mlm_record *record, struct mlm_timeline *ret_timeline, int *ret_status, struct mlm_error *error)
{
    *ret_status = -1;
    uint64_t own_peak_rss_bytes = UINT64_MAX;
    struct job job = {.session = session,
        .command = command,
        .status = ret_status,
        .own_peak_rss_bytes = &own_peak_rss_bytes};
    const struct mlm_trial_order order = {.limits = command->limits,
        .fills_bytes = command->fills_bytes,
        .tree = true,
        .oom_grace_ns = command->oom_grace_ns,
        .start = job_start,
        .ended = job_ended,
        .context = &job};
    return mlm_trial_run(session, &order, &command->watcher, record, ret_timeline, error);
}
