/* mlmembench: the verb table. Only this file prints errors. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cage/cage.h"
#include "cli/verbs.h"
#include "version.h"

static const struct mlm_verb *const verbs[] = {
    &mlm_verb_run, &mlm_verb_show, &mlm_verb_list, &mlm_verb_doctor, &mlm_verb_clean};

#define VERB_COUNT (sizeof verbs / sizeof *verbs)

static void help(void)
{
    printf("mlmembench: how machine-learning workloads behave when memory is short\n\n"
           "Usage: mlmembench VERB [OPTION…]\n\nVerbs:\n");
    for (size_t i = 0; i < VERB_COUNT; i++)
        printf("  %-8s %s\n", verbs[i]->name, verbs[i]->summary);
    printf("\n`mlmembench VERB --help` explains one; `mlmembench --version` says which this is.\n\n"
           "Example:\n  mlmembench run --cap 2G\n");
}

static const struct mlm_verb *find(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    return NULL;
}

int main(int argc, char **argv)
{
    struct mlm_error error = {0};
    if (argc < 2) {
        help();
        return MLM_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help();
        return MLM_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("mlmembench %s%s%s%s\n", MLM_VERSION, MLM_COMMIT[0] ? " (" : "", MLM_COMMIT,
            MLM_COMMIT[0] ? ")" : "");
        return MLM_EXIT_OK;
    }
    const struct mlm_verb *verb = find(argv[1]);
    int r = verb ? verb->run(argc - 1, argv + 1, &error)
                 : mlm_error_set(
                       &error, -EINVAL, "there is no verb '%s'; `mlmembench --help` shows them", argv[1]);
    if (fflush(stdout) != 0 && r >= 0)
        r = mlm_error_errno(&error, -errno, "cannot write to standard output");
    if (r >= 0)
        return r;
    (void)fprintf(stderr, "mlmembench: %s\n", error.text);
    return r == -EINVAL ? MLM_EXIT_USAGE : r == -EINTR ? MLM_EXIT_INTERRUPTED : MLM_EXIT_NOT_RUN;
}
