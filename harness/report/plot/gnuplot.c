#include "report/plot/gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/file.h"
#include "record/utf8.h"

#define SCRIPTS_MAX 4

/* Where nobody can put another folder in the place of ours: TMPDIR may be another user's, under sudo -E. */
static const char *parent_find(void)
{
    const char *parent = getenv("TMPDIR");
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    bool is_safe = parent && parent[0] == '/' && mlm_entry_find(parent, &entry, NULL) == 0 && !entry.shared &&
                   entry.exists && entry.status.st_uid == geteuid() &&
                   !(entry.status.st_mode & (S_IWGRP | S_IWOTH));
    return is_safe ? parent : "/tmp";
}

int mlm_plot_folder_make(struct mlm_plot_folder *ret_folder, struct mlm_error *error)
{
    struct mlm_plot_folder folder;
    const char *parent = parent_find();
    if (snprintf(folder.path, sizeof folder.path, "%s/mlmembench-plot-XXXXXX", parent) >=
        (int)sizeof folder.path)
        return mlm_error_errno(error, -ENAMETOOLONG, "%s", parent);
    if (!mkdtemp(folder.path))
        return mlm_error_errno(error, -errno, "cannot make a folder in %s", parent);
    *ret_folder = folder;
    return 0;
}

void mlm_plot_folder_remove(struct mlm_plot_folder *folder)
{
    DIR *dir = folder->path[0] ? opendir(folder->path) : NULL;
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));)
        (void)unlinkat(dirfd(dir), entry->d_name, 0); /* not "." and "..", which are folders */
    (void)closedir(dir);
    (void)rmdir(folder->path);
    folder->path[0] = 0;
}

static int path_of(
    const struct mlm_plot_folder *folder, const char *name, char **ret_path, struct mlm_error *error)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder->path, name) < 0)
        return mlm_error_errno(error, -ENOMEM, "%s", name);
    *ret_path = path;
    return 0;
}

int mlm_plot_file(
    const struct mlm_plot_folder *folder, const char *name, FILE **ret_file, struct mlm_error *error)
{
    mlm_auto_free char *path = NULL;
    int r = path_of(folder, name, &path, error);
    if (r < 0)
        return r;
    FILE *file = fopen(path, "we");
    if (!file)
        return mlm_error_errno(error, -errno, "cannot write %s", path);
    *ret_file = file;
    return 0;
}

int mlm_plot_file_close(FILE *file, struct mlm_error *error)
{
    bool failed = ferror(file);
    if (fclose(file) != 0 || failed)
        return mlm_error_errno(error, errno ? -errno : -EIO, "cannot write a picture's data");
    return 0;
}

/* Latin to Hebrew and Arabic's neighbours, punctuation and signs: what any text font of a Linux system has.
 */
static bool is_common(uint32_t code)
{
    return code < 0x0590 || (code >= 0x2010 && code < 0x2300);
}

void mlm_plot_text(FILE *file, const char *text, bool any_character)
{
    if (!*text)
        (void)fputc(' ', file);
    while (*text) {
        uint32_t code;
        size_t length = mlm_utf8_next(text, &code);
        /* A quote would join fields; there is no escape for it. A backslash escapes. */
        if (code == '"')
            (void)fputs("”", file);
        else if (code == '\\')
            (void)fputs("\\\\", file);
        else if (code < 0x20 || code == UINT32_MAX || (!any_character && !is_common(code)))
            (void)fputc('?', file);
        else
            (void)fwrite(text, 1, length, file);
        text += length;
    }
}

/* The first lines of what gnuplot printed, as one. */
static void read_complaint(const char *path, char *text, size_t size)
{
    ssize_t n = mlm_file_read_into(AT_FDCWD, path, text, size);
    if (n < 0)
        n = 0;
    text[n] = 0;
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    mlm_utf8_tame(text);
    const char *begin = text + strspn(text, " ");
    memmove(text, begin, strlen(begin) + 1);
}

/* Ours, but for the locale: texts are UTF-8 whatever the user's is, and gnuplot warns where they could not be
 * said in it. The caller frees the array, not the texts. */
static char **environment_make(void)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **environment = calloc(count + 2, sizeof *environment);
    if (!environment)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", strlen("LC_ALL=")) != 0)
            environment[kept++] = environ[i];
    environment[kept] = locale;
    return environment;
}

static int spawn(
    const struct mlm_plot_folder *folder, char *const *argv, const char *complaint_path, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    mlm_auto_free char **environment = environment_make();
    if (!environment)
        return -ENOMEM;
    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, complaint_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (r == 0)
        r = posix_spawn_file_actions_addchdir_np(&actions, folder->path);
    if (r == 0)
        r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int mlm_gnuplot(const struct mlm_plot_folder *folder, const char *const *scripts, struct mlm_error *error)
{
    /* -d: nobody's ~/.gnuplot. spawn takes what it does not change as char *. */
    char name[] = "gnuplot", defaults[] = "-d", values[] = "values.gp";
    char *argv[SCRIPTS_MAX + 4] = {name, defaults, values};
    for (size_t i = 0; scripts[i] && i < SCRIPTS_MAX; i++)
        argv[i + 3] = (char *)(uintptr_t)scripts[i];
    mlm_auto_free char *complaint_path = NULL;
    int r = path_of(folder, "complaint", &complaint_path, error);
    if (r < 0)
        return r;
    pid_t pid = -1;
    r = spawn(folder, argv, complaint_path, &pid);
    if (r < 0 && r != -ENOENT)
        return mlm_error_errno(error, r, "cannot run gnuplot");
    int status = 0;
    while (r == 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return mlm_error_errno(error, -errno, "waiting for gnuplot");
    /* 127: where there is no true vfork (under valgrind) it is the child that finds no program. */
    if (r == -ENOENT || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
        return mlm_error_set(error, -ENOENT, "no pictures: gnuplot is not installed");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        return mlm_error_set(error, -EIO, "gnuplot was killed by signal %d", WTERMSIG(status));
    char complaint[MLM_ERROR_TEXT_SIZE / 2];
    read_complaint(complaint_path, complaint, sizeof complaint);
    return mlm_error_set(error, -EIO, "gnuplot failed: %s", complaint[0] ? complaint : "it said nothing");
}

int mlm_plot_read(const struct mlm_plot_folder *folder, const char *name, char **ret_bytes, size_t *ret_size,
    struct mlm_error *error)
{
    mlm_auto_free char *path = NULL;
    mlm_auto_free char *bytes = NULL;
    struct stat status;
    int r = path_of(folder, name, &path, error);
    if (r < 0)
        return r;
    mlm_auto_fclose FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &status) < 0 || status.st_size == 0)
        return mlm_error_set(error, -EIO, "gnuplot made no %s", name);
    size_t size = (size_t)status.st_size;
    bytes = malloc(size + 1);
    if (!bytes)
        return mlm_error_errno(error, -ENOMEM, "%s", name);
    if (fread(bytes, 1, size, file) != size)
        return mlm_error_set(error, -EIO, "cannot read %s", path);
    bytes[size] = 0;
    *ret_bytes = mlm_take_ptr(bytes);
    *ret_size = size;
    return 0;
}
