/* Workflow commands of GitHub Actions: an error for each row that fails the gate, and a notice with the
 * verdict. GitHub shows at most ten of a kind for a step, so the last one counts those that have no room. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/format_fleet.h"
#include "report/compare/formats.h"
#include "report/compare/gate_words.h"
#include "report/compare/verdict.h"

/* The runner shows ten; one says how many are left. */
#define ERRORS_SHOWN 9

/* Writes the text of a command. '%' begins an escape there, and the end of a line ends it. */
static void put_data(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '%')
            fputs("%25", out);
        else if (*text == '\n')
            fputs("%0A", out);
        else if (*text == '\r')
            fputs("%0D", out);
        else
            fputc(*text, out);
}

static int put_command(FILE *out, const char *command, char *text)
{
    mlm_auto_free char *owned = text;
    if (!owned)
        return -ENOMEM;
    fprintf(out, "::%s title=mlmembench::", command);
    put_data(out, owned);
    fputc('\n', out);
    return 0;
}

static int put_errors(const struct mlm_compared *compared, FILE *out)
{
    const struct mlm_trips *trips = compared->trips;
    int r = 0;
    for (size_t i = 0; i < trips->count && i < ERRORS_SHOWN && r == 0; i++) {
        char reason[2 * MLM_WORDS_SIZE];
        mlm_auto_free char *name = mlm_trip_name(&trips->items[i], compared->comparison);
        r = name ? put_command(
                       out, "error", mlm_text_of("%s: %s", name, mlm_trip_reason(&trips->items[i], reason)))
                 : -ENOMEM;
    }
    if (trips->count > ERRORS_SHOWN && r == 0)
        r = put_command(out, "error",
            mlm_text_of("and %zu more; the job's summary has all", trips->count - ERRORS_SHOWN));
    return r;
}

/* The verdict for each side; of a fleet, its answer. Returns false: out of memory. */
static bool put_verdicts(FILE *out, const struct mlm_comparison *comparison)
{
    const bool is_fleet = mlm_comparison_is_fleet(comparison);
    const size_t count = is_fleet ? 1 : comparison->pairing_count;
    for (size_t i = 0; i < count; i++) {
        mlm_auto_free char *verdict =
            is_fleet ? mlm_fleet_answer(comparison) : mlm_verdict_make(comparison, i);
        if (!verdict)
            return false;
        fprintf(out, "%s%s", i ? "\n" : "", verdict);
    }
    return true;
}

/* What the gate says, and the verdicts. */
static int put_notice(const struct mlm_compared *compared, FILE *out)
{
    struct mlm_text notice;
    FILE *text = mlm_text_begin(&notice);
    bool complete = text;
    if (text && compared->gate) {
        mlm_auto_free char *line = mlm_gate_line(compared->gate, compared->trips);
        mlm_auto_free char *limits = mlm_gate_limits(compared->gate, compared->trips);
        complete = line && limits;
        fprintf(text, "%s\n%s%s", line ? line : "", limits ? limits : "", limits && *limits ? "\n" : "");
    }
    complete = complete && put_verdicts(text, compared->comparison);
    mlm_auto_free char *said = text ? mlm_text_end(&notice) : NULL;
    return complete && said ? put_command(out, "notice", mlm_take_ptr(said)) : -ENOMEM;
}

int mlm_compare_github(const struct mlm_compared *compared, FILE *out, struct mlm_error *error)
{
    int r = compared->gate ? put_errors(compared, out) : 0;
    if (r == 0)
        r = put_notice(compared, out);
    return mlm_put_end(out, r, "writing annotations", error);
}
