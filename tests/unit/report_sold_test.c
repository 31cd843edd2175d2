/* Tests which laptop a need is said to fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/text/sold.h"

#define MIB (UINT64_C(1) << 20)

static char *said(void (*say)(FILE *out, double needs_bytes, const struct mlm_desktop *desktop),
    double needs_bytes, const struct mlm_desktop *desktop)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    say(out, needs_bytes, desktop);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void says(double needs_bytes, const struct mlm_desktop *desktop, const char *wanted)
{
    char *text = said(mlm_sold_say, needs_bytes, desktop);
    assert_string_equal(text, wanted);
    free(text);
}

static void names(double needs_bytes, const struct mlm_desktop *desktop, const char *wanted)
{
    char *text = said(mlm_sold_name, needs_bytes, desktop);
    assert_string_equal(text, wanted);
    free(text);
}

/* Of 2 GB, the system takes 128 + 2048 / 16 MiB, and 792 MiB are left beside a desktop of 1000 MiB. */
static void test_sizes(void **state)
{
    (void)state;
    const struct mlm_desktop desktop = {.kind = MLM_DESKTOP_OTHER, .bytes = 1000 * MIB};
    says(700 * 0x1p20, &desktop,
        "That fits a laptop with 2 GB of RAM: beside its system and a desktop of 1000M, 792 MiB are free.");
    says(800 * 0x1p20, &desktop,
        "That fits a laptop with 4 GB of RAM: beside its system and a desktop of 1000M, 2.65 GiB are free, and only "
        "792 MiB with 2 GB.");
    says(60 * 0x1p30, &desktop,
        "A laptop with 64 GB of RAM is too small for that: beside its system and a desktop of 1000M, 58.9 GiB are "
        "free.");
    names(800 * 0x1p20, &desktop, "a laptop with 4 GB");
    names(60 * 0x1p30, &desktop, "no laptop with up to 64 GB");
}

static void test_desktops(void **state)
{
    (void)state;
    const struct mlm_desktop none = {.kind = MLM_DESKTOP_NONE}, lxde = {.kind = MLM_DESKTOP_LXDE},
                             bare = {.kind = MLM_DESKTOP_LXDE, .tabs_said = true, .tabs = MLM_NO_BROWSER},
                             browser = {.kind = MLM_DESKTOP_NONE, .tabs_said = true, .tabs = 1};
    says(1700 * 0x1p20, &none, "That fits a laptop with 2 GB of RAM: beside its system, 1.75 GiB are free.");
    char *usual = said(mlm_sold_say, 1, NULL), *measured = said(mlm_sold_say, 1, &lxde);
    assert_non_null(strstr(usual, "beside its system, LXDE and a browser with 5 pages, "));
    assert_string_equal(usual, measured);
    free(usual);
    free(measured);
    char *without = said(mlm_sold_say, 1, &bare), *with = said(mlm_sold_say, 1, &browser);
    assert_non_null(strstr(without, "beside its system and LXDE, "));
    assert_non_null(strstr(with, "beside its system and a browser with 1 page, "));
    free(without);
    free(with);
}

/* More pages hold more, also between and beyond those that were measured. */
static void test_pages(void **state)
{
    (void)state;
    struct mlm_desktop desktop = {.kind = MLM_DESKTOP_NONE};
    uint64_t before_bytes = mlm_desktop_bytes(&desktop, 0x1p33);
    assert_int_equal(before_bytes, 0);
    desktop.tabs_said = true;
    for (desktop.tabs = 0; desktop.tabs <= 20; desktop.tabs++) {
        const uint64_t bytes = mlm_desktop_bytes(&desktop, 0x1p33);
        assert_true(bytes > before_bytes);
        assert_true(desktop.tabs == 0 || bytes - before_bytes < 200 * MIB);
        before_bytes = bytes;
    }
    const struct mlm_desktop usual = {.kind = MLM_DESKTOP_USUAL},
                             other = {MLM_DESKTOP_OTHER, 700 * MIB, false, 0};
    struct mlm_desktop parts = {.kind = MLM_DESKTOP_LXDE, .tabs_said = true, .tabs = MLM_NO_BROWSER};
    desktop.tabs = 5;
    /* In whole MiB, each. */
    assert_in_range(mlm_desktop_bytes(&usual, 0x1p33),
        mlm_desktop_bytes(&parts, 0x1p33) + mlm_desktop_bytes(&desktop, 0x1p33),
        mlm_desktop_bytes(&parts, 0x1p33) + mlm_desktop_bytes(&desktop, 0x1p33) + MIB);
    assert_int_equal(mlm_desktop_bytes(&other, 0x1p33), 700 * MIB);
}

/* A laptop smaller than those that are sold has a smaller desktop, and room for a job; a cap names its
 * laptop. */
static void test_small_laptops(void **state)
{
    (void)state;
    const struct mlm_desktop usual = {.kind = MLM_DESKTOP_USUAL};
    for (uint64_t mib = 256; mib <= 65536; mib *= 2) {
        assert_true(mlm_laptop_left_bytes((double)(mib * MIB), &usual) > 32 * 0x1p20);
        assert_int_equal(mlm_laptop_ram_bytes(mlm_laptop_cap_bytes(mib * MIB)), mib * MIB);
    }
    assert_int_equal(mlm_laptop_ram_bytes(mlm_laptop_cap_bytes(1000 * MIB)), 1000 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_desktops),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_small_laptops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
