/* Keeps lines as they come, and adds the phases up at the end, when the page tables are known. */
#include "estimate/ledger.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t mlm_ledger_phase(struct mlm_ledger *ledger, const char *name)
{
    if (ledger->phase_count == MLM_PHASES_MOST) {
        mlm_error_set(&ledger->error, -E2BIG, "more than %d phases", MLM_PHASES_MOST);
        ledger->failed = true;
        return 0;
    }
    ledger->phases[ledger->phase_count] = name;
    return ledger->phase_count++;
}

static void add(struct mlm_ledger *ledger, const struct mlm_ledger_line *line)
{
    /* The last place is reserved for the page tables. */
    if (ledger->line_count == MLM_LINES_MOST - 1)
        ledger->failed = mlm_error_set(&ledger->error, -E2BIG, "%s: no room for the line", line->name) < 0;
    else if (line->bytes > 0)
        ledger->lines[ledger->line_count++] = *line;
}

/* Copies the formula; where all rows are fitted, m and F become n and X. */
static void write_formula(const struct mlm_ledger *ledger, const char *formula, char *written)
{
    for (const char *c = formula; *c; c++) {
        bool alone = !(c > formula && isalnum((unsigned char)c[-1])) && !isalnum((unsigned char)c[1]);
        char letter = *c;
        if (alone && !ledger->parted && letter == 'm')
            letter = 'n';
        if (alone && !ledger->parted && letter == 'F')
            letter = 'X';
        *written++ = letter;
    }
    *written = 0;
}

static void add_formula(
    struct mlm_ledger *ledger, struct mlm_ledger_line line, const char *least_formula, const char *formula)
{
    char least[MLM_FORMULA_SIZE];
    if (ledger->failed)
        return;
    if (strlen(formula) >= sizeof line.formula || strlen(least_formula) >= sizeof least) {
        ledger->failed = mlm_error_set(&ledger->error, -E2BIG, "%s: a long formula", line.name) < 0;
        return;
    }
    write_formula(ledger, formula, line.formula);
    write_formula(ledger, least_formula, least);
    ledger->failed = mlm_formula_value(line.formula, &ledger->symbols, &line.bytes, &ledger->error) < 0 ||
                     mlm_formula_value(least, &ledger->symbols, &line.least_bytes, &ledger->error) < 0;
    if (!ledger->failed)
        add(ledger, &line);
}

void mlm_ledger_add(struct mlm_ledger *ledger, size_t from, size_t to, const char *name, const char *formula,
    const char *source)
{
    mlm_ledger_add_between(ledger, from, to, name, formula, formula, source);
}

void mlm_ledger_add_between(struct mlm_ledger *ledger, size_t from, size_t to, const char *name,
    const char *least_formula, const char *formula, const char *source)
{
    const struct mlm_ledger_line line = {.name = name, .source = source, .from = from, .to = to};
    add_formula(ledger, line, least_formula, formula);
}

void mlm_ledger_add_mapped(
    struct mlm_ledger *ledger, const char *name, const char *formula, const char *source)
{
    add_formula(ledger,
        (struct mlm_ledger_line){.name = name, .source = source, .mapped = true, .to = MLM_TO_THE_END},
        formula, formula);
}

void mlm_ledger_add_measured(
    struct mlm_ledger *ledger, size_t from, size_t to, const char *name, double bytes, const char *source)
{
    struct mlm_ledger_line line = {
        .name = name, .source = source, .bytes = bytes, .least_bytes = bytes, .from = from, .to = to};
    if (!ledger->failed)
        add(ledger, &line);
}

/* The bytes of a line in a phase, at least or at most. */
static double bytes_of(
    const struct mlm_ledger *ledger, const struct mlm_ledger_line *line, size_t phase, bool least)
{
    double sum = 0;
    if (!line->of_phase)
        return least ? line->least_bytes : line->bytes;
    for (size_t i = 0; i < ledger->line_count; i++)
        if (!ledger->lines[i].of_phase &&
            (ledger->lines[i].mapped || mlm_ledger_in_phase(&ledger->lines[i], phase)))
            sum += bytes_of(ledger, &ledger->lines[i], phase, least);
    return sum * 8 / (double)ledger->page_bytes;
}

double mlm_ledger_line_bytes(
    const struct mlm_ledger *ledger, const struct mlm_ledger_line *line, size_t phase)
{
    return bytes_of(ledger, line, phase, false);
}

static double phase_sum(const struct mlm_ledger *ledger, size_t phase, bool least)
{
    double sum = 0;
    for (size_t i = 0; i < ledger->line_count; i++)
        if (mlm_ledger_in_phase(&ledger->lines[i], phase))
            sum += bytes_of(ledger, &ledger->lines[i], phase, least);
    return sum;
}

static const char *page_tables_source(uint64_t page_bytes)
{
    return page_bytes == 4096    ? "x86-64 and arm64: an entry of 8 bytes a page of 4096"
           : page_bytes == 16384 ? "arm64: an entry of 8 bytes a page of 16384"
                                 : "an entry of 8 bytes a page";
}

static void add_page_tables(struct mlm_ledger *ledger)
{
    struct mlm_ledger_line *tables = &ledger->lines[ledger->line_count++];
    *tables = (struct mlm_ledger_line){
        .name = "page tables",
        .source = page_tables_source(ledger->page_bytes),
        .to = MLM_TO_THE_END,
        .of_phase = true,
    };
    snprintf(tables->formula, sizeof tables->formula, "sum/%" PRIu64, ledger->page_bytes / 8);
}

int mlm_ledger_close(struct mlm_ledger *ledger, struct mlm_error *error)
{
    if (ledger->failed) {
        if (error)
            *error = ledger->error;
        return ledger->error.code;
    }
    if (ledger->page_bytes)
        add_page_tables(ledger);
    for (size_t i = 0; i < ledger->line_count; i++)
        ledger->mapped_bytes += ledger->lines[i].mapped ? ledger->lines[i].bytes : 0;
    for (size_t phase = 0; phase < ledger->phase_count; phase++) {
        ledger->phase_bytes[phase] = phase_sum(ledger, phase, false);
        ledger->phase_least_bytes[phase] = phase_sum(ledger, phase, true);
    }
    return 0;
}

size_t mlm_ledger_peak(const struct mlm_ledger *ledger)
{
    size_t peak = 0;
    for (size_t phase = 1; phase < ledger->phase_count; phase++)
        if (ledger->phase_bytes[phase] > ledger->phase_bytes[peak])
            peak = phase;
    return peak;
}
