/* The tests of a comparison as one family: which of them count, and what their p-values are then worth.
 *
 * A test counts only if it could show a difference at all. Needs that are equal to the page in all
 * repetitions, for example, can show nothing. Whether a test could is decided by the least p that the rank
 * test has over all divisions of the values of both sides together into two such sides. That is the idea of
 * Tarone (1990), A modified Bonferroni method for discrete data, Biometrics 46, 515–522. The family does not
 * depend on the results of its tests, because it does not know which value is of which side, and where there
 * is no difference every division of the same values is equally likely.
 *
 * The least p of Student's t is not asked for. The rank test is exact for every set of values, Student's t
 * only on average over them: to count it only where its values allow a small p would pick those that
 * overstate it. In a simulation of 60 rows with three repetitions and normal noise, that tripled the false
 * alarms. So Student's t counts wherever the values are different enough that ranks without ties, or nearly
 * so, can be given to them.
 *
 * Within the family, Holm's method corrects. */
#pragma once

#include "record/student.h"
#include "report/compare/compare.h"

/* Both tests of a contrast; the size of the family decides which one counts. */
struct mlm_tested {
    double rank_p;
    double rank_least_p;  /* over all divisions of the same values */
    double rough_least_p; /* the same, with values equal that a measurement cannot tell apart */
    int rank_direction;
    struct mlm_ratio t; /* its p: NAN with one repetition on each side */
};

/* The contrasts that have a ratio, with what both tests say of each. */
struct mlm_family {
    struct mlm_family_member {
        struct mlm_contrast *contrast;
        struct mlm_tested tested;
        double least; /* an interval that comes nearer to 1 than this, or its inverse, is no difference;
                         at least 1 */
    } * members;
    size_t count;
};

void mlm_family_release(struct mlm_family *family);

/* Chooses the test of each contrast, corrects the p-values, judges the contrasts, and counts the tests.
 * -ENOMEM. */
int mlm_family_correct(const struct mlm_family *family, struct mlm_comparison *comparison);
