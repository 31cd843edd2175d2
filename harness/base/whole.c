#include "base/whole.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

static int whole_open(const char *path, struct mlm_whole *whole)
{
    struct stat status;
    bool exists = stat(path, &status) == 0;
    whole->path = strdup(path);
    whole->place = exists ? realpath(path, NULL) : strdup(path);
    if (!whole->path || !whole->place)
        return -errno;
    if (exists && S_ISDIR(status.st_mode))
        return -EISDIR;
    if ((!exists || S_ISREG(status.st_mode)) && asprintf(&whole->part, "%s.part", whole->place) < 0) {
        whole->part = NULL;
        return -ENOMEM;
    }
    whole->file = fopen(whole->part ? whole->part : whole->place, "we");
    int r = whole->file ? 0 : -errno;
    if (r < 0) /* not ours to remove */
        free(mlm_take_ptr(whole->part));
    return r;
}

int mlm_whole_open(const char *path, struct mlm_whole *ret_whole, struct mlm_error *error)
{
    mlm_cleanup(mlm_whole_drop) struct mlm_whole whole = {0};
    int r = whole_open(path, &whole);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot write %s", path);
    *ret_whole = whole;
    whole = (struct mlm_whole){0};
    return 0;
}

int mlm_whole_keep(struct mlm_whole *whole, struct mlm_error *error)
{
    int r = ferror(whole->file) ? -EIO : 0;
    if (fclose(mlm_take_ptr(whole->file)) != 0)
        r = -errno;
    if (r == 0 && whole->part && rename(whole->part, whole->place) < 0)
        r = -errno;
    if (r < 0)
        return mlm_error_errno(error, r, "cannot write %s", whole->path);
    free(mlm_take_ptr(whole->part));
    return 0;
}

void mlm_whole_drop(struct mlm_whole *whole)
{
    mlm_fclose_p(&whole->file);
    if (whole->part)
        (void)unlink(whole->part);
    free(whole->part);
    free(whole->place);
    free(whole->path);
    *whole = (struct mlm_whole){0};
}
