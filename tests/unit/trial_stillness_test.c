/* Tests that a stop of the harness is told from a busy or slow machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "trial/stillness.h"

#define MS UINT64_C(1000000)
#define PAUSE_NS (400 * MS)

static void sleep_for(uint64_t ns)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = (long)ns}, NULL);
}

/* Stops this process; a child lets it go on. */
static void be_stopped(void)
{
    const pid_t parent = getpid(), child = fork();
    if (child == 0) {
        sleep_for(50 * MS);
        (void)kill(parent, SIGSTOP);
        sleep_for(PAUSE_NS);
        (void)kill(parent, SIGCONT);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_stop_in_a_wait_is_found(void **state)
{
    (void)state;
    struct mlm_stillness stillness;
    mlm_stillness_open(&stillness);
    mlm_stillness_wait(&stillness);
    const uint64_t until_ns = mlm_now_ns() + 50 * MS;
    be_stopped();
    assert_true(mlm_stillness_look(&stillness, until_ns) > PAUSE_NS / 2);
    assert_int_equal(mlm_stillness_end(&stillness), 0);
    mlm_stillness_close(&stillness);
}

static void a_stop_in_a_look_is_found(void **state)
{
    (void)state;
    struct mlm_stillness stillness;
    mlm_stillness_open(&stillness);
    mlm_stillness_wait(&stillness);
    assert_int_equal(mlm_stillness_look(&stillness, mlm_now_ns()), 0);
    be_stopped();
    assert_true(mlm_stillness_end(&stillness) > PAUSE_NS / 2);
    assert_int_equal(mlm_stillness_end(&stillness), 0);
    mlm_stillness_close(&stillness);
}

/* A look that waits for a disk or a lock is no stop. */
static void a_slow_look_is_none(void **state)
{
    (void)state;
    struct mlm_stillness stillness;
    mlm_stillness_open(&stillness);
    mlm_stillness_wait(&stillness);
    (void)mlm_stillness_look(&stillness, mlm_now_ns());
    sleep_for(PAUSE_NS);
    assert_int_equal(mlm_stillness_end(&stillness), 0);
    /* Nor is one that computes, also where somebody says that it may go on. */
    (void)mlm_stillness_look(&stillness, mlm_now_ns());
    (void)kill(getpid(), SIGCONT);
    for (const uint64_t begin_ns = mlm_now_ns(); mlm_now_ns() < begin_ns + PAUSE_NS;)
        continue;
    assert_int_equal(mlm_stillness_end(&stillness), 0);
    mlm_stillness_close(&stillness);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_in_a_wait_is_found),
        cmocka_unit_test(a_stop_in_a_look_is_found),
        cmocka_unit_test(a_slow_look_is_none),
    };
    return cmocka_run_group_tests_name("stillness", tests, NULL, NULL);
}
