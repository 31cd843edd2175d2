/* A folder with files of a test's choice, in place of a cgroup; and a cage in it. */
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/run.h"

static char cage_folder[] = "/tmp/mlmtest-XXXXXX";

static inline void cage_put(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", cage_folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Fills a cage that borrows `cages`. The caller closes its dir_fd. */
static inline void cage_fake(struct mlm_cages *cages, struct mlm_cage *ret_cage)
{
    *ret_cage = (struct mlm_cage){.cages = cages,
        .hold_fd = -1,
        .dir_fd = open(cage_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
        .limits = {.cap_bytes = MLM_NO_LIMIT}};
    assert_true(ret_cage->dir_fd >= 0);
}

static inline int cage_folder_make(void **state)
{
    (void)state;
    return mkdtemp(cage_folder) ? 0 : -1;
}

static inline int cage_folder_remove(void **state)
{
    (void)state;
    DIR *dir = opendir(cage_folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    return rmdir(cage_folder);
}
