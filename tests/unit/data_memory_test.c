/* Tests memory from the kernel; in a build with sanitizers, an access beyond either end must be detected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/memory.h"

static struct mlm_scoreboard board;

static void blocks_are_whole_and_zeroed(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 100, 4095, 4096, 4097, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *data = mlm_map(sizes[i], "test", &board);
        assert_non_null(data);
        assert_int_equal((uintptr_t)data % 4096, 0);
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_int_equal(data[k], 0);
            data[k] = 1;
        }
        mlm_unmap(data, sizes[i]);
    }
    mlm_unmap(NULL, 1);
}

static void what_no_machine_has_is_refused(void **state)
{
    (void)state;
    assert_null(mlm_map(SIZE_MAX, "everything", &board));
    assert_int_equal(board.verdict, MLM_VERDICT_NO_MEMORY);
    assert_null(mlm_map(SIZE_MAX / 4, "everything", &board));
}

/* Returns true if a process that writes there ends normally. */
static bool survives(size_t size, ptrdiff_t at)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(STDERR_FILENO);
        volatile char *data = mlm_map(size, "test", &board);
        data[at] = 1;
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

static void what_lies_beyond_is_guarded(void **state)
{
    (void)state;
#ifdef MLM_MAP_GUARDED
    const bool guarded = true;
#else
    const bool guarded = false;
#endif
#if defined(__SANITIZE_ADDRESS__)
    assert_true(guarded);
#endif
    if (!guarded)
        skip();
    static const size_t sizes[] = {1, 4095, 4096, 10000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_true(survives(sizes[i], 0));
        assert_true(survives(sizes[i], (ptrdiff_t)sizes[i] - 1));
        assert_false(survives(sizes[i], (ptrdiff_t)sizes[i]));
        assert_false(survives(sizes[i], (ptrdiff_t)sizes[i] + 16384));
        assert_false(survives(sizes[i], -1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_whole_and_zeroed),
        cmocka_unit_test(what_no_machine_has_is_refused),
        cmocka_unit_test(what_lies_beyond_is_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
