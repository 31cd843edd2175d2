/* Finds the installed files from the place of the program itself, so that a moved or unpacked tree works
 * without any setting. */
#include "trial/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "suites.h"

static int own_folder(char folder[static 2048], struct mlm_error *error)
{
    ssize_t n = readlink("/proc/self/exe", folder, 2047);
    if (n < 0)
        return mlm_error_errno(error, -errno, "cannot read /proc/self/exe");
    folder[n] = 0;
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    return 0;
}

static int find_folders(struct mlm_catalogue *catalogue, struct mlm_error *error)
{
    /* In a build tree they lie beside the program, after installation in libexec and share. */
    static const struct {
        const char *programs, *plots;
    } places[] = {{".", "plots"}, {"../libexec/mlmembench", "../share/mlmembench/plots"}};
    char own[2048];
    int r = own_folder(own, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(
            catalogue->worker, sizeof catalogue->worker, "%s/%s/mlmembench-worker", own, places[i].programs);
        snprintf(catalogue->suites_folder, sizeof catalogue->suites_folder, "%s/%s/suites", own,
            places[i].programs);
        snprintf(catalogue->plots_folder, sizeof catalogue->plots_folder, "%s/%s", own, places[i].plots);
        if (access(catalogue->worker, X_OK) == 0)
            return 0;
    }
    return mlm_error_set(error, -ENOENT,
        "mlmembench-worker is neither beside %s nor in ../libexec/mlmembench; build or install again", own);
}

static int suite_add(struct mlm_catalogue *catalogue, const char *name)
{
    struct mlm_error error = {0};
    if (mlm_suite_open(catalogue->suites_folder, name, &catalogue->suites[catalogue->suite_count], &error) ==
        0) {
        catalogue->suite_count++;
        return 0;
    }
    struct mlm_broken_suite *broken = &catalogue->broken[catalogue->broken_count++];
    broken->name = strdup(name);
    broken->why = strdup(error.text);
    return broken->name && broken->why ? 0 : -ENOMEM;
}

static int suites_open(struct mlm_catalogue *catalogue, struct mlm_error *error)
{
    char **names = NULL;
    size_t count = 0;
    int r = mlm_suite_names(catalogue->suites_folder, &names, &count, error);
    if (r < 0)
        return r;
    catalogue->suites = calloc(count + 1, sizeof *catalogue->suites);
    catalogue->broken = calloc(count + 1, sizeof *catalogue->broken);
    r = catalogue->suites && catalogue->broken ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = suite_add(catalogue, names[i]);
    mlm_suite_names_free(names, count);
    return r < 0 ? mlm_error_errno(error, r, "catalogue") : 0;
}

static void catalogue_close_p(struct mlm_catalogue **catalogue)
{
    mlm_catalogue_close(*catalogue);
}

int mlm_catalogue_find(struct mlm_catalogue **ret_catalogue, struct mlm_error *error)
{
    mlm_cleanup(catalogue_close_p) struct mlm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    int r = catalogue ? find_folders(catalogue, error) : mlm_error_errno(error, -ENOMEM, "catalogue");
    if (r == 0)
        *ret_catalogue = mlm_take_ptr(catalogue);
    return r;
}

int mlm_catalogue_open(struct mlm_catalogue **ret_catalogue, struct mlm_error *error)
{
    mlm_cleanup(catalogue_close_p) struct mlm_catalogue *catalogue = NULL;
    int r = mlm_catalogue_find(&catalogue, error);
    if (r == 0)
        r = suites_open(catalogue, error);
    if (r == 0)
        *ret_catalogue = mlm_take_ptr(catalogue);
    return r;
}

void mlm_catalogue_close(struct mlm_catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (size_t i = 0; i < catalogue->broken_count; i++) {
        free(catalogue->broken[i].name);
        free(catalogue->broken[i].why);
    }
    free(catalogue->broken);
    free((void *)catalogue->suites);
    free(catalogue);
}

const struct mlm_suite *mlm_catalogue_suite(const struct mlm_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->suite_count; i++)
        if (strcmp(catalogue->suites[i]->name, name) == 0)
            return catalogue->suites[i];
    return NULL;
}

const char *mlm_catalogue_broken(const struct mlm_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->broken_count; i++)
        if (strcmp(catalogue->broken[i].name, name) == 0)
            return catalogue->broken[i].why;
    return NULL;
}
