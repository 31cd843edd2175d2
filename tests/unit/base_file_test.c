/* Tests the reading of small files, and error texts. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/size.h"

static void keyed_numbers_are_whole_keys(void **state)
{
    (void)state;
    static const char stat[] =
        "anon 10\nanon_thp 20\nfile 30\nMemTotal:       40 kB\nbad x\nbig 18446744073709551616\nlast 7";
    uint64_t value = 0;
    assert_int_equal(mlm_keyed_number(stat, "anon", &value), 0);
    assert_int_equal(value, 10);
    assert_int_equal(mlm_keyed_number(stat, "anon_thp", &value), 0);
    assert_int_equal(value, 20);
    assert_int_equal(mlm_keyed_number(stat, "MemTotal", &value), 0);
    assert_int_equal(value, 40);
    assert_int_equal(mlm_keyed_number(stat, "last", &value), 0);
    assert_int_equal(value, 7);
    assert_int_equal(mlm_keyed_number(stat, "thp", &value), -ENOENT);
    assert_int_equal(mlm_keyed_number(stat, "bad", &value), -EINVAL);
    assert_int_equal(mlm_keyed_number(stat, "big", &value), -ERANGE);
}

struct folder {
    char path[64];
    int fd;
};

static int folder_make(void **state)
{
    struct folder *folder = test_calloc(1, sizeof *folder);
    strcpy(folder->path, "/tmp/mlm-base-XXXXXX");
    if (!mkdtemp(folder->path))
        return -1;
    folder->fd = open(folder->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    *state = folder;
    return 0;
}

static int folder_remove(void **state)
{
    struct folder *folder = *state;
    (void)unlinkat(folder->fd, "file", 0);
    (void)unlinkat(folder->fd, "a/b/c", AT_REMOVEDIR);
    (void)unlinkat(folder->fd, "a/b", AT_REMOVEDIR);
    (void)unlinkat(folder->fd, "a", AT_REMOVEDIR);
    (void)close(folder->fd);
    int r = rmdir(folder->path);
    test_free(folder);
    return r;
}

static void put(const struct folder *folder, const char *data, size_t size)
{
    int fd = openat(folder->fd, "file", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(mlm_write_all(fd, data, size), 0);
    (void)close(fd);
}

static void numbers_of_files(void **state)
{
    const struct folder *folder = *state;
    struct mlm_error error = {0};
    uint64_t value = 5;
    put(folder, "max\n", 4);
    assert_int_equal(mlm_file_read_number(folder->fd, "file", &value, &error), 0);
    assert_true(value == MLM_NO_LIMIT);
    put(folder, "2147483648\n", 11);
    assert_int_equal(mlm_file_read_number(folder->fd, "file", &value, &error), 0);
    assert_int_equal(value, 2147483648u);
    put(folder, "maximum\n", 8);
    assert_true(mlm_file_read_number(folder->fd, "file", &value, &error) < 0);
    put(folder, "", 0);
    assert_true(mlm_file_read_number(folder->fd, "file", &value, &error) < 0);
    assert_int_equal(value, 2147483648u);
    assert_int_equal(mlm_file_read_number(folder->fd, "none", &value, &error), -ENOENT);
    assert_non_null(strstr(error.text, "none"));
}

static void large_files_are_read_whole(void **state)
{
    const struct folder *folder = *state;
    char data[10000];
    mlm_auto_free char *text = NULL;
    memset(data, 'x', sizeof data);
    put(folder, data, sizeof data);
    assert_int_equal(mlm_file_read(folder->fd, "file", &text, NULL), sizeof data);
    assert_int_equal(strlen(text), sizeof data);
}

static void folders_are_made_on_the_way(void **state)
{
    const struct folder *folder = *state;
    char path[128];
    struct stat status;
    snprintf(path, sizeof path, "%s/a/b/c", folder->path);
    assert_int_equal(mlm_make_directories(path, NULL), 0);
    assert_int_equal(mlm_make_directories(path, NULL), 0);
    assert_int_equal(fstatat(folder->fd, "a/b/c", &status, 0), 0);
    put(folder, "x", 1);
    struct mlm_error error = {0};
    snprintf(path, sizeof path, "%s/file/b", folder->path);
    assert_true(mlm_make_directories(path, &error) < 0);
    assert_non_null(strstr(error.text, "file"));
}

static void errors_gather_context(void **state)
{
    (void)state;
    struct mlm_error error = {0};
    assert_int_equal(mlm_error_errno(&error, -ENOENT, "cannot open %s", "x"), -ENOENT);
    assert_string_equal(error.text, "cannot open x: No such file or directory");
    assert_int_equal(mlm_error_wrap(&error, -EIO, "building %d", 7), -EIO);
    assert_string_equal(error.text, "building 7: cannot open x: No such file or directory");
    assert_int_equal(mlm_error_set(NULL, -EIO, "nobody listens"), -EIO);
    char large[2000];
    memset(large, 'y', sizeof large);
    large[sizeof large - 1] = 0;
    mlm_error_set(&error, -EIO, "%s", large);
    mlm_error_wrap(&error, -EIO, "context");
    assert_memory_equal(error.text, "context: yyy", 12);
    assert_true(strlen(error.text) < sizeof error.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyed_numbers_are_whole_keys),
        cmocka_unit_test_setup_teardown(numbers_of_files, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(large_files_are_read_whole, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(folders_are_made_on_the_way, folder_make, folder_remove),
        cmocka_unit_test(errors_gather_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
