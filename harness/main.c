/* The program mlmembench: calls the verb. Only this file prints errors. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/process.h"
#include "cli/complete.h"
#include "cli/nearest.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "cli/wrap.h"
#include "gbench/gbench.h"
#include "version.h"

static void help(void)
{
    printf("mlmembench: how machine-learning workloads behave when memory is short\n\n"
           "Usage: mlmembench VERB [OPTION…]\n\nVerbs:\n");
    for (size_t i = 0; mlm_verbs[i]; i++)
        mlm_wrap(mlm_verbs[i]->summary, 12, printf("  %-8s  ", mlm_verbs[i]->name));
    printf("\n`mlmembench VERB --help` explains a verb, `mlmembench --version` this build.\n\n"
           "Example:\n  mlmembench run --cap 2G\n");
}

static int unknown(const char *word, struct mlm_error *error)
{
    if (word[0] == '-')
        return mlm_error_set(
            error, -EINVAL, "'%s' needs a verb before it, as in: mlmembench run --cap 2G", word);
    const char *nearest = NULL;
    size_t edits = mlm_slip_edits(strlen(word)) + 1;
    for (size_t i = 0; mlm_verbs[i]; i++) {
        size_t distance = mlm_word_distance(word, strlen(word), mlm_verbs[i]->name);
        if (distance < edits) {
            nearest = mlm_verbs[i]->name;
            edits = distance;
        }
    }
    if (nearest)
        return mlm_error_set(error, -EINVAL, "there is no verb '%s'; did you mean %s?", word, nearest);
    return mlm_error_set(error, -EINVAL, "there is no verb '%s'; `mlmembench --help` shows them", word);
}

/* Returns an exit status, or a negative errno. */
static int do_as_told(int argc, char **argv, struct mlm_error *error)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        help();
        return MLM_EXIT_USAGE;
    }
    if (strcmp(word, "--version") == 0) {
        printf("mlmembench %s%s%s%s\n", MLM_VERSION, MLM_COMMIT[0] ? " (" : "", MLM_COMMIT,
            MLM_COMMIT[0] ? ")" : "");
        return MLM_EXIT_OK;
    }
    bool asked = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
    if (asked && argc == 2) {
        help();
        return MLM_EXIT_OK;
    }
    if (strcmp(word, "help") == 0 && strcmp(argv[2], "--complete") == 0) {
        mlm_complete(argc - 3, argv + 3);
        return MLM_EXIT_OK;
    }
    const struct mlm_verb *verb = mlm_verb_find(asked ? argv[2] : word);
    if (!verb)
        return unknown(asked ? argv[2] : word, error);
    if (!asked)
        return verb->run(argc - 1, argv + 1, error);
    mlm_options_help(verb);
    return MLM_EXIT_OK;
}

int main(int argc, char **argv)
{
    struct mlm_error error = {0};
    mlm_process_begin();
    mlm_gbench_show_environment();
    int r = do_as_told(argc, argv, &error);
    /* EPIPE is no error: the reader (a pager, head) closed the pipe because it needs no more. */
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (!written && errno != EPIPE && r >= 0)
        r = mlm_error_errno(&error, errno ? -errno : -EIO, "cannot write to standard output");
    if (r >= 0)
        return r;
    mlm_say("mlmembench: %s", error.text);
    return r == -EINVAL ? MLM_EXIT_USAGE : r == -EINTR ? MLM_EXIT_INTERRUPTED : MLM_EXIT_NOT_RUN;
}
