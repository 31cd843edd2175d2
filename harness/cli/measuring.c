/* Opens and closes what all measuring verbs need, in a fixed order. */
#include "cli/measuring.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/size.h"
#include "machine/fresh.h"
#include "machine/memory.h"
#include "record/above.h"

int mlm_measuring_begin(struct mlm_measuring *measuring, struct mlm_error *error)
{
    int r = mlm_interrupts_open(&measuring->interrupts, error);
    /* Writing to a closed pipe or a full disk must be an error of write(), not the end of the program. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return r < 0 ? r : mlm_catalogue_open(&measuring->catalogue, error);
}

struct mlm_await mlm_measuring_await(struct mlm_measuring *measuring)
{
    return (struct mlm_await){
        .interrupt_fd = measuring->interrupts.fd, .tick = mlm_progress_tick, .context = &measuring->progress};
}

static int store_path(struct mlm_measuring *measuring, const char *out, struct mlm_error *error)
{
    const char *ending = strrchr(out, '.');
    struct stat file;
    bool is_file =
        (ending && strcmp(ending, ".jsonl") == 0) || (stat(out, &file) == 0 && S_ISREG(file.st_mode));
    char *path = measuring->path;
    size_t size = sizeof measuring->path;
    int n = 0;
    int r = 0;
    if (is_file) {
        const char *slash = strrchr(out, '/');
        n = snprintf(path, size, "%.*s", slash ? (int)(slash - out) : 0, out);
        if (n > 0 && n < (int)size)
            r = mlm_make_directories(path, error);
        n = snprintf(path, size, "%s", out);
    } else {
        r = mlm_make_directories(out, error);
        n = snprintf(path, size, "%s%s%s.jsonl", out, out[strlen(out) - 1] == '/' ? "" : "/",
            measuring->session.run_id);
    }
    if (r < 0)
        return r;
    return n < (int)size ? 0 : mlm_error_set(error, -EINVAL, "--out is too long");
}

const char *mlm_measuring_where(const struct mlm_measuring *measuring)
{
    return measuring->streams ? "standard output" : measuring->path;
}

/* Keeps standard output for the records: from here on everything else that is written there, by us, by Google
 * Benchmark or by a command, goes to standard error. */
static int stream_open(struct mlm_measuring *measuring, struct mlm_error *error)
{
    (void)fflush(stdout);
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0)
        return mlm_error_errno(error, -errno, "--out -: standard output");
    int r = mlm_store_stream(fd, &measuring->store, error);
    if (r == 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        r = mlm_error_errno(error, -errno, "--out -: standard error");
    if (r < 0)
        return r;
    measuring->streams = true;
    snprintf(measuring->path, sizeof measuring->path, "%s", mlm_store_path(measuring->store));
    return 0;
}

int mlm_measuring_open(struct mlm_measuring *measuring, const struct mlm_session_options *options,
    const char *out, struct mlm_error *error)
{
    int r = mlm_session_open(options, &measuring->session, error);
    if (r < 0)
        return r;
    const struct mlm_session *session = &measuring->session;
    if (!session->cages)
        return mlm_error_set(error, -ENOTSUP,
            "refused: %s; %s; or let `run` or `exec` measure without a cap: --cage inherit",
            session->site.why, session->site.remedy);
    if (strcmp(out, "-") == 0)
        return stream_open(measuring, error);
    r = store_path(measuring, out, error);
    return r < 0 ? r : mlm_store_open(measuring->path, &measuring->store, error);
}

/* Returns the first cap that is above the limit; 0: none is. */
static uint64_t cap_above(uint64_t limit_bytes, const uint64_t *caps, size_t cap_count)
{
    for (size_t i = 0; i < cap_count; i++)
        if (caps[i] != MLM_NO_LIMIT && caps[i] > limit_bytes)
            return caps[i];
    return 0;
}

/* A job that needs more than the machine has would be stopped by the machine, and not by such a cap. */
static void warn_of_machine(struct mlm_measuring *measuring, const uint64_t *caps, size_t cap_count)
{
    struct mlm_memory_now memory;
    char cap[MLM_SIZE_TEXT], available[MLM_SIZE_TEXT];
    if (measuring->session.site.access == MLM_CAGE_INHERITED || mlm_memory_now(AT_FDCWD, &memory, NULL) < 0)
        return;
    uint64_t above = cap_above(memory.available_bytes, caps, cap_count);
    if (above)
        mlm_progress_say(&measuring->progress,
            "warning: this machine has %s available, less than the cap of %s; a trial that needs more fills the "
            "machine, and is marked. Free memory, or give a smaller cap",
            mlm_size_show((double)memory.available_bytes, available), mlm_size_spell(above, cap));
}

void mlm_measuring_warn_of_limits(
    struct mlm_measuring *measuring, const struct mlm_limits *limits, const uint64_t *caps, size_t cap_count)
{
    const struct mlm_cage_site *site = &measuring->session.site;
    const struct mlm_dialect *dialect = mlm_cage_site_dialect(site);
    struct mlm_memory_now memory = {0};
    unsigned binding = 0;
    (void)mlm_memory_now(AT_FDCWD, &memory, NULL);
    for (size_t i = 0; i < cap_count; i++) {
        struct mlm_limits own = *limits;
        own.cap_bytes = caps[i];
        binding |= mlm_above_binding(&site->above, dialect, &own, memory.swap_total_bytes);
    }
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++) {
        const struct mlm_limit_above *limit = &site->above.limits[kind];
        char text[MLM_ABOVE_TEXT];
        if (!(binding >> kind & 1))
            continue;
        mlm_above_text(mlm_above_file(dialect, (enum mlm_above_kind)kind), limit->path, limit->bytes, text);
        mlm_progress_say(&measuring->progress,
            "warning: %s, which is tighter than what the trials allow; they are marked", text);
    }
    if (site->ended_by_oom)
        mlm_progress_say(&measuring->progress,
            "warning: systemd ends %s, and this run, when the kernel kills the first trial for lack of memory "
            "(OOMPolicy=stop); start the unit with OOMPolicy=continue",
            site->unit);
    warn_of_machine(measuring, caps, cap_count);
}

uint64_t mlm_measuring_probe_bytes(const uint64_t *caps, size_t cap_count)
{
    uint64_t bytes = MLM_FRESH_MEMORY_PROBE_BYTES / 4;
    for (size_t i = 0; i < cap_count; i++)
        if (caps[i] != MLM_NO_LIMIT && caps[i] > bytes)
            bytes = caps[i];
    return bytes < 2 * MLM_FRESH_MEMORY_PROBE_BYTES ? bytes : 2 * MLM_FRESH_MEMORY_PROBE_BYTES;
}

int mlm_measuring_end(struct mlm_measuring *measuring, struct mlm_error *error)
{
    bool wanted = mlm_interrupt_take(measuring->interrupts.fd) != 0;
    mlm_interrupts_close(&measuring->interrupts);
    measuring->session.await.interrupt_fd = -1;
    return wanted ? mlm_error_set(
                        error, -EINTR, "interrupted; the records are in %s", mlm_measuring_where(measuring))
                  : 0;
}

void mlm_measuring_release(struct mlm_measuring *measuring)
{
    mlm_progress_close(&measuring->progress);
    mlm_store_close(measuring->store);
    mlm_session_close(&measuring->session);
    mlm_catalogue_close(measuring->catalogue);
    /* A signal that came before this point has had its effect. */
    (void)mlm_interrupt_take(measuring->interrupts.fd);
    mlm_interrupts_close(&measuring->interrupts);
}
