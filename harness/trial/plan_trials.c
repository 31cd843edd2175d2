/* Leaves out trials of a plan, and puts the others into their order. */
#include "trial/plan_trials.h"

#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int mlm_plan_filter(struct mlm_plan *plan, struct mlm_error *error)
{
    const char *filter = plan->options.filter;
    if (!filter || strcmp(filter, "all") == 0)
        return 0;
    bool leave_out = filter[0] == '-';
    regex_t pattern;
    if (regcomp(&pattern, filter + leave_out, REG_EXTENDED | REG_NOSUB) != 0)
        return mlm_error_set(error, -EINVAL, "--filter '%s' is not a regular expression", filter);
    size_t kept = 0;
    for (size_t i = 0; i < plan->trial_count; i++) {
        struct mlm_plan_trial *trial = &plan->trials[i];
        bool matches = regexec(&pattern, trial->name, 0, NULL, 0) == 0;
        if (matches != leave_out)
            plan->trials[kept++] = *trial;
        else
            free(trial->name);
    }
    plan->trial_count = kept;
    regfree(&pattern);
    if (!kept)
        return mlm_error_set(error, -EINVAL,
            "--filter '%s' leaves no trial; names look like storage/csr/density:0.01/cap:2G, and rows that "
            "are not quick need --all",
            filter);
    return 0;
}

struct member {
    const char *work;
    size_t row;
};

static int by_work(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = strcmp(a->work, b->work);
    return order ? order : a->row < b->row ? -1 : 1;
}

/* Finds the first row of each row's group, and the number of rows of the groups of first rows. */
static int groups_find(const struct mlm_plan *plan, size_t *ret_first, size_t *ret_size)
{
    mlm_auto_free struct member *members = calloc(plan->row_count, sizeof *members);
    if (!members)
        return -ENOMEM;
    for (size_t i = 0; i < plan->row_count; i++)
        members[i] = (struct member){plan->rows[i].equal_work, i};
    qsort(members, plan->row_count, sizeof *members, by_work);
    for (size_t i = 0, begin = 0; i < plan->row_count; i++) {
        if (strcmp(members[i].work, members[begin].work) != 0)
            begin = i;
        ret_first[members[i].row] = members[begin].row;
        ret_size[members[begin].row]++;
    }
    return 0;
}

/* A group goes to the part that has the fewest rows so far. Nothing of the machine decides, so that all
 * machines agree. *ret_part: the part of each row, from 0. Returns the number of groups, or -ENOMEM. */
static int64_t parts_make(const struct mlm_plan *plan, uint64_t *ret_part)
{
    const uint64_t count = plan->options.shard.count;
    mlm_auto_free size_t *first = calloc(plan->row_count, sizeof *first);
    mlm_auto_free size_t *size = calloc(plan->row_count, sizeof *size);
    mlm_auto_free size_t *rows_of = calloc(count, sizeof *rows_of);
    if (!first || !size || !rows_of || groups_find(plan, first, size) < 0)
        return -ENOMEM;
    int64_t groups = 0;
    for (size_t i = 0; i < plan->row_count; i++) {
        uint64_t least = 0;
        for (uint64_t part = 1; first[i] == i && part < count; part++)
            if (rows_of[part] < rows_of[least])
                least = part;
        ret_part[i] = first[i] == i ? least : ret_part[first[i]];
        rows_of[least] += size[i];
        groups += first[i] == i;
    }
    return groups;
}

int mlm_plan_shard(struct mlm_plan *plan, struct mlm_error *error)
{
    const struct mlm_shard *shard = &plan->options.shard;
    if (!shard->count)
        return 0;
    mlm_auto_free uint64_t *part = calloc(plan->row_count, sizeof *part);
    const int64_t groups = part ? parts_make(plan, part) : -ENOMEM;
    size_t kept = 0;
    if (groups < 0)
        return mlm_error_errno(error, -ENOMEM, "plan");
    for (size_t i = 0; i < plan->trial_count; i++) {
        struct mlm_plan_trial *trial = &plan->trials[i];
        if (part[trial->row] == shard->index)
            plan->trials[kept++] = *trial;
        else
            free(trial->name);
    }
    plan->trial_count = kept;
    if (!kept)
        return mlm_error_set(error, -EINVAL,
            "--shard %" PRIu64 "/%" PRIu64 ": no row is left for this part; the plan has %" PRId64
            " groups of rows that do equal work, so give at most "
            "so many parts",
            shard->index + 1, shard->count, groups);
    return 0;
}

/* A trial, and what decides about its place. */
struct placed {
    uint64_t row_key, own_key;
    struct mlm_plan_trial trial;
};

/* A number by chance that follows from three others (the output function of SplitMix64). */
static uint64_t key_of(uint64_t seed, uint64_t round, uint64_t of)
{
    uint64_t x = seed;
    for (int i = 0; i < 3; i++) {
        x += UINT64_C(0x9e3779b97f4a7c15) + (i == 1 ? round : i == 2 ? of : 0);
        x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
        x ^= x >> 31;
    }
    return x;
}

static int by_place(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    const uint64_t keys[][2] = {{a->trial.repetition, b->trial.repetition}, {a->row_key, b->row_key},
        {a->trial.row, b->trial.row}, {a->own_key, b->own_key}, {a->trial.cell, b->trial.cell}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

int mlm_plan_shuffle(struct mlm_plan *plan, struct mlm_error *error)
{
    const uint64_t seed = plan->options.seed;
    mlm_auto_free struct placed *placed = calloc(plan->trial_count, sizeof *placed);
    if (!placed)
        return mlm_error_errno(error, -ENOMEM, "plan");
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct mlm_plan_trial *trial = &plan->trials[i];
        const bool last = trial->reference && trial->repetition == 0;
        placed[i] = (struct placed){.row_key = key_of(seed, trial->repetition, trial->row),
            .own_key = last ? UINT64_MAX : key_of(~seed, trial->repetition, trial->cell),
            .trial = *trial};
    }
    qsort(placed, plan->trial_count, sizeof *placed, by_place);
    for (size_t i = 0; i < plan->trial_count; i++)
        plan->trials[i] = placed[i].trial;
    return 0;
}
