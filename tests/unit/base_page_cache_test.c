/* Tests that the bytes of a file in the page cache are counted. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/page_cache.h"

#define SIZE_BYTES (1u << 20)

static void test_written_file(void **state)
{
    (void)state;
    char path[] = "page_cache.XXXXXX", byte;
    static const char block[SIZE_BYTES] = {1};
    uint64_t bytes;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mlm_page_cache_bytes(fd, 0, &bytes), 0);
    assert_true(bytes == 0);
    assert_int_equal(write(fd, block, sizeof block), SIZE_BYTES);
    assert_int_equal(mlm_page_cache_bytes(fd, SIZE_BYTES, &bytes), 0);
    assert_true(bytes == SIZE_BYTES);
    /* The kernel drops pages that are on the disk already. */
    assert_int_equal(fsync(fd), 0);
    assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    assert_int_equal(mlm_page_cache_bytes(fd, SIZE_BYTES, &bytes), 0);
    assert_true(bytes == 0);
    assert_int_equal(pread(fd, &byte, 1, SIZE_BYTES - 1), 1);
    assert_int_equal(mlm_page_cache_bytes(fd, SIZE_BYTES, &bytes), 0);
    assert_true(bytes > 0);
    assert_int_equal(close(fd), 0);
}

static void test_no_file(void **state)
{
    (void)state;
    uint64_t bytes;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    assert_true(mlm_page_cache_bytes(pipes[0], SIZE_BYTES, &bytes) < 0);
    assert_int_equal(close(pipes[0]), 0);
    assert_int_equal(close(pipes[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_file),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
