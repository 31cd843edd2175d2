/* The verb doctor: can a cap be set here, and what would disturb figures? */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "cage/cage.h"
#include "cli/inherit.h"
#include "cli/style.h"
#include "cli/verbs.h"
#include "cli/wrap.h"
#include "machine/findings.h"
#include "machine/presence.h"
#include "record/above.h"
#include "trial/dataset_folder.h"

#define PROBE_CAP_BYTES (UINT64_C(64) << 20)
#define FACT_COLUMN 20

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "caps can be set here"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "caps cannot be set here: fit cannot work, and run and exec measure without a cap"},
    {0, NULL},
};

/* Prints a finding. Names of the machine and of folders may contain any characters, so the text is
 * cleaned. */
static void print(const struct mlm_finding *found)
{
    struct mlm_finding tame = *found;
    const struct mlm_finding *finding = &tame;
    mlm_utf8_tame(tame.fact);
    mlm_utf8_tame(tame.remedy);
    static const struct {
        const char *word, *colour;
    } grades[] = {
        [MLM_FINDING_GOOD] = {"good", "\033[32m"},
        [MLM_FINDING_NOTE] = {"note", "\033[33m"},
        [MLM_FINDING_POOR] = {"poor", "\033[31m"},
    };
    bool colour = mlm_style_of(STDOUT_FILENO).colour;
    printf("%s%s%s  %-13s ", colour ? grades[finding->grade].colour : "", grades[finding->grade].word,
        colour ? "\033[0m" : "", finding->subject);
    mlm_wrap(finding->fact, FACT_COLUMN, FACT_COLUMN);
    if (!finding->remedy[0])
        return;
    printf("      → ");
    /* Commands are not wrapped, so that they can be copied. */
    if (strstr(finding->remedy, "sudo "))
        printf("%s\n", finding->remedy);
    else
        mlm_wrap(finding->remedy, 8, 8);
}

/* Makes a cage, sets its limit and reads it back, because looking alone proves nothing. */
static struct mlm_finding cap_try(const struct mlm_cage_site *site, bool in_scope)
{
    struct mlm_finding finding = {.grade = MLM_FINDING_POOR, .subject = "cap"};
    struct mlm_cages *cages = NULL;
    struct mlm_cage *cage = NULL;
    struct mlm_error error = {0};
    if (site->access == MLM_CAGE_NONE) {
        snprintf(finding.fact, sizeof finding.fact, "no cap can be set: %.200s", site->why);
        snprintf(finding.remedy, sizeof finding.remedy, "%.255s", site->remedy);
        return finding;
    }
    const struct mlm_limits limits = {.cap_bytes = PROBE_CAP_BYTES, .swap_limit_bytes = MLM_NO_LIMIT};
    int r = mlm_cages_open(site, &cages, &error);
    if (r == 0)
        r = mlm_cage_open(cages, &limits, &cage, &error);
    mlm_cage_close(cage);
    mlm_cages_close(cages);
    if (r < 0) {
        snprintf(finding.fact, sizeof finding.fact, "no cap can be set: %.200s", error.text);
        return finding;
    }
    finding.grade = MLM_FINDING_GOOD;
    snprintf(finding.fact, sizeof finding.fact, "caps can be set %s, by cgroup v%d%s below %.160s",
        in_scope ? "through a systemd scope" : "directly", site->version, site->hybrid ? " (hybrid)" : "",
        site->path);
    return finding;
}

static void limits_above_print(const struct mlm_cage_site *site)
{
    static const char *const remedies[MLM_ABOVE_COUNT] = {
        [MLM_ABOVE_MEMORY] =
            "trials under higher caps are marked: they meet this limit first; choose lower caps",
        [MLM_ABOVE_SLOW] =
            "beyond it the kernel slows a job down and swaps it out; trials under higher caps are marked: choose lower caps",
        [MLM_ABOVE_SWAP] = "trials that allow more swap are marked; choose a smaller --swap",
        [MLM_ABOVE_SWAP_SLOW] =
            "beyond it the kernel slows a job down; trials that allow more swap are marked",
    };
    const struct mlm_dialect *dialect = mlm_cage_site_dialect(site);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++) {
        const struct mlm_limit_above *limit = &site->above.limits[kind];
        struct mlm_finding above = {.grade = MLM_FINDING_NOTE, .subject = "limit above"};
        char text[MLM_ABOVE_TEXT];
        if (limit->bytes == MLM_NO_LIMIT)
            continue;
        mlm_above_text(mlm_above_file(dialect, (enum mlm_above_kind)kind), limit->path, limit->bytes, text);
        snprintf(above.fact, sizeof above.fact, "%.255s", text);
        snprintf(above.remedy, sizeof above.remedy, "%s", remedies[kind]);
        print(&above);
    }
}

static void unit_print(const struct mlm_cage_site *site)
{
    if (!site->ended_by_oom)
        return;
    struct mlm_finding unit = {.grade = MLM_FINDING_POOR,
        .subject = "unit",
        .remedy = "start the unit with OOMPolicy=continue (systemd-run -p OOMPolicy=continue …)"};
    snprintf(unit.fact, sizeof unit.fact,
        "when the kernel kills a trial for lack of memory, systemd ends %.120s, and mlmembench in it",
        site->unit);
    print(&unit);
}

/* Prints whether a cap can be set. */
static bool cages_print(const struct mlm_cage_site *site, bool in_scope)
{
    struct mlm_finding cap = cap_try(site, in_scope);
    print(&cap);
    limits_above_print(site);
    unit_print(site);
    if (site->access != MLM_CAGE_NONE && !site->swap_accounted) {
        struct mlm_finding swap = {.grade = MLM_FINDING_POOR,
            .subject = "swap account",
            .fact = "the kernel does not account swap to cgroups: it cannot be limited or read",
            .remedy = "boot with swapaccount=1"};
        print(&swap);
    }
    return cap.grade == MLM_FINDING_GOOD;
}

/* Prints what run and exec do where no cap is asked for. */
static void inherited_print(const struct mlm_cage_site *inherited)
{
    struct mlm_finding finding = {.grade = MLM_FINDING_NOTE, .subject = "no cap"};
    char source[MLM_INHERIT_SOURCE_TEXT];
    mlm_inherit_source(inherited, source);
    snprintf(finding.fact, sizeof finding.fact, "run and exec use --cage inherit: a job's memory is %.170s",
        source);
    if (inherited->above.all_killed && inherited->above.limits[MLM_ABOVE_MEMORY].bytes != MLM_NO_LIMIT)
        snprintf(finding.remedy, sizeof finding.remedy,
            "stay below the limit: beyond it the kernel kills all of the cgroup, mlmembench, too");
    print(&finding);
    unit_print(inherited);
}

static int doctor_verb(int argc, char **argv, struct mlm_error *error)
{
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_doctor, argc, argv, NULL, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    struct mlm_cage_site site;
    /* Where no scope can be entered, report its error. */
    struct mlm_error scope = {0};
    int in_scope = mlm_cage_enter_scope(argv - 1, &scope);
    if (in_scope < 0) {
        struct mlm_finding finding = {.grade = MLM_FINDING_POOR, .subject = "scope"};
        snprintf(finding.fact, sizeof finding.fact, "%.255s", scope.text);
        print(&finding);
    }
    r = mlm_cage_site_find(AT_FDCWD, &site, error);
    if (r < 0)
        return r;
    struct mlm_cage_site inherited;
    bool can_cap = cages_print(&site, in_scope > 0);
    r = mlm_cage_site_inherit(AT_FDCWD, &inherited, error);
    if (r < 0)
        return r;
    if (site.access == MLM_CAGE_NONE)
        inherited_print(&inherited);
    char folder[4096];
    struct mlm_fresh_memory fresh;
    mlm_cleanup(mlm_presence_end) int presence_fd = mlm_presence_announce();
    struct mlm_findings_view view = {.root_fd = AT_FDCWD, .presence_fd = presence_fd};
    if (mlm_dataset_folder(folder, NULL) == 0)
        view.folder = folder;
    /* The probe must not fill what a limit leaves us. */
    bool room = inherited.above.limits[MLM_ABOVE_MEMORY].bytes / 2 > MLM_FRESH_MEMORY_PROBE_BYTES;
    if (room && mlm_fresh_memory_probe(MLM_FRESH_MEMORY_PROBE_BYTES, NULL, &fresh, NULL) == 0)
        view.fresh = &fresh;
    struct mlm_finding findings[MLM_FINDINGS_MOST];
    size_t count = mlm_machine_findings(&view, findings, MLM_FINDINGS_MOST);
    for (size_t i = 0; i < count; i++)
        print(&findings[i]);
    return can_cap ? MLM_EXIT_OK : MLM_EXIT_NOT_RUN;
}

const struct mlm_verb mlm_verb_doctor = {
    .name = "doctor",
    .summary = "check this machine: do caps work here, and what makes figures unreliable?",
    .details =
        "doctor looks at this machine before you measure. Each finding is good, a note (it changes what the "
        "figures mean) or poor (it makes figures unreliable); where there is a remedy, it is shown. To see "
        "whether caps work, doctor makes a cgroup with a small cap and removes it. Where none can be made, it "
        "says what `run` and `exec` measure without a cap (--cage inherit).",
    .exits = exits,
    .example = "mlmembench doctor",
    .run = doctor_verb,
};
