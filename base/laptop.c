/* What a desktop and a browser hold, measured, and the laptops that leave a job enough beside them. */
#include "base/laptop.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"

#define MIB 0x1p20

const uint64_t mlm_laptops_sold[MLM_LAPTOPS_SOLD] = {UINT64_C(2) << 30, UINT64_C(4) << 30, UINT64_C(8) << 30,
    UINT64_C(16) << 30, UINT64_C(32) << 30, UINT64_C(64) << 30};

/* Measured by `tests/bench/background.py build/mlmembench`, on 2026-11-29, as medians of three trials that
 * differed by at most 2 %. The system was Debian 12.15 under Xvfb 21.1.7 with a screen of 1366 × 768 and no
 * graphics card. With another screen, a graphics card or other versions they hold something else. LXDE is
 * lxde-core 11 with openbox 3.6.1, lxpanel 0.10.1, pcmanfm 1.3.2 and lxsession 0.5.5; the browser is Chromium
 * 150.0.7871.100, without its sandbox. Each page is a report of mlmembench with 500 rows and its pictures,
 * of 2.19 MiB. The figures are memory of the processes and the code that they have in memory: of LXDE 72 and
 * 77 MiB, with the browser and ten pages 1322 and 289 MiB. */
#define LXDE_BYTES (149 * MIB)
static const struct {
    int tabs;
    double bytes; /* in addition to LXDE */
} browsers[] = {
    {0, 334 * MIB},
    {1, 452 * MIB},
    {5, 899 * MIB},
    {10, 1463 * MIB},
};
#define BROWSERS (sizeof browsers / sizeof *browsers)

/* Between two of the measured numbers of pages, and above the largest, each page takes the same. */
static double browser_bytes(int tabs)
{
    if (tabs == MLM_NO_BROWSER)
        return 0;
    size_t above = 1;
    while (above + 1 < BROWSERS && browsers[above].tabs < tabs)
        above++;
    const double page_bytes = (browsers[above].bytes - browsers[above - 1].bytes) /
                              (browsers[above].tabs - browsers[above - 1].tabs);
    return browsers[above - 1].bytes + page_bytes * (tabs - browsers[above - 1].tabs);
}

static bool has_lxde(const struct mlm_desktop *desktop)
{
    return desktop->kind == MLM_DESKTOP_USUAL || desktop->kind == MLM_DESKTOP_LXDE;
}

int mlm_desktop_tabs(const struct mlm_desktop *desktop)
{
    return desktop->tabs_said ? desktop->tabs : has_lxde(desktop) ? MLM_TABS_USUAL : MLM_NO_BROWSER;
}

uint64_t mlm_desktop_bytes(const struct mlm_desktop *desktop, double ram_bytes)
{
    double bytes = browser_bytes(mlm_desktop_tabs(desktop));
    bytes += has_lxde(desktop) ? LXDE_BYTES : (double)desktop->bytes;
    const double least_ram_bytes = (double)mlm_laptops_sold[0];
    if (desktop->kind == MLM_DESKTOP_USUAL && !desktop->tabs_said && ram_bytes < least_ram_bytes)
        bytes *= (ram_bytes - mlm_laptop_system_bytes(ram_bytes)) /
                 (least_ram_bytes - mlm_laptop_system_bytes(least_ram_bytes));
    return (uint64_t)bytes >> 20 << 20;
}

const char *mlm_desktop_text(
    const struct mlm_desktop *desktop, const char *system, char text[static MLM_DESKTOP_TEXT])
{
    char size[MLM_SIZE_TEXT], own[48] = "", browser[48] = "";
    const int tabs = mlm_desktop_tabs(desktop);
    if (has_lxde(desktop))
        strcpy(own, "LXDE");
    else if (desktop->bytes)
        snprintf(own, sizeof own, "a desktop of %s", mlm_size_spell(desktop->bytes, size));
    if (tabs != MLM_NO_BROWSER)
        snprintf(browser, sizeof browser, "a browser with %d page%s", tabs, tabs == 1 ? "" : "s");
    const char *comma = !*system || !*own ? "" : *browser ? ", " : " and ";
    const char *and = *browser && (*system || *own) ? " and " : "";
    snprintf(text, MLM_DESKTOP_TEXT, "%s%s%s%s%s", system, comma, own, and, browser);
    return text;
}

double mlm_laptop_left_bytes(double ram_bytes, const struct mlm_desktop *desktop)
{
    return ram_bytes - mlm_laptop_system_bytes(ram_bytes) - (double)mlm_desktop_bytes(desktop, ram_bytes);
}

unsigned mlm_laptop_smallest(double needs_bytes, const struct mlm_desktop *desktop)
{
    unsigned at = 0;
    while (
        at < MLM_LAPTOPS_SOLD && mlm_laptop_left_bytes((double)mlm_laptops_sold[at], desktop) < needs_bytes)
        at++;
    return at;
}
