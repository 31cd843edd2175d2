/* Finds a Python by its path, by the folder of its environment, or by its name. */
#include "base/python.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

static bool is_folder(const char *path)
{
    struct stat state;
    return stat(path, &state) == 0 && S_ISDIR(state.st_mode);
}

static bool is_program(const char *path)
{
    return !is_folder(path) && access(path, X_OK) == 0;
}

/* Virtual environments and conda have both names; some have only one. */
static bool of_folder(const char *folder, char path[static PATH_SIZE])
{
    static const char *const names[] = {"bin/python3", "bin/python"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snprintf(path, PATH_SIZE, "%s/%s", folder, names[i]) < PATH_SIZE && is_program(path))
            return true;
    return false;
}

/* Looks in the folders of PATH, as a shell does. */
static bool of_name(const char *name, char path[static PATH_SIZE])
{
    const char *folders = getenv("PATH");
    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        if (length && snprintf(path, PATH_SIZE, "%.*s/%s", (int)length, folders, name) < PATH_SIZE &&
            is_program(path))
            return true;
        folders += length + (folders[length] == ':');
    }
    return false;
}

static int of_said(const char *said, char path[static PATH_SIZE], struct mlm_error *error)
{
    if (is_folder(said))
        return of_folder(said, path)
                   ? 0
                   : mlm_error_set(error, -EINVAL,
                         "--python %s is a folder without bin/python3; give an interpreter, or the folder of "
                         "a virtual environment",
                         said);
    if (!strchr(said, '/') && access(said, F_OK) != 0)
        return of_name(said, path)
                   ? 0
                   : mlm_error_set(error, -EINVAL, "--python %s: there is no such program in PATH", said);
    if (access(said, X_OK) != 0)
        return mlm_error_set(error, -EINVAL, "--python %s: %s", said,
            errno == EACCES ? "it is no program that can be started" : "there is no such file or folder");
    /* execvp() would look for a name without a slash elsewhere. */
    int n = snprintf(path, PATH_SIZE, "%s%s", strchr(said, '/') ? "" : "./", said);
    return n < PATH_SIZE ? 0 : mlm_error_set(error, -EINVAL, "--python: the path is too long");
}

int mlm_python_find(const char *said, char path[static PATH_SIZE], struct mlm_error *error)
{
    static const char *const active[] = {"VIRTUAL_ENV", "CONDA_PREFIX"};
    static const char distribution[] = "/usr/bin/python3";
    char found[PATH_SIZE];
    int r = 0;
    if (said) {
        r = of_said(said, found, error);
    } else {
        const char *name = NULL, *folder = NULL;
        for (size_t i = 0; i < sizeof active / sizeof *active && (!folder || !*folder); i++)
            folder = getenv(name = active[i]);
        if (folder && *folder)
            r = of_folder(folder, found)
                    ? 0
                    : mlm_error_set(error, -EINVAL,
                          "%s is %s, which has no Python (bin/python3); leave that environment, or give "
                          "--python PATH",
                          name, folder);
        else if (is_program(distribution))
            memcpy(found, distribution, sizeof distribution);
        else if (!of_name("python3", found))
            r = mlm_error_set(error, -ENOENT, "python3 is not installed; install the package python3");
    }
    if (r == 0)
        memcpy(path, found, strlen(found) + 1);
    return r;
}
