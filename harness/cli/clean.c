/* clean: datasets kept from earlier runs, and cages that a run left behind. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "cage/cage.h"
#include "cli/verbs.h"
#include "trial/dataset.h"

struct clean_options {
    bool dry_run;
};

static const struct mlm_option options[] = {
    {"dry-run", NULL, MLM_OPTION_FLAG, offsetof(struct clean_options, dry_run),
        "say what would go, and keep it", NULL},
    {NULL, NULL, MLM_OPTION_FLAG, 0, NULL, NULL},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "nothing is left, or nothing was there"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "something could not be removed"},
    {0, NULL},
};

/* Only what a run could have put there: files, with an ending of a dataset. */
static bool is_dataset(const char *name)
{
    static const char *const endings[] = {".npy", ".csv", ".libsvm", ".partial"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
            return true;
    }
    return false;
}

static int datasets_clean(bool dry_run, struct mlm_error *error)
{
    char folder[4096], size[MLM_SIZE_TEXT];
    uint64_t bytes = 0;
    size_t count = 0;
    int r = mlm_dataset_folder(folder, error);
    if (r < 0)
        return r;
    DIR *dir = opendir(folder);
    if (!dir && errno != ENOENT)
        return mlm_error_errno(error, -errno, "cannot open %s", folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat status;
        if (!is_dataset(entry->d_name) ||
            fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode))
            continue;
        if (!dry_run && unlinkat(dirfd(dir), entry->d_name, 0) < 0 && r == 0)
            r = mlm_error_errno(error, -errno, "cannot remove %s/%s", folder, entry->d_name);
        bytes += (uint64_t)status.st_blocks * 512;
        count++;
    }
    if (dir)
        (void)closedir(dir);
    if (r == 0 && !count)
        printf("no datasets in %s\n", folder);
    else if (r == 0)
        printf("%zu dataset%s in %s, %s: %s\n", count, count == 1 ? "" : "s", folder,
            mlm_size_show((double)bytes, size), dry_run ? "would be removed" : "removed");
    return r;
}

static int cages_clean(bool dry_run, struct mlm_error *error)
{
    struct mlm_cage_site site;
    int r = mlm_cage_site_find(AT_FDCWD, &site, error);
    if (r < 0)
        return r;
    if (site.access == MLM_CAGE_NONE)
        return 0;
    r = dry_run ? mlm_cages_count_stale(&site, error) : mlm_cages_remove_stale(&site, error);
    if (r == 0)
        printf("no cages left behind\n"); /* the path may be wider than a terminal */
    else if (r > 0)
        printf("%d cage%s left behind in %s: %s\n", r, r == 1 ? "" : "s", site.path,
            dry_run ? "would be removed" : "removed");
    return r < 0 ? r : 0;
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
    .summary = "remove cached datasets, and cages that a run left behind",
    .details =
        "Datasets lie in ~/.cache/mlmembench, or where MLMEMBENCH_CACHE says, and are built again when "
        "a run needs them. Cages of a run that goes on are let be.",
    .exits = exits,
    .example = "mlmembench clean",
    .options = options,
    .run = clean_verb,
};
