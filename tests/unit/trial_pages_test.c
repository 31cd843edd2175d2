/* Tests the suites' formulas on machines with pages of 4, 16 and 64 KiB: what depends on the page size, and
 * what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites.h"
#include "workload.h"

#define MIB (UINT64_C(1) << 20)
#define DATA (256 * MIB)

static const uint64_t pages[] = {4096, 16384, 65536};
#define PAGES (sizeof pages / sizeof *pages)

static const char *folder(void)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s", MLM_WORKER);
    char *slash = strrchr(path, '/');
    assert_non_null(slash);
    strcpy(slash, "/suites");
    return path;
}

static const struct mlm_suite *suite_of(const char *name)
{
    struct mlm_error error = {0};
    const struct mlm_suite *suite = NULL;
    if (mlm_suite_open(folder(), name, &suite, &error) < 0)
        fail_msg("%s", error.text);
    return suite;
}

struct size {
    uint64_t core, peak;
};

/* The size at the defaults, or with one parameter set. */
static struct size size_on(
    const struct mlm_workload *workload, uint64_t page_bytes, const char *param, const char *value)
{
    struct mlm_error error = {0};
    struct mlm_job *job = calloc(1, workload->config_size);
    assert_non_null(job);
    *job = (struct mlm_job){.data_bytes = DATA, .seed = 1, .threads = 1};
    mlm_config_init(workload, job);
    assert_int_equal(job->page_bytes, sysconf(_SC_PAGESIZE));
    job->page_bytes = page_bytes;
    if (param && mlm_config_set(workload, job, param, value, &error) < 0)
        fail_msg("%s", error.text);
    if (workload->derive && workload->derive(job, &error) < 0)
        fail_msg("%s: %s", workload->name, error.text);
    struct size size = {.core = workload->core_bytes(job)};
    size.peak = workload->peak_bytes ? workload->peak_bytes(job) : 0;
    free(job);
    return size;
}

static void tables_have_eight_bytes_a_page(void **state)
{
    (void)state;
    const struct mlm_workload *touch = mlm_workload_find(suite_of("self"), "touch");
    assert_non_null(touch);
    for (size_t i = 0; i < PAGES; i++) {
        uint64_t small = size_on(touch, pages[i], "size", "64M").peak;
        uint64_t large = size_on(touch, pages[i], "size", "1G").peak;
        assert_int_equal(large - small, 960 * MIB + 960 * MIB / pages[i] * 8);
    }
}

/* The same --data is the same work on every machine. Larger pages have smaller tables, but a pool that rounds
 * up to whole pages may need more. */
static void data_is_the_same_and_its_pages_are_not(void **state)
{
    (void)state;
    char **names = NULL;
    size_t count = 0, looked_at = 0;
    struct mlm_error error = {0};
    assert_int_equal(mlm_suite_names(folder(), &names, &count, &error), 0);
    for (size_t s = 0; s < count; s++) {
        const struct mlm_suite *suite = suite_of(names[s]);
        bool pools = strcmp(suite->name, "pooling") == 0;
        for (const struct mlm_workload *const *w = suite->workloads; *w; w++) {
            struct size usual = size_on(*w, pages[0], NULL, NULL);
            for (size_t i = 1; i < PAGES; i++) {
                struct size size = size_on(*w, pages[i], NULL, NULL);
                if (size.core != usual.core)
                    fail_msg("%s/%s holds other data with other pages", suite->name, (*w)->name);
                if (!usual.peak)
                    continue;
                uint64_t most = usual.peak + (pools ? usual.peak / 10 : 0);
                if (size.peak > most || size.peak < usual.peak - (usual.peak + DATA) / 512)
                    fail_msg("%s/%s: %llu with pages of %llu, and %llu with those of 4096", suite->name,
                        (*w)->name, (unsigned long long)size.peak, (unsigned long long)pages[i],
                        (unsigned long long)usual.peak);
                looked_at++;
            }
        }
    }
    mlm_suite_names_free(names, count);
    assert_true(looked_at >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_have_eight_bytes_a_page),
        cmocka_unit_test(data_is_the_same_and_its_pages_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
