/* pandas 1.5.3 and 2.2.3 as Debian 12 and 13 ship them: read_csv() with its C parser, as it comes. Sources
 * are paths in its package.
 *
 * The file is read in chunks of a power of two lines. The chunks of a column are joined, column by column;
 * then the columns of one type are copied into one block. */
#include <errno.h>
#include <math.h>

#include "estimate/runtime.h"

#define PARSER "pandas/_libs/parsers.pyx, read_low_memory()"

/* CPython counts 41 or 49 bytes beside the text, and its allocator rounds to 16. */
static double string_bytes(double text_bytes)
{
    return 16 * ceil((49 + text_bytes) / 16);
}

/* Lines of a chunk of the parser: the largest power of two below 2^20 values. */
static double chunk_rows(double columns)
{
    double rows = 1;
    while (rows * 2 < floor(0x1p20 / columns))
        rows *= 2;
    return rows;
}

/* Within a chunk equal texts are one object: so many different ones are drawn from `distinct`. */
static double drawn(double distinct, double rows)
{
    return distinct * -expm1(rows * log1p(-1 / fmax(distinct, 1 + 1e-12)));
}

/* Sums over all columns of texts. */
struct text_sums {
    double columns, strings, string_bytes, text_bytes, number_bytes;
};

static void column_sum(
    struct text_sums *sums, double rows, double chunk, double all_rows, double distinct, double text_bytes)
{
    /* Nearly all differ: then none is drawn twice. */
    const double strings = distinct > all_rows / 2 ? rows : rows / chunk * drawn(distinct, chunk);
    sums->columns++;
    sums->strings += strings;
    sums->string_bytes += strings * string_bytes(text_bytes);
    sums->text_bytes += text_bytes;
    sums->number_bytes += distinct < 128 ? 1 : distinct < 32768 ? 2 : 4;
}

static struct text_sums sum_texts(const struct mlm_estimate_request *request, double rows, double chunk)
{
    struct text_sums sums = {.columns = 0};
    const double all_rows = (double)request->rows;
    const double distinct = request->distinct ? fmin((double)request->distinct, all_rows) : all_rows;
    for (uint64_t i = 0; request->csv && i < request->csv->column_count; i++) {
        const struct mlm_csv_column *column = &request->csv->columns[i];
        if (column->kind == MLM_CSV_TEXT)
            column_sum(&sums, rows, chunk, all_rows, column->distinct, (double)column->text_bytes / all_rows);
    }
    for (uint64_t i = 0; !request->csv && i < request->texts; i++)
        column_sum(&sums, rows, chunk, all_rows, distinct, (double)request->text_bytes);
    return sums;
}

static void symbols_set(const struct mlm_estimate_request *request, struct mlm_symbols *symbols)
{
    const double rows =
        request->stream ? fmin((double)request->batch, (double)request->rows) : (double)request->rows;
    const double chunk = fmin(chunk_rows((double)request->columns), rows);
    const struct text_sums sums = sum_texts(request, rows, chunk);
    mlm_symbol_set(symbols, "n", rows, request->stream ? "rows of a chunk" : "rows");
    mlm_symbol_set(symbols, "p", (double)request->columns, "columns");
    mlm_symbol_set(symbols, "q", (double)(request->integers + request->floats), "columns of numbers");
    mlm_symbol_set(symbols, "t", sums.columns, "columns of texts");
    mlm_symbol_set(symbols, "b", sums.columns > 0 ? sums.text_bytes / sums.columns : 0, "bytes of a text");
    mlm_symbol_set(symbols, "j", round(sums.strings), "strings: equal ones in a chunk are one");
    mlm_symbol_set(symbols, "o", sums.strings > 0 ? sums.string_bytes / sums.strings : 0,
        "bytes of a string, with its head");
    mlm_symbol_set(symbols, "c", chunk, "rows that are parsed at once");
    mlm_symbol_set(symbols, "y", sums.columns > 0 ? sums.number_bytes / sums.columns : 0,
        "bytes of a category's number");
    mlm_symbol_set(symbols, "k", fmax(mlm_coefficient(request, MLM_OF_NUMBER_COPIES), 1),
        "copies of numbers, while columns are joined");
    mlm_symbol_set(
        symbols, "g", fmax(mlm_coefficient(request, MLM_OF_TEXT_COPIES), 1), "copies of places of texts");
}

static void texts(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t read)
{
    /* Since 3.0 texts are Arrow's as they come. */
    const enum mlm_estimate_texts as =
        request->texts_as == MLM_TEXTS_OBJECT && mlm_version_since(request, 3, 0)
            ? MLM_TEXTS_ARROW
            : (enum mlm_estimate_texts)request->texts_as;
    switch (as) {
    case MLM_TEXTS_OBJECT:
        mlm_ledger_add(ledger, read, read, "places of texts", "g·n·t·8", PARSER ", _string_box_utf8()");
        mlm_ledger_add(ledger, read, read, "strings", "j·o", "CPython: PyASCIIObject, and the text");
        return;
    case MLM_TEXTS_CATEGORY:
        mlm_ledger_add(ledger, read, read, "numbers of categories", "(1+g)·n·t·y",
            "pandas/_libs/parsers.pyx, _categorical_convert(); pandas/core/dtypes/concat.py, "
            "union_categoricals()");
        mlm_ledger_add(ledger, read, read, "numbers of categories, of a chunk", "c·t·8",
            "pandas/_libs/parsers.pyx, _categorical_convert()");
        mlm_ledger_add(ledger, read, read, "categories, of every chunk", "j·(o+8)",
            "CPython: PyASCIIObject, and the text");
        return;
    case MLM_TEXTS_ARROW:
        mlm_ledger_add(ledger, read, read, "texts, and where each begins", "n·t·(b+8)",
            "pandas/core/arrays/string_arrow.py: pyarrow's large_string");
        mlm_ledger_add(ledger, read, read, "strings of a column and chunk, before", "c·(o+8)",
            "pandas/core/arrays/string_arrow.py, _from_sequence_of_strings()");
        return;
    }
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    (void)error;
    symbols_set(request, &ledger->symbols);
    const size_t read = mlm_ledger_phase(ledger, request->stream ? "read a chunk" : "read");
    mlm_version_add(request, ledger, read);
    mlm_ledger_add(ledger, read, read, "numbers", "k·n·q·8",
        PARSER "; pandas/io/parsers/c_parser_wrapper.py, _concatenate_chunks(); core/frame.py");
    /* A loop variable holds a chunk while the next one is read. */
    if (request->stream)
        mlm_ledger_add(ledger, read, read, "the chunk before", "n·p·8+j·o", "TextFileReader.__next__()");
    texts(request, ledger, read);
    /* A value of the file has some 10 bytes, if nothing is known of it. */
    mlm_ledger_add(ledger, read, read, "lines in pieces, of a chunk", "c·(p·(16+8)+t·b)",
        "pandas/_libs/src/parser/tokenizer.c: text, and two places of each value");
    return 0;
}

const struct mlm_runtime mlm_runtime_pandas = {
    .tolerance = 0.15,
    .reckon = reckon,
};
