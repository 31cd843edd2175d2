/* The verb estimate: the memory that a job will need, before it is written. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "cli/estimate_check.h"
#include "cli/estimate_measure.h"
#include "cli/estimate_own.h"
#include "cli/estimate_python.h"
#include "cli/estimate_text.h"
#include "cli/laptop.h"
#include "cli/verbs.h"
#include "cli/wrap.h"
#include "estimate/llm.h"
#include "report/text/sold.h"
#include "trial/dataset.h"

struct estimate_options {
    struct mlm_estimate_request request;
    const char *texts[MLM_KNOB_TOTAL]; /* of knobs that parse their own; NULL: not given */
    const char *file, *gguf, *system, *background, *python;
    struct mlm_desktop desktop;
    uint64_t laptop_bytes;
    uint32_t format; /* json: 1 */
    bool sources, check, measure, header_only, largest;
    struct mlm_gguf header; /* of `gguf` */
    struct mlm_csv csv;     /* of `file`, for pandas */
    struct mlm_estimate_python installed;
};

#define AT(field) offsetof(struct estimate_options, field)

#define ROW_COUNT(name_, field, value_, standard_, help_)                                                    \
    {name_, value_, mlm_option_amount, AT(request.field), .help = (help_), .otherwise = (standard_)},
#define ROW_FLAG(name_, field, value_, standard_, help_)                                                     \
    {name_, NULL, NULL, AT(request.field), .help = (help_)},
#define ROW_WORD(name_, field, value_, standard_, help_)                                                     \
    {name_, value_, mlm_option_text, AT(texts[MLM_KNOB_OF_##field]), .help = (help_),                        \
        .otherwise = (standard_)},
#define ROW_WORKERS ROW_WORD
#define ROW_SHARE ROW_WORD
#define ROW_LIST ROW_WORD
#define ROW_PART(...)
#define ROW(name_, field, kind, value_, standard_, help_, ...)                                               \
    ROW_##kind(name_, field, value_, standard_, help_)

static const struct mlm_option options[] = {
    {"file", "FILE", mlm_option_text, AT(file),
        .help =
            "take rows, columns and density from this file: .npy, .csv, .tsv or .libsvm; for pandas, the types of "
            "the columns of a .csv or .tsv"},
    MLM_KNOBS(ROW) /* the rest of the request */
    {"gguf", "FILE", mlm_option_text, AT(gguf),
        .help = "for llm: take the shape and the weights from the header of this GGUF file"},
    {"header-only", NULL, NULL, AT(header_only),
        .help = "with --gguf: FILE is only the beginning of a model; its tensors may be missing"},
    {"largest", NULL, NULL, AT(largest),
        .help =
            "for llm: search the published shapes for the largest that fits on the laptop of --laptop, with "
            "--weights or with the best that fit"},
    {"laptop", "SIZE", mlm_option_size, AT(laptop_bytes), .help = "with --largest: RAM of the laptop",
        .words = (const char *const[]){"4G", "8G", "16G", "32G", NULL}},
    {"system", "SIZE", mlm_option_text, AT(system), .help = "what the laptop's operating system holds",
        .otherwise = "128M + RAM/16", .words = (const char *const[]){"256M", "512M", "1G", NULL}},
    {"background", "SIZE", mlm_option_text, AT(background),
        .help = "what open programs hold, the desktop included: the same as --desktop SIZE; 0: none are open",
        .otherwise = "--desktop and --tabs",
        .words = (const char *const[]){"512M", "1G", "1600M", "2G", NULL}},
    {.group = mlm_desktop_option_rows, .offset = AT(desktop)},
    {"library", "VERSION", mlm_option_text, AT(request.library),
        .help = "version of the runtime's library, such as 1.4.2",
        .otherwise = "the one that --python has; if it has none, the newest known one"},
    {"python", "PATH", mlm_option_text, AT(python),
        .help =
            "the Python that will run the job: an interpreter, or the folder of a virtual or conda environment",
        .otherwise = "that of the active environment, else the distribution's"},
    {"measure", NULL, NULL, AT(measure),
        .help =
            "also run the job at small sizes with the installed library, and predict the full size; with --format "
            "json, only the answer of `predict` is written"},
    {"sources", NULL, NULL, AT(sources), .help = "say under each line where its formula comes from"},
    {"check", NULL, NULL, AT(check),
        .help = "also run the nearest workload of mlmembench under a cap, and show both figures"},
    {"format", "NAME", mlm_option_word, AT(format), .help = "text or json", .standard = "text",
        .words = (const char *const[]){"text", "json", NULL}},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "estimated; the answer says what the job fits in"},
    {MLM_EXIT_USAGE, "wrong usage, or options that contradict each other"},
    {MLM_EXIT_NOT_RUN, "--check, --measure: nothing to run, it could not be run, or it gave no prediction"},
    {MLM_EXIT_INTERRUPTED, "interrupted"},
    {0, NULL},
};

/* The columns of a CSV file, as pandas will type them. */
static int csv_resolve(struct estimate_options *said, struct mlm_error *error)
{
    struct mlm_estimate_request *request = &said->request;
    if (request->integers || request->floats || request->texts || request->text_bytes || request->distinct)
        return mlm_error_set(error, -EINVAL,
            "--file has its own columns; leave out --integers, --floats, --texts, --text-bytes and --distinct");
    int r = mlm_csv_look(said->file, &said->csv, error);
    if (r < 0)
        return mlm_error_wrap(error, -EINVAL, "--file");
    uint64_t text_bytes = 0;
    for (uint64_t i = 0; i < said->csv.column_count; i++) {
        const struct mlm_csv_column *column = &said->csv.columns[i];
        const bool text = column->kind == MLM_CSV_TEXT;
        *(text                                ? &request->texts
            : column->kind == MLM_CSV_INTEGER ? &request->integers
                                              : &request->floats) += 1;
        text_bytes += text ? column->text_bytes : 0;
    }
    request->csv = &said->csv;
    request->rows = said->csv.rows;
    if (request->texts)
        request->text_bytes = text_bytes / request->texts / request->rows;
    return 0;
}

/* Rows, columns and nonzeros of a file. */
static int file_resolve(const char *path, struct mlm_estimate_request *request, struct mlm_error *error)
{
    struct mlm_catalogue *catalogue = NULL;
    struct mlm_dataset_shape shape = {0};
    int r = mlm_catalogue_find(&catalogue, error);
    if (r == 0)
        r = mlm_dataset_look(
            &(struct mlm_dataset_question){.catalogue = catalogue, .path = path}, &shape, NULL, error);
    mlm_catalogue_close(catalogue);
    if (r < 0)
        return mlm_error_wrap(error, -EINVAL, "--file");
    request->rows = shape.rows;
    request->columns = shape.columns;
    request->nonzeros = shape.nonzeros;
    request->density = (double)shape.nonzeros / ((double)shape.rows * (double)shape.columns);
    return 0;
}

/* A shape is given once: by a name, by a file, or by numbers. */
static int llm_resolve(struct estimate_options *said, struct mlm_error *error)
{
    struct mlm_estimate_request *request = &said->request;
    const bool numbers = request->layers || request->heads || request->kv_heads || request->head_size ||
                         request->width || request->ffn || request->vocabulary || request->tied;
    const int ways = numbers + (request->shape != MLM_SHAPE_OWN) + (said->gguf != NULL) + said->largest;
    if (said->header_only && !said->gguf)
        return mlm_error_set(error, -EINVAL, "--header-only is about a file; it needs --gguf");
    if (said->largest != (said->laptop_bytes > 0))
        return mlm_error_set(error, -EINVAL, "--largest and --laptop belong together; give both or none");
    if (!ways)
        return 0;
    if (ways > 1)
        return mlm_error_set(error, -EINVAL,
            "--shape, --gguf, --largest and the numbers of a shape (--layers, --heads, …) stand for each other; give "
            "one of them");
    if (!said->texts[MLM_KNOB_OF_model])
        request->model = MLM_MODEL_LLM;
    if (!said->gguf)
        return 0;
    if (said->texts[MLM_KNOB_OF_weights])
        return mlm_error_set(error, -EINVAL, "--gguf has its own types of weights; leave out --weights");
    int r = mlm_gguf_read(said->gguf, said->header_only, &said->header, error);
    request->gguf = &said->header;
    return r < 0 ? mlm_error_wrap(error, -EINVAL, "--gguf") : 0;
}

static int request_resolve(struct estimate_options *said, struct mlm_error *error)
{
    struct mlm_estimate_request *request = &said->request;
    int r = 0;
    if (said->file && (request->rows || request->columns || said->texts[MLM_KNOB_OF_density]))
        return mlm_error_set(
            error, -EINVAL, "--file stands for --rows, --columns and --density; give either");
    for (size_t i = 0; r == 0 && i < MLM_KNOB_TOTAL; i++)
        r = said->texts[i] ? mlm_knob_parse(&mlm_knobs[i], said->texts[i], request, error) : 0;
    /* Options about columns of a CSV file imply that one is read. */
    if (request->runtime == MLM_RUNTIME_OF_MODEL && request->integers + request->floats + request->texts > 0)
        request->runtime = MLM_RUNTIME_PANDAS;
    const bool pandas = request->runtime == MLM_RUNTIME_PANDAS;
    if (pandas && !said->texts[MLM_KNOB_OF_model])
        request->model = MLM_MODEL_NONE;
    if (r == 0 && said->file)
        r = pandas ? csv_resolve(said, error) : file_resolve(said->file, request, error);
    if (r == 0)
        r = llm_resolve(said, error);
    bool pytorch = request->runtime == MLM_RUNTIME_PYTORCH || request->model == MLM_MODEL_TRANSFORMER ||
                   (request->runtime == MLM_RUNTIME_OF_MODEL && request->model == MLM_MODEL_MLP);
    if (pytorch && !said->texts[MLM_KNOB_OF_value])
        request->value = MLM_VALUE_F32;
    /* The widths of an mlp determine the number of columns. */
    if (request->width_count && !request->columns)
        request->columns = request->widths[0];
    return r;
}

/* Prepares an estimate for our own worker: its suites give the figures, and its networks have fixed
 * layers. */
static int own_open(
    struct mlm_estimate_request *request, struct mlm_estimate_own *own, struct mlm_error *error)
{
    struct mlm_catalogue *catalogue = NULL;
    if (request->runtime != MLM_RUNTIME_C)
        return 0;
    int r = mlm_estimate_request_complete(request, error);
    if (r == 0)
        r = mlm_catalogue_open(&catalogue, error);
    if (r < 0)
        return r;
    own->context = catalogue;
    request->own = own;
    if (request->model == MLM_MODEL_MLP)
        mlm_own_network(request);
    return 0;
}

static int size_read(const char *option, const char *text, uint64_t *ret_bytes, struct mlm_error *error)
{
    *ret_bytes = MLM_NO_LIMIT;
    if (text && mlm_size_parse(text, ret_bytes, error) < 0)
        return mlm_error_wrap(error, -EINVAL, "--%s", option);
    return 0;
}

static int beside_resolve(const struct estimate_options *said, const struct mlm_parsed *parsed,
    struct mlm_estimate_beside *beside, struct mlm_error *error)
{
    uint64_t background_bytes;
    if (said->background && (mlm_is_said(parsed, "desktop") || mlm_is_said(parsed, "tabs")))
        return mlm_error_set(error, -EINVAL, "--background stands for --desktop and --tabs; give either");
    int r = size_read("system", said->system, &beside->system_bytes, error);
    if (r == 0)
        r = size_read("background", said->background, &background_bytes, error);
    if (r < 0)
        return r;
    beside->desktop = said->desktop;
    if (said->background)
        beside->desktop = (struct mlm_desktop){
            .kind = background_bytes ? MLM_DESKTOP_OTHER : MLM_DESKTOP_NONE, .bytes = background_bytes};
    return 0;
}

struct laptop_search {
    const struct mlm_estimate_beside *beside;
    double ram_bytes;
    int result;
    struct mlm_error *error;
};

static bool fits_laptop(void *context, const struct mlm_estimate_request *request)
{
    struct laptop_search *search = context;
    struct mlm_estimate estimate;
    if (search->result == 0)
        search->result = mlm_estimate_make(request, &estimate, search->error);
    if (search->result < 0)
        return false;
    return mlm_estimate_fit_machine(&estimate, search->beside, search->ram_bytes).fits == MLM_FITS_YES;
}

static void laptop_text(uint64_t ram_bytes, char text[static MLM_SIZE_TEXT])
{
    mlm_auto_fclose FILE *out = fmemopen(text, MLM_SIZE_TEXT, "w");
    text[0] = 0;
    if (out)
        mlm_sold_ram(out, ram_bytes);
}

/* Puts the largest shape that fits into the request, and says so. */
static int largest_resolve(struct estimate_options *said, const struct mlm_estimate_beside *beside, bool tell,
    struct mlm_error *error)
{
    struct mlm_estimate_request *request = &said->request;
    struct laptop_search search = {.beside = beside, .ram_bytes = (double)said->laptop_bytes, .error = error};
    const bool one_format = said->texts[MLM_KNOB_OF_weights] != NULL;
    char text[300], size[MLM_SIZE_TEXT];
    size_t tried;
    if (request->model != MLM_MODEL_LLM)
        return mlm_error_set(error, -EINVAL, "--largest searches language models; it needs --model llm");
    if (!request->context)
        request->context = 4096;
    const bool found = mlm_llm_largest(request, one_format, fits_laptop, &search, &tried);
    if (search.result < 0)
        return search.result;
    laptop_text(said->laptop_bytes, size);
    if (!found && !tried)
        return mlm_error_set(error, -EINVAL,
            "no shape of the table was trained for a --context of %llu; give less",
            (unsigned long long)request->context);
    if (!found)
        return mlm_error_set(error, -EINVAL,
            "none of %zu shapes fits on a laptop with %s at this --context; give a shorter one, a larger --laptop, "
            "--kv q8_0, or less beside it (--tabs none)",
            tried, size);
    snprintf(text, sizeof text,
        "The largest of %zu published shapes that fits on a laptop with %s, beside what is open there: %s in %s.",
        tried, size, mlm_llm_shape(request)->name, mlm_estimate_word("weights", request->weights));
    if (tell)
        mlm_wrap(text, 0, 0);
    return 0;
}

static int json_print(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    const struct mlm_estimate_measured *measured, struct mlm_error *error)
{
    json_t *json = mlm_estimate_json(estimate, beside, measured);
    int r = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -1;
    json_decref(json);
    putchar('\n');
    return r < 0 && !ferror(stdout) ? mlm_error_errno(error, -ENOMEM, "estimate") : 0;
}

/* Asks for the version that is installed, unless one is given. The request is complete afterwards. */
static int library_resolve(struct estimate_options *said, struct mlm_error *error)
{
    struct mlm_estimate_request *request = &said->request;
    if (said->measure && said->check)
        return mlm_error_set(
            error, -EINVAL, "--check runs our own workload, and --measure the library; give one");
    if (said->measure && request->library)
        return mlm_error_set(error, -EINVAL,
            "--measure runs the installed library; leave out --library, or give another --python");
    int r = mlm_estimate_request_complete(request, error);
    if (r < 0 || (request->library && !said->python))
        return r;
    if (request->library)
        return mlm_error_set(error, -EINVAL, "--python and --library both name a version; give one of them");
    r = mlm_estimate_python_ask(said->python, request->runtime, &said->installed, error);
    if (r < 0)
        return r;
    if (said->installed.number[0])
        request->library = said->installed.number;
    else if (said->measure)
        return mlm_error_set(error, -ENOTSUP, "--measure runs a library of Python: %s is not installed%s%s",
            mlm_libraries[request->runtime].name, said->installed.path[0] ? " in " : "",
            said->installed.path);
    return 0;
}

static void options_release(struct estimate_options *said)
{
    mlm_csv_release(&said->csv);
}

static int estimate_verb(int argc, char **argv, struct mlm_error *error)
{
    mlm_cleanup(options_release) struct estimate_options said = {.format = 0};
    struct mlm_estimate_request *request = &said.request;
    struct mlm_estimate estimate;
    struct mlm_estimate_beside beside;
    struct mlm_estimate_measured measured;
    struct mlm_parsed parsed;
    mlm_knobs_init(request);
    int r = mlm_options_parse(&mlm_verb_estimate, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    bool json = said.format == 1;
    r = beside_resolve(&said, &parsed, &beside, error);
    if (r == 0)
        r = request_resolve(&said, error);
    if (r == 0 && said.largest)
        r = largest_resolve(&said, &beside, !json, error);
    struct mlm_estimate_own own = {.ask = mlm_own_ask};
    if (r == 0)
        r = library_resolve(&said, error);
    if (r == 0)
        r = own_open(request, &own, error);
    if (r == 0)
        r = mlm_estimate_make(request, &estimate, error);
    if (r == 0 && said.check)
        r = mlm_estimate_check(&estimate.request, argc, argv, &measured, error);
    const struct mlm_estimate_measure how = {
        .program = argv[-1], .python = said.installed.path, .json = json};
    if (r == 0 && json && said.measure)
        r = mlm_estimate_measure(&estimate, &how, error);
    else if (r == 0 && json)
        r = json_print(&estimate, &beside, said.check ? &measured : NULL, error);
    else if (r == 0)
        mlm_estimate_print(&estimate, &beside, said.sources, said.check ? &measured : NULL);
    if (r == 0 && said.measure && !json)
        r = mlm_estimate_measure(&estimate, &how, error);
    mlm_catalogue_close(own.context);
    return r;
}

static const char *const *words_of(const char *option)
{
    for (size_t i = 0; i < MLM_KNOB_TOTAL; i++)
        if (mlm_knobs[i].option && strcmp(mlm_knobs[i].option, option) == 0)
            return mlm_knobs[i].words;
    return NULL;
}

/* A published size; a dash where none is known. */
static const char *published(double bytes, char text[static MLM_SIZE_TEXT])
{
    snprintf(text, MLM_SIZE_TEXT, bytes > 0 ? "%.2f GB" : "-", bytes / 1e9);
    return text;
}

static void shapes_print(void)
{
    char bf16[MLM_SIZE_TEXT], q8_0[MLM_SIZE_TEXT];
    printf("Shapes of published models, and the sizes of their files:\n");
    printf("  %-16s %10s %10s %10s  %s\n", "name", "parameters", "bf16", "q8_0", "huggingface.co/");
    for (size_t i = MLM_SHAPE_OWN + 1; i < MLM_SHAPE_TOTAL; i++)
        printf("  %-16s %8.2f G %10s %10s  %s\n", mlm_shapes[i].name, (double)mlm_shapes[i].parameters / 1e9,
            published((double)mlm_shapes[i].bf16_bytes, bf16),
            published(mlm_shapes[i].q8_0_megabytes * 1e6, q8_0), mlm_shapes[i].publisher);
}

const struct mlm_verb mlm_verb_estimate = {
    .name = "estimate",
    .summary = "estimate how much memory a job will need, and what would save some",
    .details =
        "estimate computes, step by step, what a machine-learning job holds in memory at its peak: the data, "
        "copies that libraries make of it, the model, activations, and the programs themselves. It shows "
        "each part with its formula, the memory caps and the laptops of 2 to 64 GB that the job fits in, and the "
        "options that would save the most.\n\n"
        "The formulas follow the source code of the libraries in Debian 12 and 13; those of our workloads are in "
        "the suites. Other coefficients were measured for these versions, such as the holes that PyTorch's "
        "tensors leave in glibc's heap. tests/bench/README.md says how far estimates were from measurements. "
        "If your library has another version, the answer says so, because it may need more or less: use "
        "--measure. It runs the job itself at a few small sizes, with the library that is installed, and predicts "
        "the full size from them, as `predict` does.\n\n"
        "For a language model that answers (--shape, --gguf, or --layers and the numbers after it) there are two figures: what the "
        "program needs, and what has to be resident for it to run at speed. Weights that are mapped count only in the "
        "second: with less memory the model still runs, but it reads its file again for each word.",
    .exits = exits,
    .example = "mlmembench estimate --rows 1M --columns 100",
    .options = options,
    .words = words_of,
    .print_more = shapes_print,
    .run = estimate_verb,
};
