/* Finds the scripts of pictures, and keeps pictures as files. */
#include "report/plot/drawn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/whole.h"

static int script_path(const char *plots_folder, const char *script, char **ret_path, struct mlm_error *error)
{
    mlm_auto_free char *relative = mlm_text_of("%s/%s", plots_folder, script);
    if (!relative)
        return mlm_error_errno(error, -ENOMEM, "%s", script);
    /* The path must be absolute: gnuplot runs in another folder, and the path must not begin with '-'. */
    char *path = realpath(relative, NULL);
    if (!path)
        return mlm_error_set(error, -EINVAL, "plot script %s is missing", relative);
    *ret_path = path;
    return 0;
}

int mlm_plot_run(const struct mlm_plot_files *files, const char *plots_folder, const char *script,
    int interrupt_fd, struct mlm_error *error)
{
    mlm_auto_free char *style_path = NULL;
    mlm_auto_free char *path = NULL;
    int r = script_path(plots_folder, "style.gp", &style_path, error);
    if (r == 0)
        r = script_path(plots_folder, script, &path, error);
    return r == 0 ? mlm_gnuplot(files, (const char *const[]){style_path, path, NULL}, interrupt_fd, error)
                  : r;
}

int mlm_plot_keep(const char *path, const char *bytes, size_t size, struct mlm_error *error)
{
    mlm_cleanup(mlm_whole_drop) struct mlm_whole whole = {0};
    struct stat there;
    /* A pipe would wait for its reader, and no signal would end the wait. */
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
        return mlm_error_set(error, -ENOTSUP, "cannot write %s: it is no regular file", path);
    int r = mlm_whole_open(path, &whole, error);
    if (r < 0)
        return r;
    fwrite(bytes, 1, size, whole.file);
    return mlm_whole_keep(&whole, error);
}
