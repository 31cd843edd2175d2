/* Tests what the record says of processes at the peak: a status as the kernel writes it, the order, the
 * names. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "meter/peak.h"
#include "record/metric.h"

#define MIB (INT64_C(1) << 20)

static void test_parse(void **state)
{
    (void)state;
    struct mlm_held held;
    mlm_held_parse(
        "Name:\tpython3\nUmask:\t0022\nState:\tS (sleeping)\nVmPeak:\t  300000 kB\nVmHWM:\t  165789 kB\n"
        "VmRSS:\t  163840 kB\nRssAnon:\t  105253 kB\nRssFile:\t   56944 kB\nRssShmem:\t    1643 kB\n"
        "VmSwap:\t      12 kB\nHugetlbPages:\t       0 kB\n",
        &held);
    assert_string_equal(held.name, "python3");
    assert_true(held.anon_bytes == INT64_C(105253) * 1024 && held.file_bytes == INT64_C(56944) * 1024);
    assert_true(held.shmem_bytes == INT64_C(1643) * 1024 && held.swap_bytes == INT64_C(12) * 1024);
    assert_true(mlm_held_own_bytes(&held) == (INT64_C(105253) + 1643 + 12) * 1024);
    /* A process that ends has no memory any more; a kernel without swap has no line for it. */
    mlm_held_parse("Name:\ta\033[31mb\nState:\tZ (zombie)\n", &held);
    assert_string_equal(held.name, "a?[31mb");
    assert_true(held.anon_bytes == MLM_NULL && held.swap_bytes == MLM_NULL);
    assert_true(mlm_held_own_bytes(&held) == 0);
    mlm_held_parse("", &held);
    assert_string_equal(held.name, "");
}

/* Compares the name of a process of this name and command line. */
static void assert_name(const char *name, char *const *words, const char *expected)
{
    struct mlm_held held = {0};
    snprintf(held.name, sizeof held.name, "%s", name);
    mlm_held_name_words(&held, words, AT_FDCWD);
    assert_string_equal(held.name, expected);
}

static void test_names(void **state)
{
    (void)state;
    char path[] = "/tmp/training_of_the_whole_XXXXXX.py", name[MLM_HELD_NAME];
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0);
    const char *script = strrchr(path, '/') + 1;
    snprintf(name, sizeof name, "python3 %s", script);
    assert_name("python3", (char *[]){"/usr/bin/python3", "-u", path, NULL}, name);
    /* It was called by its own name, of which the kernel keeps 15 bytes. */
    assert_name("training_of_the", (char *[]){"/usr/bin/python3", path, NULL}, script);
    assert_name("python3", (char *[]){"python3", "-c", "code", NULL}, "python3");
    assert_name("postgres", (char *[]){"postgres: writer", NULL}, "postgres");
    /* A module's name can be of any length. */
    char module[2 * MLM_HELD_NAME] = {0};
    memset(module, 'm', sizeof module - 1);
    snprintf(name, sizeof name, "python3 %s", module);
    assert_name("python3", (char *[]){"python3", "-m", module, NULL}, name);
    (void)close(fd);
    assert_int_equal(unlink(path), 0);
}

static void test_largest_first(void **state)
{
    (void)state;
    static const int64_t mib[] = {3, 9, 1, 7, 5, 10, 2, 8, 6, 4};
    struct mlm_peak peak = {.held_bytes = 60 * MIB};
    for (size_t i = 0; i < sizeof mib / sizeof *mib; i++) {
        struct mlm_held held = {
            .anon_bytes = mib[i] * MIB, .file_bytes = 1000 * MIB, .shmem_bytes = MLM_NULL};
        mlm_peak_add(&peak, &held);
    }
    assert_int_equal(peak.count, MLM_PEAK_PROCESSES);
    for (size_t i = 0; i < peak.count; i++)
        assert_true(peak.processes[i].anon_bytes == (10 - (int64_t)i) * MIB);
    /* Files that it maps make no process large: the kernel can drop them. */
    assert_true(mlm_peak_is_large(&(struct mlm_held){.anon_bytes = 3 * MIB}, peak.held_bytes));
    assert_true(
        mlm_peak_is_large(&(struct mlm_held){.anon_bytes = MIB, .swap_bytes = 2 * MIB}, peak.held_bytes));
    assert_false(mlm_peak_is_large(
        &(struct mlm_held){.anon_bytes = 2 * MIB, .file_bytes = 900 * MIB}, peak.held_bytes));
}

static void test_json(void **state)
{
    (void)state;
    struct mlm_peak peak = {.held_bytes = MIB};
    assert_null(mlm_peak_json(&peak));
    mlm_peak_add(&peak, &(struct mlm_held){.name = "worker", .anon_bytes = 5, .swap_bytes = MLM_NULL});
    json_t *list = mlm_peak_json(&peak);
    const json_t *item = json_array_get(list, 0);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_object_get(item, "name")), "worker");
    assert_int_equal(json_integer_value(json_object_get(item, "anon_bytes")), 5);
    assert_true(json_is_null(json_object_get(item, "swap_bytes"))); /* never 0 for what is not known */
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse), cmocka_unit_test(test_names),
        cmocka_unit_test(test_largest_first), cmocka_unit_test(test_json)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
