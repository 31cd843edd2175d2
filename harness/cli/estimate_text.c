/* Prints the estimate as text. */
#include "cli/estimate_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/utf8.h"
#include "cli/style.h"
#include "cli/wrap.h"
#include "estimate/llm.h"
#include "report/text/sold.h"

#define NAME_COLUMNS 38
#define FORMULA_COLUMN 53

/* "1,000,000" */
static const char *grouped(double value, char text[static 48])
{
    char plain[32];
    if (value != floor(value) || value >= 1e15) {
        snprintf(text, 48, "%.6g", value);
        return text;
    }
    int length = snprintf(plain, sizeof plain, "%.0f", value), at = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = plain[i];
    }
    text[at] = 0;
    return text;
}

static void name_print(const char *name, size_t columns)
{
    size_t width = mlm_utf8_width(name);
    printf("%s%*s", name, width < columns ? (int)(columns - width) : 0, "");
}

static void sum_line(const char *name, double bytes, const char *formula)
{
    char text[MLM_SIZE_TEXT];
    printf("  ");
    name_print(name, NAME_COLUMNS);
    int column = 2 + NAME_COLUMNS + printf(" %9s   ", mlm_size_show(bytes, text));
    mlm_wrap(formula, FORMULA_COLUMN, column);
}

static void rule(void)
{
    printf("  %*s ---------\n", NAME_COLUMNS, "");
}

/* "mlp"; for our own worker, which has few networks, also the network. */
static const char *model(const struct mlm_estimate_request *request, char text[static 80])
{
    if (request->model == MLM_MODEL_MLP && request->runtime == MLM_RUNTIME_C)
        snprintf(text, 80, "mlp, the nearest it has: %zu layers of %u,", request->width_count - 1,
            request->widths[0]);
    else
        snprintf(text, 80, "%s",
            request->model == MLM_MODEL_NONE ? "nothing but the data,"
                                             : mlm_estimate_word("model", request->model));
    return text;
}

static void llm_headline(const struct mlm_estimate *estimate)
{
    const struct mlm_estimate_request *request = &estimate->request;
    const struct mlm_symbols *symbols = &estimate->ledger.symbols;
    const bool file = request->gguf && request->shape == MLM_SHAPE_OWN;
    char parameters[48], context[48], conversations[64] = "", text[400];
    if (request->sequences > 1)
        snprintf(conversations, sizeof conversations, "%" PRIu64 " conversations of ", request->sequences);
    snprintf(text, sizeof text, "%s, %s parameters in %s; %s%s tokens, KV cache in %s; %s with --load %s.",
        file                              ? request->gguf->architecture
        : request->shape != MLM_SHAPE_OWN ? mlm_llm_shape(request)->name
                                          : "a language model",
        grouped(mlm_symbol_find(symbols, "P")->value, parameters),
        file ? "the file's own types" : mlm_estimate_word("weights", request->weights), conversations,
        grouped((double)request->context, context), mlm_estimate_word("kv", request->kv), estimate->title,
        mlm_estimate_word("load", request->load));
    mlm_wrap(text, 0, 0);
}

static void headline(const struct mlm_estimate *estimate)
{
    const struct mlm_estimate_request *request = &estimate->request;
    char rows[48], columns[48], share[64] = "", job[80], text[400];
    double density = mlm_estimate_nonzeros(request) / ((double)request->rows * (double)request->columns);
    if (density < 1)
        snprintf(share, sizeof share, ", %.3g %% of them not 0", density * 100);
    snprintf(text, sizeof text, "%s rows of %s values%s, %s %s; %s with %s%s%s.",
        grouped((double)request->rows, rows), grouped((double)request->columns, columns), share,
        mlm_estimate_word("storage", request->storage), mlm_estimate_word("value", request->value),
        model(request, job), estimate->title, request->stream ? ", batch by batch" : "",
        request->split ? ", a fifth held out" : "");
    mlm_wrap(text, 0, 0);
}

static void transformer_headline(const struct mlm_estimate *estimate)
{
    const struct mlm_estimate_request *request = &estimate->request;
    char parameters[48], batch[48], tokens[48], text[400];
    snprintf(text, sizeof text,
        "%s, %s parameters, trained in %s with %s%s; batches of %s sequences of %s tokens; %s.",
        request->shape != MLM_SHAPE_OWN ? mlm_llm_shape(request)->name : "a transformer",
        grouped(mlm_symbol_find(&estimate->ledger.symbols, "P")->value, parameters),
        mlm_estimate_word("value", request->value), mlm_estimate_word("optimizer", request->optimizer),
        request->checkpoint ? " and checkpoints" : "", grouped((double)request->batch, batch),
        grouped((double)request->sequence, tokens), estimate->title);
    mlm_wrap(text, 0, 0);
}

static void csv_headline(const struct mlm_estimate *estimate)
{
    const struct mlm_estimate_request *request = &estimate->request;
    char rows[48], integers[48], floats[48], texts[48], text[400];
    snprintf(text, sizeof text,
        "A CSV file of %s rows: %s columns of whole numbers, %s of other numbers, %s of texts, kept as %s; %s%s.",
        grouped((double)request->rows, rows), grouped((double)request->integers, integers),
        grouped((double)request->floats, floats), grouped((double)request->texts, texts),
        mlm_estimate_word("texts-as", request->texts_as), estimate->title,
        request->stream ? ", chunk by chunk" : "");
    mlm_wrap(text, 0, 0);
}

/* Says that the figures are those of another version, and how to get better ones. */
static void version_print(const struct mlm_estimate *estimate)
{
    char text[500];
    if (estimate->known)
        return;
    snprintf(text, sizeof text,
        "%s was not measured for this table, so the figures are those of %s, and the sum may be off by ± %.0f %%. "
        "On a machine that has it, add --measure: it runs the job at small sizes with the installed library, and predicts the full one.",
        estimate->title, estimate->version->number, estimate->tolerance * 100);
    mlm_wrap(text, 0, 0);
}

/* Prints the lines that are mapped, or those that are not. The largest line comes first, because it is the
 * place to save memory. */
static void lines_print(const struct mlm_estimate *estimate, bool mapped, bool sources)
{
    const struct mlm_ledger *ledger = &estimate->ledger;
    bool shown[MLM_LINES_MOST] = {false};
    char text[160];
    for (;;) {
        size_t largest = SIZE_MAX;
        double most = 0;
        for (size_t i = 0; i < ledger->line_count; i++) {
            double bytes = mlm_ledger_line_bytes(ledger, &ledger->lines[i], estimate->peak);
            bool asked =
                mapped ? ledger->lines[i].mapped : mlm_ledger_in_phase(&ledger->lines[i], estimate->peak);
            if (!shown[i] && asked && bytes > most) {
                largest = i;
                most = bytes;
            }
        }
        if (largest == SIZE_MAX)
            break;
        const struct mlm_ledger_line *line = &ledger->lines[largest];
        shown[largest] = true;
        sum_line(line->name, most, line->formula[0] ? line->formula : "measured");
        if (sources) {
            printf("      ");
            snprintf(text, sizeof text, "%s", line->source);
            mlm_wrap(text, 6, 6);
        }
    }
}

static void peak_print(const struct mlm_estimate *estimate, bool sources)
{
    const struct mlm_ledger *ledger = &estimate->ledger;
    char text[160];
    if (ledger->phase_count > 1)
        printf("\nThe peak, while in '%s':\n", ledger->phases[estimate->peak]);
    else
        printf("\nThe sum:\n");
    lines_print(estimate, false, sources);
    rule();
    snprintf(text, sizeof text, "± %.0f %%", estimate->tolerance * 100);
    sum_line("the program needs", estimate->needs_bytes, text);
    if (estimate->least_bytes < 0.99 * estimate->needs_bytes)
        sum_line("and at least", estimate->least_bytes, "the data decides how much");
    if (ledger->mapped_bytes <= 0)
        return;
    lines_print(estimate, true, sources);
    rule();
    sum_line("resident at speed", mlm_estimate_at_speed_bytes(estimate), "with less it crawls");
}

static void phases_print(const struct mlm_estimate *estimate)
{
    const struct mlm_ledger *ledger = &estimate->ledger;
    char text[400] = "Step by step: ", bytes[MLM_SIZE_TEXT];
    size_t length = strlen(text);
    if (ledger->phase_count < 2)
        return;
    for (size_t phase = 0; phase < ledger->phase_count && length < sizeof text; phase++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s %s%s", phase ? ", " : "",
            ledger->phases[phase], mlm_size_show(ledger->phase_bytes[phase], bytes),
            phase == estimate->peak ? " (peak)" : "");
    putchar('\n');
    mlm_wrap(text, 2, 0);
}

static bool is_told(const struct mlm_estimate *estimate, const struct mlm_symbol *symbol)
{
    const struct mlm_ledger *ledger = &estimate->ledger;
    for (size_t i = 0; i < ledger->line_count; i++)
        if (!ledger->lines[i].of_phase &&
            (ledger->lines[i].mapped || mlm_ledger_in_phase(&ledger->lines[i], estimate->peak)) &&
            mlm_formula_names(ledger->lines[i].formula, symbol->name))
            return true;
    return false;
}

/* Explains the letters of the formulas above. */
static void legend_print(const struct mlm_estimate *estimate)
{
    char value[48];
    printf("\n");
    for (size_t k = 0; k < estimate->ledger.symbols.count; k++) {
        const struct mlm_symbol *symbol = &estimate->ledger.symbols.items[k];
        if (is_told(estimate, symbol))
            printf("  %s = %s %s\n", symbol->name, grouped(symbol->value, value), symbol->meaning);
    }
}

static void machine_print(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside)
{
    double ram = mlm_estimate_smallest_machine(estimate, beside);
    double system = mlm_estimate_system_bytes(beside, ram);
    double desktop = (double)mlm_desktop_bytes(&beside->desktop, ram);
    char text[MLM_SIZE_TEXT], open[MLM_DESKTOP_TEXT], all[160];
    printf("\nBeside it, on a laptop with ");
    mlm_sold_ram(stdout, (uint64_t)ram);
    printf(ram > (double)mlm_laptops_sold[MLM_LAPTOPS_SOLD - 1]
               ? " (none that is sold is large enough):\n"
               : ", the smallest that is sold and large enough:\n");
    double cached = estimate->version->cached_bytes;
    if (cached > 0)
        sum_line("its libraries' code, in the page cache", cached, "measured");
    sum_line(
        "operating system", system, beside->system_bytes == MLM_NO_LIMIT ? "128 MiB + RAM/16" : "--system");
    mlm_desktop_text(&beside->desktop, "", open);
    if (*open)
        sum_line(open, desktop, beside->desktop.kind == MLM_DESKTOP_OTHER ? "given" : "measured");
    rule();
    snprintf(all, sizeof all, "of %s", mlm_size_spell((uint64_t)ram, text));
    sum_line("RAM in use", mlm_estimate_at_speed_bytes(estimate) + cached + system + desktop, all);
}

static void fits_print(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside)
{
    static const char *const words[] = {
        [MLM_FITS_NO] = "no", [MLM_FITS_SLOW] = "slow", [MLM_FITS_CLOSE] = "close", [MLM_FITS_YES] = "fits"};
    char name[MLM_SIZE_TEXT], spare[MLM_SIZE_TEXT], cell[64];
    printf("\n  %-8s %-26s %s\n", "size", "as a cap on the program", "as the RAM of a laptop");
    for (size_t i = 0; i < MLM_FITTINGS; i++) {
        const double bytes = (double)mlm_fitting_sizes[i];
        const size_t columns = i < MLM_FITTINGS_UNSOLD ? 1 : 2;
        struct mlm_fitting fittings[] = {
            mlm_estimate_fit_cap(estimate, bytes), mlm_estimate_fit_machine(estimate, beside, bytes)};
        printf("  %-8s", mlm_size_spell(mlm_fitting_sizes[i], name));
        for (size_t k = 0; k < columns; k++) {
            bool lacks = fittings[k].spare_bytes < 0;
            snprintf(cell, sizeof cell, "%-5s  %s%s%s", words[fittings[k].fits], lacks ? "lacks " : "",
                mlm_size_show(fabs(fittings[k].spare_bytes), spare), lacks ? "" : " spare");
            printf(k ? " %s\n" : " %-26s", cell);
        }
        if (columns == 1)
            printf(" not sold\n");
    }
}

static void changes_print(const struct mlm_estimate *estimate)
{
    struct mlm_estimate_change changes[MLM_CHANGES];
    size_t count = mlm_estimate_changes(estimate, changes);
    char saves[MLM_SIZE_TEXT], needs[MLM_SIZE_TEXT], what[96];
    printf(count ? "\nWhat would save the most:\n" : "\nNo single option would save a hundredth of it.\n");
    for (size_t i = 0; i < count; i++) {
        const struct mlm_estimate_change *change = &changes[i];
        bool flag = mlm_knob_switches(change->knob);
        bool on = flag && *(const bool *)mlm_knob_field(change->knob, &change->request);
        if (flag)
            snprintf(what, sizeof what, "%s--%s", on ? "" : "no ", change->knob->option);
        else
            snprintf(
                what, sizeof what, "--%s %s instead of %s", change->knob->option, change->to, change->from);
        printf("  ");
        name_print(what, NAME_COLUMNS);
        printf("%*s−%s   leaves %s\n", (int)(9 - strlen(mlm_size_show(change->saves_bytes, saves))), "",
            saves, mlm_size_show(change->at_speed_bytes, needs));
        printf("      ");
        mlm_wrap(change->knob->cost, 6, 6);
    }
}

static void measured_print(const struct mlm_estimate_measured *measured)
{
    char estimate[MLM_SIZE_TEXT], needs[MLM_SIZE_TEXT], cap[MLM_SIZE_TEXT], text[400];
    const char *spelled =
        measured->cap_bytes > 0 ? mlm_size_spell((uint64_t)measured->cap_bytes, cap) : "none";
    if (measured->needs_bytes > 0)
        snprintf(text, sizeof text,
            "Measured: %s under --cap %s ended %s and needed %s; the estimate for it is %s (%+.1f %%).",
            measured->workload, spelled, measured->outcome, mlm_size_show(measured->needs_bytes, needs),
            mlm_size_show(measured->estimate_bytes, estimate),
            100 * (measured->estimate_bytes / measured->needs_bytes - 1));
    else
        snprintf(text, sizeof text, "Measured: %s under --cap %s ended %s; the estimate for it is %s.",
            measured->workload, spelled, measured->outcome,
            mlm_size_show(measured->estimate_bytes, estimate));
    putchar('\n');
    mlm_wrap(text, 2, 0);
}

void mlm_estimate_print(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    bool sources, const struct mlm_estimate_measured *measured)
{
    if (estimate->request.model == MLM_MODEL_LLM)
        llm_headline(estimate);
    else if (estimate->request.model == MLM_MODEL_TRANSFORMER)
        transformer_headline(estimate);
    else if (estimate->request.runtime == MLM_RUNTIME_PANDAS)
        csv_headline(estimate);
    else
        headline(estimate);
    version_print(estimate);
    peak_print(estimate, sources);
    legend_print(estimate);
    phases_print(estimate);
    machine_print(estimate, beside);
    fits_print(estimate, beside);
    changes_print(estimate);
    if (measured)
        measured_print(measured);
}
