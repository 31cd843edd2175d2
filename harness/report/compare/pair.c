/* Pairs the rows of two sides, the most similar first. */
#include "report/compare/pair.h"

#include <errno.h>

#include "base/cleanup.h"
#include "record/keymap.h"

#define NOBODY SIZE_MAX

/* The partners found so far. */
struct match {
    const struct mlm_side *old_side, *new_side;
    unsigned where;
    size_t *partner_of_old; /* index on the new side, or NOBODY */
    bool *taken;            /* by row of the new side */
    size_t *next;           /* by row of the new side: the next row with the same key, or NOBODY */
};

static void match_release(struct match *match)
{
    free(match->partner_of_old);
    free(match->taken);
    free(match->next);
}

/* Pairs all free rows that are alike in this sense, in their order. Returns the number of new pairs. */
static ssize_t match_find(struct match *match, enum mlm_likeness likeness)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    const struct mlm_side *new_side = match->new_side, *old_side = match->old_side;
    mlm_auto_free size_t *heads = calloc(new_side->count + 1, sizeof *heads); /* by key */
    if (!heads)
        return -ENOMEM;
    for (size_t i = new_side->count; i-- > 0;) {
        size_t key, before = keys.count;
        if (match->taken[i])
            continue;
        int r = mlm_keymap_add(
            &keys, mlm_record_work_key(new_side->rows[i]->first, likeness, match->where), &key);
        if (r < 0)
            return r;
        match->next[i] = keys.count > before ? NOBODY : heads[key];
        heads[key] = i;
    }
    ssize_t found = 0;
    for (size_t i = 0; i < old_side->count && keys.count; i++) {
        if (match->partner_of_old[i] != NOBODY)
            continue;
        mlm_auto_free char *text = mlm_record_work_key(old_side->rows[i]->first, likeness, match->where);
        if (!text)
            return -ENOMEM;
        size_t key = mlm_keymap_find(&keys, text);
        if (key == MLM_KEYMAP_NONE || heads[key] == NOBODY)
            continue;
        size_t partner = heads[key];
        heads[key] = match->next[partner];
        match->partner_of_old[i] = partner;
        match->taken[partner] = true;
        found++;
    }
    return found;
}

void mlm_pairing_release(struct mlm_pairing *pairing)
{
    free(pairing->pairs);
    free(pairing->old_alone);
    free(pairing->new_alone);
    *pairing = (struct mlm_pairing){0};
}

/* Copies the matches into the pairing. */
static void pairing_fill(const struct match *match, struct mlm_pairing *pairing)
{
    for (size_t i = 0; i < match->old_side->count; i++) {
        const struct mlm_row *row = match->old_side->rows[i];
        size_t partner = match->partner_of_old[i];
        if (partner == NOBODY)
            pairing->old_alone[pairing->old_alone_count++] = row;
        else
            pairing->pairs[pairing->pair_count++] =
                (struct mlm_pair){.old_row = row, .new_row = match->new_side->rows[partner], .old_index = i};
    }
    for (size_t i = 0; i < match->new_side->count; i++)
        if (!match->taken[i])
            pairing->new_alone[pairing->new_alone_count++] = match->new_side->rows[i];
}

int mlm_pairing_make(const struct mlm_side *old_side, const struct mlm_side *new_side,
    const struct mlm_compare_options *options, struct mlm_pairing *pairing)
{
    *pairing = (struct mlm_pairing){.old_side = old_side, .new_side = new_side, .desktop = options->desktop};
    mlm_cleanup(match_release) struct match match = {
        .old_side = old_side, .new_side = new_side, .where = options->where};
    match.partner_of_old = malloc((old_side->count + 1) * sizeof *match.partner_of_old);
    match.taken = calloc(new_side->count + 1, sizeof *match.taken);
    match.next = calloc(new_side->count + 1, sizeof *match.next);
    pairing->pairs = calloc(old_side->count + 1, sizeof *pairing->pairs);
    pairing->old_alone = calloc(old_side->count + 1, sizeof(void *));
    pairing->new_alone = calloc(new_side->count + 1, sizeof(void *));
    if (!match.partner_of_old || !match.taken || !match.next || !pairing->pairs || !pairing->old_alone ||
        !pairing->new_alone)
        return -ENOMEM;
    for (size_t i = 0; i < old_side->count; i++)
        match.partner_of_old[i] = NOBODY;
    /* First the same specification, then another seed, then another laptop, then other data. */
    ssize_t r = match_find(&match, MLM_LIKE_AGAIN);
    if (r >= 0)
        r = match_find(&match, MLM_LIKE_WORK);
    if (r >= 0)
        r = match_find(&match, MLM_LIKE_LAPTOP);
    if (r >= 0 && !options->mix_data)
        pairing_fill(&match, pairing);
    if (r >= 0)
        r = match_find(&match, MLM_LIKE_BUT_DATA);
    if (r >= 0 && options->mix_data)
        pairing_fill(&match, pairing);
    else if (r >= 0)
        pairing->other_data = (size_t)r;
    return r < 0 ? (int)r : 0;
}

enum mlm_time_kind mlm_pair_time_kind(const struct mlm_pair *pair)
{
    bool own = pair->old_row->time_kind == MLM_TIME_OWN && pair->new_row->time_kind == MLM_TIME_OWN;
    return own ? MLM_TIME_OWN : MLM_TIME_WALL;
}
