/* Runs gnuplot on files in memory and reads the picture back. */
#include "report/plot/gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/utf8.h"

#define SCRIPTS_MAX 4
/* A picture takes a second, on a slow board several. The limit also applies to processor time, in case nobody
 * is left to end gnuplot. */
#define LIMIT_NS UINT64_C(60000000000)

#define NAME_SIZE 32

static const char *const file_names[MLM_PLOT_FILES] = {
    [MLM_PLOT_VALUES] = "values_gp",
    [MLM_PLOT_POINTS] = "points_tsv",
    [MLM_PLOT_PANELS] = "panels_tsv",
    [MLM_PLOT_SERIES] = "series_tsv",
    [MLM_PLOT_CROSSINGS] = "crossings_tsv",
    [MLM_PLOT_TITLE] = "title_tsv",
    [MLM_PLOT_PICTURE] = "picture",
    [MLM_PLOT_COMPLAINT] = "complaint",
};

int mlm_plot_files_make(struct mlm_plot_files *ret_files, struct mlm_error *error)
{
    mlm_cleanup(mlm_plot_files_release) struct mlm_plot_files files = {.count = 0};
    for (; files.count < MLM_PLOT_FILES; files.count++) {
        files.fds[files.count] = memfd_create(file_names[files.count], MFD_CLOEXEC);
        if (files.fds[files.count] < 0)
            return mlm_error_errno(error, -errno, "cannot make a file in memory for a picture");
    }
    *ret_files = files;
    files.count = 0;
    return 0;
}

void mlm_plot_files_release(struct mlm_plot_files *files)
{
    while (files->count)
        (void)close(files->fds[--files->count]);
}

/* The name by which a process that inherits the file opens it. */
static void name_of(const struct mlm_plot_files *files, enum mlm_plot_file which, char name[static NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "/proc/self/fd/%d", files->fds[which]);
}

void mlm_plot_files_name(const struct mlm_plot_files *files, FILE *values)
{
    for (int which = MLM_PLOT_POINTS; which <= MLM_PLOT_PICTURE; which++) {
        char name[NAME_SIZE];
        name_of(files, (enum mlm_plot_file)which, name);
        fprintf(values, "%s = \"%s\"\n", file_names[which], name);
    }
}

int mlm_plot_file(
    const struct mlm_plot_files *files, enum mlm_plot_file which, FILE **ret_file, struct mlm_error *error)
{
    char name[NAME_SIZE];
    name_of(files, which, name);
    FILE *file = fopen(name, "we");
    if (!file)
        return mlm_error_errno(error, -errno, "cannot write the %s of a picture", file_names[which]);
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

/* Characters that any text font of a Linux system has: from Latin to Hebrew and the scripts near Arabic,
 * punctuation, signs. */
static bool is_common(uint32_t code)
{
    return code < 0x0590 || (code >= 0x2010 && code < 0x2300);
}

void mlm_plot_text(FILE *file, const char *text, bool any_character)
{
    if (!*text)
        fputc(' ', file);
    while (*text) {
        uint32_t code;
        size_t length = mlm_utf8_next(text, &code);
        /* A quote would join fields; there is no escape for it. A backslash escapes. */
        if (code == '"')
            fputs("”", file);
        else if (code == '\\')
            fputs("\\\\", file);
        else if (!mlm_utf8_printable(code) || (!any_character && !is_common(code)))
            fputc('?', file);
        else
            fwrite(text, 1, length, file);
        text += length;
    }
}

/* Reads the first lines that gnuplot printed, joined into one. */
static void read_complaint(const struct mlm_plot_files *files, char *text, size_t size)
{
    ssize_t n = pread(files->fds[MLM_PLOT_COMPLAINT], text, size - 1, 0);
    text[n > 0 ? n : 0] = 0;
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    mlm_utf8_tame(text);
    const char *begin = text + strspn(text, " ");
    memmove(text, begin, strlen(begin) + 1);
}

/* Our environment, with a UTF-8 locale: gnuplot warns about texts that the user's locale cannot express. The
 * caller frees the array, not the texts. */
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

static int start(const struct mlm_plot_files *files, char *const *argv, pid_t *ret_pid)
{
    mlm_auto_free char **environment = environment_make();
    if (!environment)
        return -ENOMEM;
    int keep[MLM_PLOT_FILES + 1];
    memcpy(keep, files->fds, sizeof files->fds);
    keep[MLM_PLOT_FILES] = -1;
    const struct mlm_child_order order = {
        .program = argv[0],
        .argv = argv,
        .environment = environment,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = files->fds[MLM_PLOT_COMPLAINT],
        .keep_fds = keep,
        .cpu_limit_ns = LIMIT_NS,
        .own_group = true,
    };
    return mlm_child_start(&order, ret_pid);
}

static int judge(const struct mlm_plot_files *files, int status, struct mlm_error *error)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        return mlm_error_set(error, -EIO, "gnuplot was killed by signal %d", WTERMSIG(status));
    char complaint[MLM_ERROR_TEXT_SIZE / 2];
    read_complaint(files, complaint, sizeof complaint);
    return mlm_error_set(error, -EIO, "gnuplot failed: %s", complaint[0] ? complaint : "it said nothing");
}

int mlm_gnuplot(
    const struct mlm_plot_files *files, const char *const *scripts, int interrupt_fd, struct mlm_error *error)
{
    /* -d: do not read ~/.gnuplot. exec takes char * although it changes nothing. */
    char name[] = "gnuplot", defaults[] = "-d", values[NAME_SIZE];
    name_of(files, MLM_PLOT_VALUES, values);
    char *argv[SCRIPTS_MAX + 4] = {name, defaults, values};
    for (size_t i = 0; scripts[i] && i < SCRIPTS_MAX; i++)
        argv[i + 3] = (char *)(uintptr_t)scripts[i];
    pid_t pid = -1;
    int status = 0, r = start(files, argv, &pid);
    if (r == -ENOENT)
        return mlm_error_set(error, -ENOENT, "no pictures: gnuplot is not installed");
    if (r < 0)
        return mlm_error_errno(error, r, "cannot run gnuplot");
    r = mlm_child_wait(pid, interrupt_fd, LIMIT_NS, &status);
    if (r < 0)
        mlm_child_end(pid, SIGKILL);
    if (r == -EINTR)
        return mlm_error_set(error, r, "interrupted while a picture was drawn");
    if (r == -ETIMEDOUT)
        return mlm_error_set(error, r, "gnuplot drew one picture for more than %d s, and was ended",
            (int)(LIMIT_NS / 1000000000u));
    return r < 0 ? mlm_error_errno(error, r, "waiting for gnuplot") : judge(files, status, error);
}

int mlm_plot_read(const struct mlm_plot_files *files, enum mlm_plot_file which, char **ret_bytes,
    size_t *ret_size, struct mlm_error *error)
{
    struct stat status;
    if (fstat(files->fds[which], &status) < 0 || status.st_size == 0)
        return mlm_error_set(error, -EIO, "gnuplot made no %s", file_names[which]);
    size_t size = (size_t)status.st_size;
    mlm_auto_free char *bytes = malloc(size + 1);
    if (!bytes)
        return mlm_error_errno(error, -ENOMEM, "%s", file_names[which]);
    if (pread(files->fds[which], bytes, size, 0) != (ssize_t)size)
        return mlm_error_set(error, -EIO, "cannot read the %s of a picture", file_names[which]);
    bytes[size] = 0;
    *ret_bytes = mlm_take_ptr(bytes);
    *ret_size = size;
    return 0;
}
