/* Tests inherited cages: whose processes are the job's, and that they end. They need no rights and no cgroup.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cage/cage.h"
#include "cage/run.h"
#include "emulated.h"

struct place {
    struct mlm_cages *cages;
    struct mlm_cage *cage;
};

static void place_open(struct place *place)
{
    struct mlm_error error = {0};
    struct mlm_cage_site site;
    const struct mlm_limits limits = MLM_UNLIMITED;
    *place = (struct place){0};
    if (mlm_cage_site_inherit(AT_FDCWD, &site, &error) < 0 ||
        mlm_cages_open(&site, &place->cages, &error) < 0 ||
        mlm_cage_open(place->cages, &limits, &place->cage, &error) < 0)
        fail_msg("%s", error.text);
}

static void place_close(struct place *place)
{
    mlm_cage_close(place->cage);
    mlm_cages_close(place->cages);
}

/* Starts a line for the shell in the cage. */
static pid_t shell_start(struct place *place, const char *line, int stdout_fd)
{
    struct mlm_error error = {0};
    pid_t pid;
    int pidfd;
    char *argv[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)line, NULL};
    const struct mlm_cage_spawn spawn = {.program = "/bin/sh",
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = stdout_fd,
        .stderr_fd = -1,
        .oom_score_adj = 1000};
    if (mlm_cage_spawn(place->cage, &spawn, &pid, &pidfd, &error) < 0)
        fail_msg("%s", error.text);
    (void)close(pidfd);
    return pid;
}

static void nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

struct seen {
    pid_t wanted;
    size_t count;
    bool found;
};

static void see(void *context, pid_t pid)
{
    struct seen *seen = context;
    seen->count++;
    seen->found |= pid == seen->wanted;
}

static struct seen look(const struct place *place, pid_t wanted)
{
    struct seen seen = {.wanted = wanted};
    mlm_cage_processes(place->cage, see, &seen);
    return seen;
}

static void wait_for_count(const struct place *place, size_t count)
{
    for (int i = 0; i < 3000 && look(place, 0).count != count; i++)
        nap();
    assert_int_equal(look(place, 0).count, count);
}

static void a_job_is_its_descendants(void **unused)
{
    (void)unused;
    struct place place;
    if (is_emulated()) /* no process adopts orphans there */
        skip();
    pid_t before = fork();
    assert_true(before >= 0);
    if (before == 0)
        for (;;)
            (void)pause();
    place_open(&place);
    assert_int_equal(look(&place, 0).count, 0);
    /* A shell, one child, and an orphan whose parent has ended. */
    pid_t job = shell_start(&place, "(sleep 600 & exec true); sleep 600 & wait", -1);
    wait_for_count(&place, 3);
    assert_true(look(&place, job).found);
    assert_false(look(&place, before).found);
    assert_true(mlm_cage_holds(place.cage, job));
    struct mlm_error error = {0};
    assert_int_equal(mlm_cage_kill(place.cage, &error), 0);
    assert_int_equal(look(&place, 0).count, 0);
    int status;
    assert_int_equal(waitpid(job, &status, 0), job);
    assert_int_equal(kill(before, 0), 0);
    place_close(&place);
    assert_int_equal(kill(before, SIGKILL), 0);
    assert_int_equal(waitpid(before, &status, 0), before);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD); /* orphans were reaped */
}

/* A child that daemonizes is found, although nothing of its family is left. */
static void a_daemon_stays_in_the_family(void **unused)
{
    (void)unused;
    struct place place;
    int ends[2], status;
    char text[16] = "";
    if (is_emulated()) /* no process adopts orphans there */
        skip();
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    place_open(&place);
    pid_t job = shell_start(&place, "setsid sh -c 'sh -c \"echo \\$\\$; exec sleep 600\" &' >&1", ends[1]);
    (void)close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    (void)close(ends[0]);
    pid_t daemon = (pid_t)strtol(text, NULL, 10);
    assert_int_equal(waitpid(job, &status, 0), job);
    wait_for_count(&place, 1);
    assert_true(look(&place, daemon).found);
    place_close(&place);
    assert_int_equal(kill(daemon, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void peaks_and_counters_begin_anew(void **unused)
{
    (void)unused;
    struct place place;
    uint64_t bytes;
    place_open(&place);
    int r = mlm_cage_memory_peak(place.cage, &bytes);
    assert_true(r == 0 || r == -ENODATA);
    if (mlm_cage_counts_own_kills(place.cage))
        assert_int_equal(mlm_cage_oom_kills(place.cage), 0);
    place_close(&place);
    /* A peak that could not be reset is one only if it has risen. */
    char path[] = "/tmp/mlm_peak_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(write(fd, "4096\n", 5), 5);
    struct mlm_old_peak peak = {.fd = fd, .before_bytes = 4096};
    assert_int_equal(mlm_old_peak_read(&peak, &bytes), -ENODATA);
    peak.before_bytes = 4095;
    assert_int_equal(mlm_old_peak_read(&peak, &bytes), 0);
    assert_int_equal(bytes, 4096);
    peak = (struct mlm_old_peak){.fd = fd, .reset = true, .before_bytes = 0};
    assert_int_equal(mlm_old_peak_read(&peak, &bytes), 0);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_its_descendants),
        cmocka_unit_test(a_daemon_stays_in_the_family),
        cmocka_unit_test(peaks_and_counters_begin_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
