/* Tests the sources of waits: run queue, pressure files, delay accounting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/delays.h"
#include "base/pressure.h"
#include "base/schedstat.h"

static void pressure_is_in_nanoseconds(void **state)
{
    (void)state;
    static const char text[] = "some avg10=0.00 avg60=0.00 avg300=0.00 total=123\n"
                               "full avg10=0.00 avg60=0.00 avg300=0.00 total=45\n";
    assert_int_equal(mlm_pressure_some_ns(text), 123000);
    assert_int_equal(mlm_pressure_full_ns(text), 45000);
    assert_true(mlm_pressure_some_ns("") == MLM_PRESSURE_UNKNOWN);
    assert_true(mlm_pressure_full_ns("some total=1\n") == MLM_PRESSURE_UNKNOWN);
    assert_true(mlm_pressure_read_some_ns(-1) == MLM_PRESSURE_UNKNOWN);
    int fd = memfd_create("pressure", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(mlm_pressure_read_some_ns(fd), 123000);
    assert_int_equal(mlm_pressure_read_some_ns(fd), 123000);
    assert_int_equal(close(fd), 0);
}

static void thread_see(void *context, int thread, const struct mlm_schedstat *stat)
{
    assert_true(stat->cpu_ns > 0);
    *(int *)context += thread == getpid();
}

static void threads_of_a_process_are_seen(void **state)
{
    (void)state;
    struct mlm_schedstat before, after;
    int seen = 0;
    assert_true(mlm_schedstat_sum("self", &before));
    for (uint64_t end_ns = mlm_now_ns() + MLM_SECOND_NS / 5; mlm_now_ns() < end_ns;)
        continue;
    assert_true(mlm_schedstat_threads("self", thread_see, &seen));
    assert_int_equal(seen, 1);
    assert_true(mlm_schedstat_sum("self", &after));
    uint64_t spent_ns = after.cpu_ns + after.run_queue_ns - before.cpu_ns - before.run_queue_ns;
    assert_in_range(spent_ns, MLM_SECOND_NS / 8, MLM_SECOND_NS * 60);
    assert_false(mlm_schedstat_sum("0", &after));
    assert_false(mlm_schedstat_read("/proc/0/schedstat", &after));
}

/* A process that has ended keeps its figures until it is reaped. */
static void the_dead_are_seen_until_they_are_reaped(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    char path[64];
    struct mlm_schedstat stat;
    struct mlm_delays delays;
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    assert_true(mlm_schedstat_read(path, &stat));
    assert_true(stat.cpu_ns > 0);
    /* Only root may read delays, and only where they are counted. */
    if (mlm_delays_read(pid, &delays))
        assert_true(mlm_delays_are_counted() && delays.memory_ns < MLM_SECOND_NS * 60);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(mlm_schedstat_read(path, &stat));
    assert_false(mlm_delays_read(pid, &delays));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pressure_is_in_nanoseconds),
        cmocka_unit_test(threads_of_a_process_are_seen),
        cmocka_unit_test(the_dead_are_seen_until_they_are_reaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
