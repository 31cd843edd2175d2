/* The one list of verbs, in the order of --help. */
#include "cli/verbs.h"

#include <string.h>

const struct mlm_verb *const mlm_verbs[] = {&mlm_verb_run, &mlm_verb_exec, &mlm_verb_fit, &mlm_verb_predict,
    &mlm_verb_show, &mlm_verb_compare, &mlm_verb_report, &mlm_verb_plot, &mlm_verb_export, &mlm_verb_advise,
    &mlm_verb_list, &mlm_verb_estimate, &mlm_verb_doctor, &mlm_verb_clean, NULL};

const struct mlm_verb *mlm_verb_find(const char *name)
{
    for (size_t i = 0; mlm_verbs[i]; i++)
        if (strcmp(mlm_verbs[i]->name, name) == 0)
            return mlm_verbs[i];
    return NULL;
}
