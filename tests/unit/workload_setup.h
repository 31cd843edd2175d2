/* For tests of a suite's workloads through the contract: finds and configures them. */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "suites.h"

extern const struct mlm_suite mlm_suite; /* the suite that the test is linked with */

static const struct mlm_workload *workload_of(const char *name)
{
    const struct mlm_workload *workload = mlm_workload_find(&mlm_suite, name);
    assert_non_null(workload);
    return workload;
}

/* `settings` is "NAME=VALUE NAME=VALUE". config: of the workload's type, with its job. Returns what derive()
 * returns. */
static int workload_configure(const struct mlm_workload *workload, const char *settings, void *config)
{
    struct mlm_error error = {0};
    char text[256];
    mlm_config_init(workload, config);
    snprintf(text, sizeof text, "%s", settings);
    char *rest = text;
    for (char *word; (word = strsep(&rest, " "));) {
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = 0;
        if (mlm_config_set(workload, config, word, value, &error) < 0)
            fail_msg("%s", error.text);
    }
    return workload->derive(config, &error);
}

/* Does the whole work of a config, whose settings are for the message, and returns the scoreboard. */
static inline struct mlm_scoreboard workload_work(
    const struct mlm_workload *workload, const char *settings, const void *config)
{
    struct mlm_scoreboard sb = {0};
    void *state = NULL;
    if (workload->prepare(config, &sb, &state) < 0 || workload->run(state, &sb) < 0 ||
        workload->verify(state, &sb) < 0)
        fail_msg("%s %s: %s", workload->name, settings, sb.message);
    workload->destroy(state);
    return sb;
}

/* The largest relative difference between two answers. */
static inline double largest_difference(const struct mlm_scoreboard *a, const struct mlm_scoreboard *b)
{
    double most = 0;
    assert_int_equal(a->answer_count, b->answer_count);
    for (uint32_t i = 0; i < a->answer_count; i++)
        most = fmax(most, fabs(a->answer[i] - b->answer[i]) / fmax(fabs(a->answer[i]), fabs(b->answer[i])));
    return most;
}
