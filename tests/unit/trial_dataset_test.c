/* Tests the folder of datasets: what is removed from it, and when. */
#include "trial/dataset_folder.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "record_sample.h"

static char folder[SAMPLE_PATH];

static const char *in_folder(const char *name)
{
    static char path[SAMPLE_PATH + 128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void names_are_known_strictly(void **state)
{
    (void)state;
    static const char *const ours[] = {"loading-dense-v1-r65536-c1024-s1.npy",
        "loading-sparse-v12-r2-c3-s18446744073709551615.libsvm", "a-b-v1-x0.csv",
        "frameworks-decoder-v1-w256-l1-k1-b18-s1.gguf", "frameworks-perceptron-v1-w8-l2-b1-s1.tflite",
        "frameworks-perceptron-v1-w8-l2-b4-s1.onnx", "frameworks-perceptron-v1-w8-l2-b4-s1.pte",
        "loading-dense-v1-r1-c2-s3.npy.0123456789abcdef.partial"};
    static const char *const others[] = {"", "a.npy", "train.csv", "data-v1.npy", "loading-dense.npy",
        "loading-dense-v1.npy", "loading-dense-r1-c2.npy", "loading-dense-v1-r1-c2-s3.npy.partial",
        "loading-dense-v1-r1-c2-s3.npy~", "loading-dense-v1-r1-c2-s3.npy.0123456789abcdef",
        "loading-dense-v1-r1-c2-s3.npy.0123456789abcdeff.partial", "loading-dense-v1-r1-c2-s3",
        "Loading-dense-v1-r1.npy", "loading-dense-v1-r1-c2-s3.NPY", "-loading-dense-v1-r1.npy",
        "loading-dense-v1-r-c2.npy", "loading-dense-v1-r1-.npy", "loading-dense-v1-r1-c2-s3.npy.csv",
        "loading--v1-r1.npy", "../a-b-v1-x0.csv", "loading-dense-v1-rr1.npy", "my data-dense-v1-r1.npy",
        "iris-train-v2.csv", "in-use.lock"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!mlm_dataset_name_is_ours(ours[i]))
            fail_msg("'%s' is ours", ours[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (mlm_dataset_name_is_ours(others[i]))
            fail_msg("'%s' is not ours", others[i]);
}

static const char dataset[] = "loading-dense-v1-r1-c2-s3.npy";

static struct mlm_datasets_found removed(bool dry_run)
{
    struct mlm_datasets_found found = {0};
    struct mlm_error error = {0};
    if (mlm_datasets_remove(folder, dry_run, &found, &error) < 0)
        fail_msg("%s", error.text);
    return found;
}

static void what_is_used_stays(void **state)
{
    (void)state;
    int first = -1, second = -1;
    assert_int_equal(mlm_dataset_hold(folder, &first, NULL), 0);
    assert_int_equal(mlm_dataset_hold(folder, &second, NULL), 0);
    assert_true(first >= 0 && second >= 0);
    sample_write(in_folder(dataset), "data", 4);
    struct mlm_datasets_found found = removed(false);
    assert_true(found.in_use && found.count == 1);
    assert_int_equal(close(first), 0);
    assert_true(removed(false).in_use);
    assert_int_equal(access(in_folder(dataset), F_OK), 0);
    assert_int_equal(close(second), 0);
    found = removed(true);
    assert_true(!found.in_use && found.count == 1);
    assert_int_equal(access(in_folder(dataset), F_OK), 0);
    found = removed(false);
    assert_true(!found.in_use && found.count == 1);
    assert_int_equal(access(in_folder(dataset), F_OK), -1);
    found = removed(false);
    assert_true(!found.in_use && found.count == 0);
}

/* A lock on a file that was removed meanwhile protects nothing. */
static void a_run_that_begins_while_they_are_removed(void **state)
{
    (void)state;
    int old = -1, fd = -1;
    assert_int_equal(mlm_dataset_hold(folder, &old, NULL), 0);
    assert_int_equal(unlink(in_folder("in-use.lock")), 0);
    assert_int_equal(mlm_dataset_hold(folder, &fd, NULL), 0);
    assert_int_equal(close(old), 0);
    assert_true(removed(false).in_use);
    assert_int_equal(close(fd), 0);
    (void)removed(false);
}

static void links_are_not_followed(void **state)
{
    (void)state;
    sample_write(in_folder("precious"), "mine", 4);
    assert_int_equal(symlink("precious", in_folder(dataset)), 0);
    assert_int_equal(removed(false).count, 0);
    assert_int_equal(access(in_folder("precious"), F_OK), 0);
    assert_int_equal(unlink(in_folder(dataset)), 0);
    assert_int_equal(unlink(in_folder("precious")), 0);
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
    return rmdir(folder); /* nothing was left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known_strictly),
        cmocka_unit_test(what_is_used_stays),
        cmocka_unit_test(a_run_that_begins_while_they_are_removed),
        cmocka_unit_test(links_are_not_followed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
