/* For tests of a suite's workloads through the contract: finds and configures them. */
#pragma once

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
