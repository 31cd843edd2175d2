/* Runs a user's program as a trial, with its preparations, and describes it in the record. */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/script.h"
#include "base/words.h"
#include "cli/shell.h"
#include "cli/sweep.h"
#include "cli/target.h"
#include "trial/dataset.h"

/* Every Python program is called python3, so a row has the name of the script. */
static const char *name_of(char *const *words)
{
    const char *script = mlm_script_name(words, AT_FDCWD);
    return script ? script : mlm_base_name(words[0]);
}

static void words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static char **words_fill(char *const *words, const struct mlm_params *params)
{
    size_t count = 0;
    while (words[count])
        count++;
    char **filled = calloc(count + 1, sizeof *filled);
    for (size_t i = 0; filled && i < count; i++)
        if (!(filled[i] = mlm_sweep_fill(words[i], params))) {
            words_free(filled);
            return NULL;
        }
    return filled;
}

/* The name of `text`, its command line, where the user gave no `name`. */
static int make(char *const *words, const char *name, const char *otherwise, const char *text,
    const struct mlm_params *params, struct mlm_program *ret_program, struct mlm_error *error)
{
    *ret_program = (struct mlm_program){
        .name = strdup(name ? name : otherwise),
        .text = strdup(text),
        .named = name != NULL,
        .argv = words_fill(words, params),
    };
    int r = 0;
    if (!ret_program->name || !ret_program->text || !ret_program->argv ||
        mlm_params_copy(params, &ret_program->params) < 0)
        r = mlm_error_errno(error, -ENOMEM, "%s", text);
    if (r == 0)
        r = mlm_command_find(ret_program->argv[0], ret_program->path, error);
    if (r < 0)
        mlm_program_release(ret_program);
    return r;
}

int mlm_program_of_words(char *const *words, const char *name, const struct mlm_params *params,
    struct mlm_program *ret_program, struct mlm_error *error)
{
    mlm_auto_free char *text = mlm_words_quote(words);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "%s", words[0]);
    int r = make(words, name, name_of(words), text, params, ret_program, error);
    if (r == -ENOENT && !words[1] && strpbrk(words[0], " \t|&;<>"))
        return mlm_error_set(error, r,
            "'%s' is a line for a shell, not the name of a program; leave out the --: mlmembench exec '%s'",
            words[0], words[0]);
    return r;
}

int mlm_program_of_line(const char *line, const char *name, const struct mlm_params *params,
    struct mlm_program *ret_program, struct mlm_error *error)
{
    static char shell[] = "sh", option[] = "-c";
    mlm_auto_free char *text = strdup(line);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "%s", line);
    return make((char *[]){shell, option, text, NULL}, name, line, line, params, ret_program, error);
}

void mlm_program_release(struct mlm_program *program)
{
    free(program->name);
    free(program->text);
    words_free(program->argv);
    mlm_params_release(&program->params);
    *program = (struct mlm_program){0};
}

int mlm_program_output_open(const char *path, int interrupt_fd, int *ret_fd, struct mlm_error *error)
{
    if (!path)
        return 0;
    int fd = mlm_interruptible_open(interrupt_fd, path, O_WRONLY | O_TRUNC, error);
    if (fd < 0)
        return fd;
    *ret_fd = fd;
    return 0;
}

int mlm_program_options_check(
    const struct mlm_program_options *options, const char *out, struct mlm_error *error)
{
    const struct mlm_texts *evict = &options->evict;
    int r = options->output ? mlm_target_check("--output", options->output, NULL, &out, 1, error) : 0;
    for (size_t i = 0; i < evict->count && r == 0; i++) {
        struct stat status;
        if (stat(evict->items[i], &status) == 0 && !S_ISREG(status.st_mode))
            r = mlm_error_set(
                error, -EINVAL, "--evict: %s is no file that a page cache could hold", evict->items[i]);
    }
    return r;
}

/* Fills the specification of the record; the readings come from the trial. */
static int describe(
    const struct mlm_program *program, const struct mlm_program_order *order, struct mlm_record *record)
{
    record->suite = strdup("exec");
    if (asprintf(&record->workload, "exec/%s", program->name) < 0)
        record->workload = NULL;
    record->limits = order->limits;
    record->repetition = order->repetition;
    record->threads = 0; /* the number is not known */
    if (!record->suite || !record->workload)
        return -ENOMEM;
    int r = mlm_params_copy(&program->params, &record->params);
    return r < 0 || program->named || strcmp(program->name, program->text) == 0
               ? r
               : mlm_params_add(&record->params, "command", program->text);
}

/* Drops files from the page cache; marks the record if one stayed, or may have. Returns the first error,
 * after all files. */
static int files_evict(const struct mlm_texts *files, struct mlm_record *record, struct mlm_error *error)
{
    int failed = 0;
    for (size_t i = 0; i < files->count; i++) {
        bool evicted = false;
        int r = mlm_dataset_evict(files->items[i], &evicted, failed ? NULL : error);
        if (!evicted && r != -ENOENT) /* what is gone is not in the page cache either */
            record->marks |= MLM_MARK_BIT(cache_not_evicted);
        failed = failed ? failed : r;
    }
    return failed;
}

int mlm_program_make_ready(const struct mlm_session *session, const struct mlm_program_order *order,
    struct mlm_record *record, struct mlm_error *error)
{
    int r = order->prepare ? mlm_shell_run(session, "--prepare", order->prepare, error) : 0;
    if (r == 0)
        r = mlm_leftovers_check(&session->leftovers, order->prepare,
            "Remove it with --prepare, or give each trial its own /dev/shm with --private-tmp", record,
            error);
    if (r == 0 && order->drop)
        (void)files_evict(order->drop, record, NULL);
    if (r == 0 && order->evict)
        r = files_evict(order->evict, record, error);
    return r;
}

int mlm_program_trial(struct mlm_session *session, const struct mlm_program *program,
    const struct mlm_program_order *order, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    int *ret_status, struct mlm_error *error)
{
    int r = mlm_trial_describe(session, record, error);
    if (r == 0 && describe(program, order, record) < 0)
        r = mlm_error_errno(error, -ENOMEM, "record");
    if (r == 0)
        r = mlm_record_check(record, error);
    if (r == 0)
        r = mlm_program_make_ready(session, order, record, error);
    if (r < 0)
        return r;
    struct mlm_command command = {
        .program = program->path,
        .argv = program->argv,
        .stdin_fd = order->stdin_fd,
        .stdout_fd = order->stdout_fd,
        .stderr_fd = order->stderr_fd,
        .keep_fds = order->keep_fds,
        .same_group = true,
        .limits = order->limits,
        .fills_bytes = order->fills_bytes,
        .oom_grace_ns = order->oom_grace_ns,
        .watcher = order->watcher,
    };
    return mlm_command_trial_run(session, &command, record, ret_timeline, ret_status, error);
}

int mlm_program_measure(struct mlm_measuring *measuring, const struct mlm_program *program,
    const struct mlm_program_order *order, bool keep, struct mlm_record *record, int *ret_status,
    struct mlm_error *error)
{
    char name[160], cap[MLM_SIZE_TEXT];
    struct mlm_timeline timeline = {0};
    mlm_auto_free char *params = mlm_params_text(&program->params);
    snprintf(name, sizeof name, "%.100s%s%.40s under %s%s", program->name, params && *params ? " " : "",
        params ? params : "", mlm_size_spell(order->limits.cap_bytes, cap), keep ? "" : " (warmup)");
    const uint64_t begin_ns = mlm_now_ns();
    mlm_progress_trial(&measuring->progress, name);
    int r = mlm_program_trial(&measuring->session, program, order, record, &timeline, ret_status, error);
    if (r == 0 && keep)
        r = mlm_store_append(measuring->store, record, &timeline, error);
    if (r == 0)
        mlm_progress_done(&measuring->progress, 0, mlm_now_ns() - begin_ns, record);
    measuring->progress.name = NULL;
    return r;
}
