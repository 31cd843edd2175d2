/* Tests background reclaim on a folder that looks like a cgroup of v2. */
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "trial/reclaim.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

struct cgroup {
    char path[32];
    int dir_fd;
};

static void put(const struct cgroup *cgroup, const char *name, uint64_t value)
{
    char text[32];
    mlm_auto_close int fd = openat(cgroup->dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)value);
    assert_int_equal(mlm_write_all(fd, text, strlen(text)), 0);
}

static struct cgroup cgroup_make(void)
{
    struct cgroup cgroup = {.path = "/tmp/mlm-reclaim-XXXXXX"};
    assert_non_null(mkdtemp(cgroup.path));
    cgroup.dir_fd = open(cgroup.path, O_RDONLY | O_DIRECTORY);
    put(&cgroup, "memory.current", 0);
    return cgroup;
}

static void cgroup_remove(struct cgroup *cgroup)
{
    (void)unlinkat(cgroup->dir_fd, "memory.current", 0);
    (void)unlinkat(cgroup->dir_fd, "memory.reclaim", 0);
    (void)close(cgroup->dir_fd);
    assert_int_equal(rmdir(cgroup->path), 0);
}

/* What the kernel computes for machines of these sizes; /proc/zoneinfo shows the same in pages. */
static void watermarks_of_the_kernel(void **state)
{
    (void)state;
    struct mlm_watermarks marks = mlm_watermarks_of(4 * GIB); /* min is 8 MiB; a thousandth is more than 2 */
    assert_int_equal(marks.low_bytes, 4 * GIB / 1000);
    assert_int_equal(marks.high_bytes, 2 * (4 * GIB / 1000));
    marks = mlm_watermarks_of(256 * MIB); /* min is 2 MiB, a quarter of it more than a thousandth */
    assert_int_equal(marks.low_bytes, 512 * KIB);
}

static void it_frees_between_the_watermarks(void **state)
{
    (void)state;
    struct cgroup cgroup = cgroup_make();
    struct mlm_reclaimer reclaimer;
    uint64_t asked;
    put(&cgroup, "memory.reclaim", 0);
    assert_int_equal(mlm_reclaimer_open(cgroup.dir_fd, &mlm_dialect_v2, GIB, 4 * GIB, &reclaimer, NULL), 0);
    const struct mlm_watermarks marks = reclaimer.watermarks;
    put(&cgroup, "memory.current", GIB - marks.high_bytes + MIB);
    assert_int_equal(mlm_reclaimer_look(&reclaimer), 0); /* enough is free: it does not begin */
    put(&cgroup, "memory.current", GIB - MIB);
    assert_int_equal(mlm_reclaimer_look(&reclaimer), marks.high_bytes - MIB);
    assert_int_equal(mlm_file_read_number(cgroup.dir_fd, "memory.reclaim", &asked, NULL), 0);
    assert_int_equal(asked, marks.high_bytes - MIB);
    put(&cgroup, "memory.current", GIB - marks.high_bytes + MIB);
    assert_int_equal(mlm_reclaimer_look(&reclaimer), MIB); /* once begun, it goes on to the high one */
    put(&cgroup, "memory.current", GIB - marks.high_bytes);
    assert_int_equal(mlm_reclaimer_look(&reclaimer), 0);
    mlm_reclaimer_close(&reclaimer);
    cgroup_remove(&cgroup);
}

static void its_thread_does_it(void **state)
{
    (void)state;
    struct cgroup cgroup = cgroup_make();
    struct mlm_reclaimer reclaimer;
    uint64_t asked = 0;
    put(&cgroup, "memory.reclaim", 0);
    put(&cgroup, "memory.current", GIB);
    assert_int_equal(mlm_reclaimer_open(cgroup.dir_fd, &mlm_dialect_v2, GIB, GIB, &reclaimer, NULL), 0);
    assert_int_equal(mlm_reclaimer_start(&reclaimer, NULL), 0);
    while (asked != reclaimer.watermarks.high_bytes) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        (void)mlm_file_read_number(cgroup.dir_fd, "memory.reclaim", &asked, NULL);
    }
    mlm_reclaimer_close(&reclaimer);
    cgroup_remove(&cgroup);
}

static void without_the_file_it_names_the_remedy(void **state)
{
    (void)state;
    struct cgroup cgroup = cgroup_make();
    struct mlm_reclaimer reclaimer;
    struct mlm_error error;
    assert_int_equal(
        mlm_reclaimer_open(cgroup.dir_fd, &mlm_dialect_v2, GIB, GIB, &reclaimer, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "from 5.19 on; boot a newer one"));
    assert_int_equal(
        mlm_reclaimer_open(cgroup.dir_fd, &mlm_dialect_v1, GIB, GIB, &reclaimer, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "boot with cgroup v2"));
    cgroup_remove(&cgroup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watermarks_of_the_kernel),
        cmocka_unit_test(it_frees_between_the_watermarks),
        cmocka_unit_test(its_thread_does_it),
        cmocka_unit_test(without_the_file_it_names_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
