/* Tests what is made of the kernel's figures of a thread. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/schedstat.h"

#define MS UINT64_C(1000000)

/* Linux 6.12 and later add a sleep to the time in the run queue at times. Between two looks that are 20 ms
 * apart, a thread that slept at the first one can have waited for 20 ms. */
static void a_sleep_is_no_wait(void **state)
{
    (void)state;
    struct mlm_thread_times times = {.runnable = true};
    struct mlm_schedstat grown =
        mlm_thread_times_look(&times, &(struct mlm_schedstat){10 * MS, 3 * MS}, false, 20 * MS);
    assert_int_equal(grown.run_queue_ns, 3 * MS);
    grown = mlm_thread_times_look(&times, &(struct mlm_schedstat){11 * MS, 1003 * MS}, true, 20 * MS);
    assert_int_equal(grown.cpu_ns, MS);
    assert_int_equal(grown.run_queue_ns, 20 * MS);
    assert_int_equal(times.real.run_queue_ns, 23 * MS);
    /* What was left out does not come back. */
    grown = mlm_thread_times_look(&times, &(struct mlm_schedstat){12 * MS, 1004 * MS}, true, 20 * MS);
    assert_int_equal(grown.run_queue_ns, MS);
}

/* The kernel adds a wait when it ends, so that of a thread that was ready all the time may be longer than the
 * time between two looks. */
static void a_long_wait_is_one(void **state)
{
    (void)state;
    struct mlm_thread_times times = {.runnable = true};
    (void)mlm_thread_times_look(&times, &(struct mlm_schedstat){MS, 0}, true, 20 * MS);
    (void)mlm_thread_times_look(&times, &(struct mlm_schedstat){MS, 0}, true, 20 * MS);
    const struct mlm_schedstat grown =
        mlm_thread_times_look(&times, &(struct mlm_schedstat){2 * MS, 45 * MS}, true, 20 * MS);
    assert_int_equal(grown.run_queue_ns, 45 * MS);
}

static void a_thread_that_runs_is_runnable(void **state)
{
    (void)state;
    assert_true(mlm_thread_is_runnable("self", getpid()));
    assert_false(mlm_thread_is_runnable("self", 0));
    const pid_t child = fork();
    if (child == 0) {
        (void)pause();
        _exit(0);
    }
    char name[16];
    (void)snprintf(name, sizeof name, "%d", child);
    while (mlm_thread_is_runnable(name, child)) /* until it sleeps; a failure is the time limit of the test */
        continue;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sleep_is_no_wait),
        cmocka_unit_test(a_long_wait_is_one),
        cmocka_unit_test(a_thread_that_runs_is_runnable),
    };
    return cmocka_run_group_tests_name("schedstat", tests, NULL, NULL);
}
