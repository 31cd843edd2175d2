/* Finds the tests that count, corrects their p-values and judges the contrasts. */
#include "report/compare/family.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "record/rank.h"

void mlm_family_release(struct mlm_family *family)
{
    free(family->members);
}

/* Whether the test counts in a family of which `most` is the largest possible size. */
static bool counts(const struct mlm_family_member *member, size_t most)
{
    const struct mlm_tested *tested = &member->tested;
    const double untied = mlm_rank_test_least_p(member->contrast->old_count, member->contrast->new_count);
    if (isnan(tested->t.p))
        return false;
    return tested->rank_least_p * (double)most <= MLM_SIGNIFICANCE ||
           tested->rough_least_p <= fmax(untied, MLM_SIGNIFICANCE);
}

/* The rank test assumes less, so it is used wherever it could show a difference in a family of this size. */
static enum mlm_test test_of(const struct mlm_family_member *member, size_t most, size_t size)
{
    if (isnan(member->tested.t.p))
        return MLM_TEST_NONE;
    if (!counts(member, most))
        return MLM_TEST_IDLE;
    return member->tested.rank_least_p * (double)size <= MLM_SIGNIFICANCE ? MLM_TEST_RANK : MLM_TEST_T;
}

/* Takes over the p of the chosen test, and its interval. */
static void contrast_take(struct mlm_contrast *contrast, const struct mlm_tested *tested, enum mlm_test test)
{
    contrast->test = test;
    if (test == MLM_TEST_RANK) {
        contrast->p = tested->rank_p;
        return;
    }
    contrast->low = tested->t.low;
    contrast->high = tested->t.high;
    if (test == MLM_TEST_T)
        contrast->p = tested->t.p;
}

/* Returns true if the whole interval, or without one the ratio, is at least so far from 1. */
static bool is_beyond(const struct mlm_contrast *contrast, double least)
{
    const double low = isnan(contrast->low) ? contrast->ratio : contrast->low;
    const double high = isnan(contrast->high) ? contrast->ratio : contrast->high;
    return least <= 1 || low >= least || high <= 1 / least;
}

static enum mlm_contrast_verdict verdict_of(const struct mlm_family_member *member)
{
    const struct mlm_contrast *contrast = member->contrast;
    const struct mlm_tested *tested = &member->tested;
    if (contrast->test == MLM_TEST_NONE)
        return MLM_CONTRAST_TOO_FEW;
    if (!(contrast->adjusted_p <= MLM_SIGNIFICANCE) || !is_beyond(contrast, member->least))
        return MLM_CONTRAST_EVEN;
    bool more = contrast->test == MLM_TEST_RANK ? tested->rank_direction > 0 : tested->t.ratio > 1;
    return more ? MLM_CONTRAST_MORE : MLM_CONTRAST_LESS;
}

static bool is_tested(const struct mlm_contrast *contrast)
{
    return contrast->test == MLM_TEST_RANK || contrast->test == MLM_TEST_T;
}

int mlm_family_correct(const struct mlm_family *family, struct mlm_comparison *comparison)
{
    mlm_auto_free double *p = calloc(family->count + 1, sizeof *p);
    mlm_auto_free double *adjusted = calloc(family->count + 1, sizeof *adjusted);
    if (!p || !adjusted)
        return -ENOMEM;
    size_t most = 0, size = 0, count = 0;
    for (size_t i = 0; i < family->count; i++)
        most += isnan(family->members[i].tested.t.p) ? 0 : 1;
    for (size_t i = 0; i < family->count; i++)
        size += counts(&family->members[i], most);
    for (size_t i = 0; i < family->count; i++) {
        const struct mlm_family_member *member = &family->members[i];
        contrast_take(member->contrast, &member->tested, test_of(member, most, size));
        comparison->test_counts[member->contrast->test]++;
        if (is_tested(member->contrast))
            p[count++] = member->contrast->p;
    }
    int r = mlm_holm(p, count, adjusted);
    if (r < 0)
        return r;
    count = 0;
    for (size_t i = 0; i < family->count; i++) {
        const struct mlm_family_member *member = &family->members[i];
        if (is_tested(member->contrast))
            member->contrast->adjusted_p = adjusted[count++];
        member->contrast->verdict = verdict_of(member);
    }
    comparison->ratio_count = family->count;
    comparison->test_count = count;
    return 0;
}
