/* Decides for each pair whether a row became worse than the gate allows, and finds rows that disappeared. */
#include "report/compare/gate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static bool lies_above(const struct mlm_contrast *contrast, double above)
{
    if (isnan(contrast->ratio))
        return false;
    if (contrast->old_count < MLM_GATE_INTERVAL_REPETITIONS ||
        contrast->new_count < MLM_GATE_INTERVAL_REPETITIONS)
        return contrast->new_minimum > contrast->old_maximum * (1 + above);
    return contrast->low > 1 + above;
}

static bool trips(const struct mlm_gate *gate, struct mlm_trip *trip)
{
    const struct mlm_pair *pair = trip->pair;
    /* A row that was not run, for lack of a cap or a library, has not become worse. */
    trip->outcome =
        mlm_row_all_ok(pair->old_row) && !mlm_row_all_ok(pair->new_row) && mlm_row_ran(pair->new_row);
    bool any = trip->outcome;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        trip->figures[f] = gate->figures[f] && lies_above(&pair->contrasts[f], gate->above);
        any |= trip->figures[f];
    }
    return any;
}

/* Finds rows that disappeared. Where machines are compared with themselves, a machine that is absent has lost
 * no rows. Rows without a partner are sorted by machine, so each machine is looked up once. */
static size_t missing_find(const struct mlm_pairing *pairing, bool by_machine, struct mlm_trip *found)
{
    const struct mlm_side *new = pairing->new_side;
    const struct mlm_record *machine = NULL;
    bool is_there = !by_machine;
    size_t count = 0;
    for (size_t i = 0; i < pairing->old_alone_count; i++) {
        const struct mlm_row *row = pairing->old_alone[i];
        if (by_machine && (!machine || !mlm_same_machine(machine, row->first))) {
            machine = row->first;
            is_there = false;
            for (size_t k = 0; k < new->count && !is_there; k++)
                is_there = mlm_same_machine(machine, new->rows[k]->first);
        }
        if (is_there && mlm_row_all_ok(row))
            found[count++] = (struct mlm_trip){.pairing = pairing, .missing = row};
    }
    return count;
}

int mlm_gate_try(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    struct mlm_trips *ret_trips, struct mlm_error *error)
{
    size_t room = 1, count = 0;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        room += comparison->pairings[i].pair_count + comparison->pairings[i].old_alone_count;
    struct mlm_trip *found = calloc(room, sizeof *found);
    if (!found)
        return mlm_error_errno(error, -ENOMEM, "gate of %zu rows", room - 1);
    for (size_t i = 0; i < comparison->pairing_count; i++) {
        const struct mlm_pairing *pairing = &comparison->pairings[i];
        for (size_t k = 0; k < pairing->pair_count; k++) {
            struct mlm_trip trip = {.pairing = pairing, .pair = &pairing->pairs[k]};
            if (trips(gate, &trip))
                found[count++] = trip;
        }
        if (gate->missing)
            count += missing_find(pairing, comparison->by_machine, found + count);
    }
    *ret_trips = (struct mlm_trips){found, count};
    return 0;
}
