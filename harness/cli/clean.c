/* The verb clean: removes datasets of earlier runs, and cages that a run left behind. */
#include <fcntl.h>
#include <stdio.h>

#include "base/size.h"
#include "cage/cage.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "trial/dataset_folder.h"

struct clean_options {
    bool dry_run;
};

static const struct mlm_option options[] = {
    {"dry-run", NULL, NULL, offsetof(struct clean_options, dry_run),
        .help = "say what would be removed, and keep it"},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "cleaned, or with --dry-run listed"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "something could not be removed"},
    {0, NULL},
};

static int datasets_clean(bool dry_run, struct mlm_error *error)
{
    char folder[4096], size[MLM_SIZE_TEXT];
    struct mlm_datasets_found found = {0};
    int r = mlm_dataset_folder(folder, error);
    if (r == 0)
        r = mlm_datasets_remove(folder, dry_run, &found, error);
    if (r < 0)
        return r;
    if (!found.count)
        mlm_put_named(stdout, "no datasets in %s", folder);
    else
        mlm_put_named(stdout, "%zu dataset%s in %s, %s: %s", found.count, found.count == 1 ? "" : "s", folder,
            mlm_size_show((double)found.bytes, size),
            found.in_use ? "kept, for a run that goes on uses them"
            : dry_run    ? "would be removed"
                         : "removed");
    return 0;
}

static int cages_clean(bool dry_run, struct mlm_error *error)
{
    struct mlm_cage_site site;
    int r = mlm_cage_site_find(AT_FDCWD, &site, error);
    if (r < 0)
        return r;
    /* A folder that cannot be removed is told at the end: the cages go first. */
    int folders = mlm_cage_folders_stale(!dry_run, error);
    if (folders > 0)
        printf("%d temporary folder%s of trials left behind: %s\n", folders, folders == 1 ? "" : "s",
            dry_run ? "would be removed" : "removed");
    if (site.access == MLM_CAGE_NONE)
        return folders < 0 ? folders : 0;
    struct mlm_error *of_cages = folders < 0 ? NULL : error;
    r = dry_run ? mlm_cages_count_stale(&site, of_cages) : mlm_cages_remove_stale(&site, of_cages);
    if (r == 0)
        printf("no cages left behind\n"); /* the path may be wider than a terminal */
    else if (r > 0)
        mlm_put_named(stdout, "%d cage%s left behind in %s: %s", r, r == 1 ? "" : "s", site.path,
            dry_run ? "would be removed" : "removed");
    return folders < 0 ? folders : r < 0 ? r : 0;
}

static int clean_verb(int argc, char **argv, struct mlm_error *error)
{
    struct clean_options said = {0};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_clean, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    r = datasets_clean(said.dry_run, error);
    if (r == 0)
        r = cages_clean(said.dry_run, error);
    return r;
}

const struct mlm_verb mlm_verb_clean = {
    .name = "clean",
    .summary = "remove cached datasets, and cgroups that a run left behind",
    .details =
        "Datasets are in ~/.cache/mlmembench/datasets, or in $MLMEMBENCH_CACHE/datasets if that is set. A "
        "run builds them again when it needs them. clean removes only what runs have made and no run "
        "still uses: datasets, cgroups, and the temporary folders of trials. Results stay.",
    .exits = exits,
    .example = "mlmembench clean",
    .options = options,
    .run = clean_verb,
};
