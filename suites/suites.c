/* Finds and loads the modules of suites. A damaged module is refused with a message, because the dynamic
 * loader would crash on it. */
#include "suites.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char module_suffix[] = ".so";

/* The loader maps what the program headers promise: a truncated file would end the program with SIGBUS. */
static bool module_is_whole(const char *path)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool whole = fd >= 0 && fstat(fd, &status) == 0 &&
                 pread(fd, &header, sizeof header, 0) == (ssize_t)sizeof header &&
                 memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_phentsize == sizeof segment;
    for (size_t i = 0; whole && i < header.e_phnum; i++) {
        off_t at = (off_t)(header.e_phoff + i * sizeof segment);
        whole = pread(fd, &segment, sizeof segment, at) == (ssize_t)sizeof segment &&
                segment.p_offset <= (uint64_t)status.st_size &&
                segment.p_filesz <= (uint64_t)status.st_size - segment.p_offset;
    }
    if (fd >= 0)
        (void)close(fd);
    return whole;
}

int mlm_suite_open(
    const char *folder, const char *name, const struct mlm_suite **ret_suite, struct mlm_error *error)
{
    char path[4096];
    if (strchr(name, '/') ||
        snprintf(path, sizeof path, "%s/%s%s", folder, name, module_suffix) >= (int)sizeof path)
        return mlm_error_set(error, -ENOENT, "no suite '%s'", name);
    if (access(path, F_OK) == 0 && !module_is_whole(path))
        return mlm_error_set(
            error, -ENOEXEC, "%s cannot be read, or is cut short; build and install again", path);
    /* Never closed: descriptors are used until the process ends. */
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return mlm_error_set(error, -ENOENT, "no suite '%s': %s", name, dlerror());
    const struct mlm_suite *suite = dlsym(module, MLM_SUITE_SYMBOL);
    if (!suite || suite->contract != MLM_CONTRACT_VERSION)
        return mlm_error_set(
            error, -ENOEXEC, "%s is not a suite of this version; build and install again", path);
    *ret_suite = suite;
    return 0;
}

void mlm_suite_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free((void *)names);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int mlm_suite_names(const char *folder, char ***ret_names, size_t *ret_count, struct mlm_error *error)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return mlm_error_set(error, -errno, "cannot open the folder of suites, %s: %m", folder);
    char **names = NULL;
    size_t count = 0;
    int r = 0;
    for (struct dirent *entry; r == 0 && (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        size_t suffix = sizeof module_suffix - 1;
        if (length <= suffix || strcmp(entry->d_name + length - suffix, module_suffix) != 0)
            continue;
        char **more = realloc((void *)names, (count + 1) * sizeof *names);
        if (more)
            names = more;
        char *name = strndup(entry->d_name, length - suffix);
        if (more && name)
            names[count++] = name;
        else
            r = mlm_error_set(error, -ENOMEM, "out of memory while listing suites");
    }
    (void)closedir(dir);
    if (r < 0) {
        mlm_suite_names_free(names, count);
        return r;
    }
    if (count)
        qsort((void *)names, count, sizeof *names, by_name);
    *ret_names = names;
    *ret_count = count;
    return 0;
}

const struct mlm_workload *mlm_workload_find(const struct mlm_suite *suite, const char *name)
{
    for (const struct mlm_workload *const *w = suite->workloads; *w; w++)
        if (strcmp((*w)->name, name) == 0)
            return *w;
    return NULL;
}
