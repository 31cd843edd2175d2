/* Tests waiting for a descriptor: it ends when there is something to read, shows meanwhile that it goes on,
 * and obeys the user's wish to stop. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/await.h"
#include "base/cleanup.h"

struct ticker {
    int to; /* gets a byte at the third tick */
    int ticks;
};

static void tick(void *context)
{
    struct ticker *ticker = context;
    if (++ticker->ticks == 3)
        assert_int_equal(write(ticker->to, "x", 1), 1);
}

static void goes_on(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    mlm_auto_close int from = ends[0];
    mlm_auto_close int to = ends[1];
    struct ticker ticker = {.to = to};
    const struct mlm_await await = {.interrupt_fd = -1, .tick = tick, .context = &ticker};
    assert_int_equal(mlm_await_readable(&await, from), 0);
    assert_int_equal(ticker.ticks, 3);
    assert_int_equal(mlm_await_readable(&await, from), 0);
    assert_int_equal(ticker.ticks, 3);
    assert_int_equal(mlm_await_readable(NULL, from), 0);
}

static void stops(void **state)
{
    (void)state;
    int quiet[2], wish[2];
    assert_int_equal(pipe(quiet), 0);
    assert_int_equal(pipe(wish), 0);
    struct ticker ticker = {.to = wish[1]};
    const struct mlm_await await = {.interrupt_fd = wish[0], .tick = tick, .context = &ticker};
    assert_int_equal(mlm_await_readable(&await, quiet[0]), -EINTR);
    assert_int_equal(ticker.ticks, 3);
    /* An end that is closed is an answer, too: the process there has ended. */
    (void)close(quiet[1]);
    assert_int_equal(mlm_await_readable(&await, quiet[0]), 0);
    (void)close(quiet[0]);
    (void)close(wish[0]);
    (void)close(wish[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on),
        cmocka_unit_test(stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
