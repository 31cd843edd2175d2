/* Parts that several runtimes share: the size of stored data, and of a network. */
#include "estimate/runtime.h"

#include <errno.h>
#include <math.h>

/* SciPy (_sputils.get_index_dtype) uses 32-bit indices as long as they are sufficient. */
static double index_bytes(const struct mlm_estimate_request *request)
{
    double most = mlm_estimate_nonzeros(request);
    most = most > (double)request->rows ? most : (double)request->rows;
    return most > INT32_MAX ? 8 : 4;
}

bool mlm_estimate_in_heap(const struct mlm_estimate_request *request, double bytes)
{
    return bytes < MLM_HEAP_BYTES && request->malloc == MLM_MALLOC_MOVING;
}

const char *mlm_estimate_data_formula(const struct mlm_estimate_request *request, bool batch)
{
    /* Dense: every value. CSR, CSC: value and index of each nonzero, and the start of each row (column). COO:
     * value, row and column. Saad, "Iterative Methods for Sparse Linear Systems", 3.4. */
    static const char *const formulas[][2] = {
        [MLM_STORED_DENSE] = {"n·p·s", "B·p·s"},
        [MLM_STORED_CSR] = {"z·(s+i)+(n+1)·i", "B/n·z·(s+i)+(B+1)·i"},
        [MLM_STORED_CSC] = {"z·(s+i)+(p+1)·i", "B/n·z·(s+i)+(p+1)·i"},
        [MLM_STORED_COO] = {"z·(s+2·i)", "B/n·z·(s+2·i)"},
    };
    return formulas[request->storage][batch];
}

const char *mlm_estimate_data_name(const struct mlm_estimate_request *request)
{
    static const char *const names[][4] = {
        [MLM_STORED_DENSE] = {"data, dense f64", "data, dense f32", "data, dense f16", "data, dense i8"},
        [MLM_STORED_CSR] = {"data, CSR of f64", "data, CSR of f32", "", ""},
        [MLM_STORED_CSC] = {"data, CSC of f64", "data, CSC of f32", "", ""},
        [MLM_STORED_COO] = {"data, COO of f64", "data, COO of f32", "", ""},
    };
    return names[request->storage][request->value];
}

void mlm_estimate_symbols(const struct mlm_estimate_request *request, struct mlm_ledger *ledger)
{
    struct mlm_symbols *symbols = &ledger->symbols;
    double value = 0;
    ledger->page_bytes = request->page_bytes;
    /* A language model has no table of data, and symbols of its own. So has a CSV file. */
    const bool table = !mlm_estimate_has_shape(request) && request->runtime != MLM_RUNTIME_PANDAS;
    ledger->parted = request->split || !table;
    if (!table)
        return;
    mlm_symbol_set(symbols, "n", (double)request->rows, "rows");
    mlm_symbol_set(symbols, "p", (double)request->columns, "columns");
    mlm_symbol_set(symbols, "z", mlm_estimate_nonzeros(request), "values other than 0");
    mlm_symbol_set(symbols, "s", mlm_estimate_value_bytes(request->value), "bytes a value");
    mlm_symbol_set(symbols, "i", index_bytes(request), "bytes an index");
    mlm_symbol_set(symbols, "B", (double)request->batch, "rows a batch");
    mlm_symbol_set(symbols, "w", (double)request->workers, "workers");
    mlm_symbol_set(symbols, "q", (double)request->prefetch, "batches read ahead");
    if (mlm_formula_value(mlm_estimate_data_formula(request, false), symbols, &value, NULL) == 0)
        mlm_symbol_set(symbols, "X", value, "bytes of the data");
    if (mlm_formula_value(mlm_estimate_data_formula(request, true), symbols, &value, NULL) == 0)
        mlm_symbol_set(symbols, "x", value, "bytes of a batch");
    /* train_test_split(test_size=0.2) and `split` of our own worker hold out a fifth. */
    double share = request->split ? 0.8 : 1;
    mlm_symbol_set(symbols, "m", share * (double)request->rows, "rows that are fitted");
    mlm_symbol_set(symbols, "F", share * mlm_symbol_find(symbols, "X")->value, "bytes of those rows");
}

void mlm_estimate_network(const struct mlm_estimate_request *request, struct mlm_ledger *ledger)
{
    struct mlm_symbols *symbols = &ledger->symbols;
    double parameters = 0, largest = 0, units = 0, widest = request->widths[0];
    for (size_t l = 1; l < request->width_count; l++) {
        double layer = (request->widths[l - 1] + 1.0) * request->widths[l];
        parameters += layer;
        largest = fmax(largest, layer);
        units += request->widths[l];
        widest = fmax(widest, request->widths[l]);
    }
    mlm_symbol_set(symbols, "P", parameters, "parameters: sum of (in+1)·out");
    mlm_symbol_set(symbols, "M", largest, "parameters of the largest layer");
    mlm_symbol_set(symbols, "U", units, "units of all layers but the input");
    mlm_symbol_set(symbols, "A", units + request->widths[0], "units of all layers, input too");
    mlm_symbol_set(symbols, "W", widest, "units of the widest layer");
    mlm_symbol_set(symbols, "L", (double)request->width_count - 1, "layers");
    /* SGD keeps no state, momentum a velocity, Adam two moments (Kingma and Ba 2015, arXiv:1412.6980). */
    mlm_symbol_set(symbols, "o", request->optimizer, "states that the optimizer keeps");
}

int mlm_estimate_no_model(
    const struct mlm_estimate_request *request, const char *remedy, struct mlm_error *error)
{
    return mlm_error_set(error, -EINVAL, "there is no formula for --model %s with --runtime %s; %s",
        mlm_estimate_word("model", request->model), mlm_estimate_word("runtime", request->runtime), remedy);
}

int mlm_estimate_dense_only(
    const struct mlm_estimate_request *request, const char *remedy, struct mlm_error *error)
{
    return mlm_error_set(error, -EINVAL, "%s with --runtime %s takes no --storage %s; %s",
        mlm_estimate_word("model", request->model), mlm_estimate_word("runtime", request->runtime),
        mlm_estimate_word("storage", request->storage), remedy);
}
