/* Files that appear whole or not at all. */
#include "base/whole.h"

#include <sys/stat.h>

#include "record_sample.h"

static char folder[SAMPLE_PATH];

static const char *in_folder(const char *name)
{
    static char path[SAMPLE_PATH + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void assert_holds(const char *name, const char *text)
{
    char *got = sample_read(in_folder(name));
    if (!text) {
        assert_null(got);
        return;
    }
    assert_non_null(got);
    assert_string_equal(got, text);
    free(got);
}

static void test_kept(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    assert_int_equal(mlm_whole_open(in_folder("new"), &whole, &error), 0);
    assert_true(fputs("text", whole.file) >= 0);
    assert_holds("new", NULL);
    assert_int_equal(mlm_whole_keep(&whole, &error), 0);
    mlm_whole_drop(&whole);
    assert_holds("new", "text");
    assert_holds("new.part", NULL);
}

static void test_dropped(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    sample_write(in_folder("old"), "old", 3);
    assert_int_equal(mlm_whole_open(in_folder("old"), &whole, &error), 0);
    assert_true(fputs("half", whole.file) >= 0);
    mlm_whole_drop(&whole);
    assert_holds("old", "old");
    assert_holds("old.part", NULL);
    mlm_whole_drop(&whole);
}

/* A link stays one; what it leads to is replaced. */
static void test_link(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    struct stat status;
    sample_write(in_folder("target"), "old", 3);
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(mlm_whole_open(in_folder("link"), &whole, &error), 0);
    assert_true(fputs("new", whole.file) >= 0);
    assert_int_equal(mlm_whole_keep(&whole, &error), 0);
    mlm_whole_drop(&whole);
    assert_holds("target", "new");
    assert_int_equal(lstat(in_folder("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

/* A device is written as it is, and stays a device. */
static void test_device(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    struct stat status;
    assert_int_equal(mlm_whole_open("/dev/null", &whole, &error), 0);
    assert_null(whole.part);
    assert_int_equal(mlm_whole_keep(&whole, &error), 0);
    mlm_whole_drop(&whole);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));

    assert_int_equal(mlm_whole_open("/dev/full", &whole, &error), 0);
    assert_true(fputs("text", whole.file) >= 0);
    assert_int_equal(mlm_whole_keep(&whole, &error), -ENOSPC);
    assert_non_null(strstr(error.text, "/dev/full"));
    mlm_whole_drop(&whole);
}

static void test_refused(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    assert_int_equal(mlm_whole_open(folder, &whole, &error), -EISDIR);
    assert_non_null(strstr(error.text, folder));
    assert_int_equal(mlm_whole_open(in_folder("missing/new"), &whole, &error), -ENOENT);
    assert_null(whole.file);
    mlm_whole_drop(&whole);
}

static int set_up(void **state)
{
    (void)state;
    sample_folder(folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"new", "old", "link", "target"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(in_folder(names[i]));
    return rmdir(folder); /* nothing else was left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_link),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
