/* Groups the records, forms parties of equal answers, and marks all but one party of each group `wrong`. Each
 * record is compared only with the first record of each party, so the work stays linear. */
#include "record/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/text.h"
#include "record/keymap.h"
#include "record/software.h"

/* Limit of parties in one group. Further answers are not compared and belong to no party. */
#define PARTIES_MAX 32

#define NOBODY SIZE_MAX

struct party {
    size_t first;    /* index of its earliest record, which represents it */
    size_t variants; /* number of distinct variants */
    size_t next;     /* next party of the group; NOBODY: none */
};

struct group {
    size_t parties, count; /* first party, in the order of first records; number of parties */
};

/* Result of judging one record. */
struct opinion {
    size_t group, party; /* NOBODY: not judged; in no party */
};

struct judgement {
    struct mlm_record_list *list;
    struct mlm_keymap group_keys, member_keys; /* members: a variant in a party */
    struct group *groups;
    size_t group_capacity;
    struct party *parties; /* the parties of all groups */
    size_t party_count, party_capacity;
    struct opinion *opinions; /* one for each record */
};

static void judgement_release(struct judgement *judgement)
{
    mlm_keymap_release(&judgement->group_keys);
    mlm_keymap_release(&judgement->member_keys);
    free(judgement->groups);
    free(judgement->parties);
    free(judgement->opinions);
}

static double largest(const struct mlm_record *record)
{
    double result = 0;
    for (size_t i = 0; i < record->answer_count; i++)
        result = fmax(result, fabs(record->answer[i]));
    return result;
}

static bool all_finite(const struct mlm_record *record)
{
    for (size_t i = 0; i < record->answer_count; i++)
        if (!isfinite(record->answer[i]))
            return false;
    return true;
}

static bool same_data(const struct mlm_record *a, const struct mlm_record *b)
{
    return !a->has_checksum || !b->has_checksum || a->data_checksum == b->data_checksum;
}

/* Both answers must be finite. */
static bool agree(const struct mlm_record *a, const struct mlm_record *b)
{
    if (!same_data(a, b) || a->answer_count != b->answer_count)
        return false;
    double tolerance = fmax(a->answer_tolerance, b->answer_tolerance);
    double residue = tolerance * fmax(largest(a), largest(b));
    for (size_t i = 0; i < a->answer_count; i++) {
        double magnitude = fmax(fabs(a->answer[i]), fabs(b->answer[i]));
        if (fabs(a->answer[i] - b->answer[i]) > tolerance * magnitude && magnitude > residue)
            return false;
    }
    return true;
}

/* Another version of a framework may do the same job in another way. */
static int group_of(struct judgement *judgement, const struct mlm_record *record, size_t *ret_group)
{
    const char *machine = json_string_value(json_object_get(record->machine, "id"));
    const json_t *software = mlm_record_software(record);
    mlm_auto_free char *versions = software ? json_dumps(software, JSON_SORT_KEYS) : NULL;
    char *key = software && !versions ? NULL
                                      : mlm_text_of("%s\n%s\n%s", machine ? machine : "", record->equal_work,
                                            versions ? versions : "");
    size_t known = judgement->group_keys.count;
    int r = mlm_keymap_add(&judgement->group_keys, key, ret_group);
    if (r < 0 || *ret_group < known)
        return r;
    r = mlm_grow(&judgement->groups, known, &judgement->group_capacity, sizeof *judgement->groups);
    if (r == 0)
        judgement->groups[known] = (struct group){.parties = NOBODY};
    return r;
}

static int party_add(struct judgement *judgement, size_t index, size_t *ret_party)
{
    int r = mlm_grow(
        &judgement->parties, judgement->party_count, &judgement->party_capacity, sizeof *judgement->parties);
    if (r < 0)
        return r;
    judgement->parties[judgement->party_count] = (struct party){.first = index, .next = NOBODY};
    *ret_party = judgement->party_count++;
    return 0;
}

/* Finds the party that the record agrees with, or makes a new one. */
static int party_of(struct judgement *judgement, struct group *group, size_t index, size_t *ret_party)
{
    const struct mlm_record *items = judgement->list->items;
    size_t last = NOBODY;
    if (!all_finite(&items[index]))
        return 0;
    for (size_t i = group->parties; i != NOBODY; last = i, i = judgement->parties[i].next)
        if (agree(&items[judgement->parties[i].first], &items[index])) {
            *ret_party = i;
            return 0;
        }
    if (group->count == PARTIES_MAX)
        return 0;
    int r = party_add(judgement, index, ret_party);
    if (r < 0)
        return r;
    group->count++;
    *(last == NOBODY ? &group->parties : &judgement->parties[last].next) = *ret_party;
    return 0;
}

/* Counts a variant once in each party that has it. */
static int variant_count(struct judgement *judgement, size_t party, const struct mlm_record *record)
{
    mlm_auto_free char *variant = mlm_record_variant_key(record);
    char *key = variant ? mlm_text_of("%zu %s", party, variant) : NULL;
    size_t before = judgement->member_keys.count, number;
    int r = mlm_keymap_add(&judgement->member_keys, key, &number);
    if (r < 0)
        return r;
    if (number == before)
        judgement->parties[party].variants++;
    return 0;
}

static int form_parties(struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->list->count; i++) {
        const struct mlm_record *record = &judgement->list->items[i];
        struct opinion *opinion = &judgement->opinions[i];
        *opinion = (struct opinion){.group = NOBODY, .party = NOBODY};
        if (record->outcome != MLM_OUTCOME_OK || !record->equal_work)
            continue;
        int r = group_of(judgement, record, &opinion->group);
        if (r < 0)
            return r;
        r = party_of(judgement, &judgement->groups[opinion->group], i, &opinion->party);
        if (r >= 0 && opinion->party != NOBODY)
            r = variant_count(judgement, opinion->party, record);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Parties are in the order of their first records, so the earlier one wins a tie. */
static size_t right_party(const struct judgement *judgement, const struct group *group)
{
    const struct party *parties = judgement->parties;
    size_t right = group->parties;
    for (size_t i = right; i != NOBODY; i = parties[i].next)
        if (parties[i].variants > parties[right].variants)
            right = i;
    return right;
}

static void answer_text(const struct mlm_record *record, char *text, size_t size)
{
    size_t length = 0;
    text[0] = 0;
    for (size_t i = 0; i < record->answer_count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%.17g", i ? ", " : "", record->answer[i]);
    if (!record->answer_count)
        snprintf(text, size, "nothing");
}

/* `right` is NULL where no trial of the group has a finite answer. */
static char *reason_make(const struct mlm_record *wrong, const struct mlm_record *right)
{
    char mine[256], theirs[256];
    answer_text(wrong, mine, sizeof mine);
    if (!right)
        return mlm_text_of("its answer is %s", mine);
    mlm_auto_free char *params = mlm_params_text(&right->params);
    if (!params)
        return NULL;
    answer_text(right, theirs, sizeof theirs);
    const char *space = *params ? " " : "";
    return same_data(wrong, right)
               ? mlm_text_of(
                     "answers %s where %s%s%s answers %s", mine, right->workload, space, params, theirs)
               : mlm_text_of("data_checksum %016" PRIx64 " where %s%s%s has %016" PRIx64,
                     wrong->data_checksum, right->workload, space, params, right->data_checksum);
}

/* All reasons are made before the first outcome changes, so that a failure changes nothing. */
static int pronounce(struct judgement *judgement, char **reasons)
{
    struct mlm_record *items = judgement->list->items;
    for (size_t i = 0; i < judgement->list->count; i++) {
        const struct opinion *opinion = &judgement->opinions[i];
        if (opinion->group == NOBODY)
            continue;
        const struct group *group = &judgement->groups[opinion->group];
        size_t right = right_party(judgement, group);
        if (right != NOBODY && right == opinion->party)
            continue;
        reasons[i] = reason_make(&items[i], right == NOBODY ? NULL : &items[judgement->parties[right].first]);
        if (!reasons[i])
            return -ENOMEM;
    }
    int changed = 0;
    for (size_t i = 0; i < judgement->list->count; i++) {
        if (!reasons[i])
            continue;
        items[i].outcome = MLM_OUTCOME_WRONG;
        free(items[i].reason);
        items[i].reason = mlm_take_ptr(reasons[i]);
        changed++;
    }
    return changed;
}

int mlm_judge(struct mlm_record_list *list, struct mlm_error *error)
{
    if (!list->count)
        return 0;
    mlm_cleanup(judgement_release) struct judgement judgement = {.list = list};
    judgement.opinions = calloc(list->count, sizeof *judgement.opinions);
    char **reasons = calloc(list->count, sizeof *reasons);
    int r = judgement.opinions && reasons ? form_parties(&judgement) : -ENOMEM;
    if (r >= 0)
        r = pronounce(&judgement, reasons);
    for (size_t i = 0; reasons && i < list->count; i++)
        free(reasons[i]);
    free(reasons);
    return r < 0 ? mlm_error_errno(error, r, "comparing the answers of %zu trials", list->count) : r;
}
