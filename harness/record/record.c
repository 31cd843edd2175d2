/* Initializes, copies and releases records, and makes the keys by which records are compared. */
#include "record/record.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/laptop.h"
#include "base/utf8.h"
#include "record/software.h"

enum mlm_metric mlm_time_metric(enum mlm_time_kind kind)
{
    return kind == MLM_TIME_OWN ? MLM_own_ns : MLM_run_ns;
}

const char *mlm_time_kind_name(enum mlm_time_kind kind)
{
    return kind == MLM_TIME_OWN ? "own" : "wall";
}

const char *mlm_outcome_name(enum mlm_outcome outcome)
{
    static const char *const names[MLM_OUTCOME_COUNT] = {
        [MLM_OUTCOME_OK] = "ok",
        [MLM_OUTCOME_OOM] = "oom",
        [MLM_OUTCOME_TIMEOUT] = "timeout",
        [MLM_OUTCOME_KILLED] = "killed",
        [MLM_OUTCOME_CRASH] = "crash",
        [MLM_OUTCOME_WRONG] = "wrong",
        [MLM_OUTCOME_REFUSED] = "refused",
        [MLM_OUTCOME_SKIPPED] = "skipped",
    };
    return names[outcome];
}

bool mlm_outcome_ran(enum mlm_outcome outcome)
{
    return outcome != MLM_OUTCOME_REFUSED && outcome != MLM_OUTCOME_SKIPPED;
}

int mlm_params_add(struct mlm_params *params, const char *name, const char *value)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return -EEXIST;
    mlm_auto_free char *own_name = strdup(name);
    mlm_auto_free char *own_value = strdup(value);
    struct mlm_param_value *items = reallocarray(params->items, params->count + 1, sizeof *items);
    if (items)
        params->items = items;
    if (!items || !own_name || !own_value)
        return -ENOMEM;
    items[params->count++] =
        (struct mlm_param_value){.name = mlm_take_ptr(own_name), .value = mlm_take_ptr(own_value)};
    return 0;
}

void mlm_params_drop(struct mlm_params *params)
{
    params->count--;
    free(params->items[params->count].name);
    free(params->items[params->count].value);
}

int mlm_params_copy(const struct mlm_params *params, struct mlm_params *ret_copy)
{
    mlm_cleanup(mlm_params_release) struct mlm_params copy = {0};
    for (size_t i = 0; i < params->count; i++) {
        int r = mlm_params_add(&copy, params->items[i].name, params->items[i].value);
        if (r < 0)
            return r;
    }
    *ret_copy = copy;
    copy = (struct mlm_params){0};
    return 0;
}

void mlm_params_release(struct mlm_params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->items[i].name);
        free(params->items[i].value);
    }
    free(params->items);
    *params = (struct mlm_params){0};
}

char *mlm_params_text(const struct mlm_params *params)
{
    size_t size = 1;
    for (size_t i = 0; i < params->count; i++)
        size += strlen(params->items[i].name) + strlen(params->items[i].value) + 2;
    char *text = malloc(size);
    if (!text)
        return NULL;
    char *end = text;
    *end = 0;
    for (size_t i = 0; i < params->count; i++) {
        if (i)
            *end++ = ' ';
        end = stpcpy(end, params->items[i].name);
        *end++ = '=';
        end = stpcpy(end, params->items[i].value);
    }
    return text;
}

void mlm_record_init(struct mlm_record *record)
{
    *record = (struct mlm_record){
        .limits = MLM_UNLIMITED,
        .cap_binds = true,
        .threads = 1,
        .progress = NAN,
    };
    mlm_readings_init(&record->readings);
}

void mlm_record_release(struct mlm_record *record)
{
    char *const texts[] = {record->run_id, record->time, record->suite, record->workload, record->equal_work,
        record->rate_of, record->dataset, record->reason, record->phase};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    mlm_params_release(&record->params);
    json_decref(record->machine);
    json_decref(record->command);
    json_decref(record->processes);
    json_decref(record->peak_processes);
    json_decref(record->left_tmpfs);
    json_decref(record->data_files);
    json_decref(record->limits_above);
    mlm_record_init(record);
}

/* A key under construction. Every record needs several, and printf() would be noticeably slow. */
struct key {
    char *text; /* NULL when out of memory */
    size_t size, capacity;
};

static void key_begin(struct key *key)
{
    *key = (struct key){.capacity = 256};
    key->text = malloc(key->capacity);
}

static void key_byte(struct key *key, char byte)
{
    if (key->size == key->capacity && key->text) {
        char *larger = realloc(key->text, key->capacity *= 2);
        if (!larger)
            free(key->text);
        key->text = larger;
    }
    if (key->text)
        key->text[key->size++] = byte;
}

/* Escapes the text, so that different specifications have different keys. */
static void key_text(struct key *key, char tag, const char *text)
{
    if (!text)
        return;
    key_byte(key, '\n');
    key_byte(key, tag);
    for (; *text; text++) {
        if (*text == '\n' || *text == '=' || *text == '\\')
            key_byte(key, '\\');
        key_byte(key, *text);
    }
}

static void key_number(struct key *key, char tag, uint64_t number)
{
    char text[21], *at = text + sizeof text - 1;
    *at = 0;
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    key_text(key, tag, at);
}

static void key_params(struct key *key, const struct mlm_params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        key_text(key, 'p', params->items[i].name);
        key_text(key, '=', params->items[i].value);
    }
}

/* Repairs UTF-8 in the key, because texts read from a store are repaired too: a planned trial must match its
 * record. */
static char *key_finish(struct key *key)
{
    key_byte(key, 0);
    if (key->text)
        mlm_utf8_repair(key->text);
    return key->text;
}

const char *mlm_record_swap_kinds(const struct mlm_record *record, char text[static MLM_SWAP_KINDS_TEXT])
{
    size_t i, length = 0;
    const json_t *device;
    text[0] = 0;
    if (record->limits.swap_limit_bytes == 0)
        return text;
    json_array_foreach(json_object_get(record->machine, "swap"), i, device)
    {
        const char *kind = json_string_value(json_object_get(device, "kind"));
        if (length < MLM_SWAP_KINDS_TEXT)
            length += (size_t)snprintf(
                text + length, MLM_SWAP_KINDS_TEXT - length, "%s%s", length ? "+" : "", kind ? kind : "swap");
    }
    mlm_utf8_tame(text);
    return text;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

/* A machine may have had swap in one run and none in another. */
static int compare_swap(const struct mlm_record *a, const struct mlm_record *b)
{
    char x[MLM_SWAP_KINDS_TEXT], y[MLM_SWAP_KINDS_TEXT];
    int r = compare_numbers(a->limits.swap_limit_bytes, b->limits.swap_limit_bytes);
    if (r || a->machine == b->machine)
        return r;
    return strcmp(mlm_record_swap_kinds(a, x), mlm_record_swap_kinds(b, y));
}

bool mlm_record_same_swap(const struct mlm_record *a, const struct mlm_record *b)
{
    return compare_swap(a, b) == 0;
}

/* The laptop that is part of a specification. Of the machine itself, neither the RAM that its kernel leaves
 * nor what is available on one day matters. */
static uint64_t laptop_of(const struct mlm_limits *limits)
{
    return limits->laptop_own ? 1 : limits->laptop_bytes;
}

int mlm_record_compare_surroundings(const struct mlm_record *a, const struct mlm_record *b)
{
    int r = compare_numbers(a->limits.background_bytes, b->limits.background_bytes);
    r = r ? r : compare_texts(mlm_background_mode(&a->limits), mlm_background_mode(&b->limits));
    r = r ? r : compare_numbers(laptop_of(&a->limits), laptop_of(&b->limits));
    r = r ? r : compare_numbers(a->limits.processors, b->limits.processors);
    r = r ? r : compare_numbers(a->limits.private_tmp, b->limits.private_tmp);
    r = r ? r : compare_numbers(a->limits.background_reclaim, b->limits.background_reclaim);
    r = r ? r : compare_numbers(a->limits.inherited_cage, b->limits.inherited_cage);
    r = r ? r : mlm_record_compare_software(a, b);
    return r ? r : compare_swap(a, b);
}

bool mlm_record_same_field(const struct mlm_record *a, const struct mlm_record *b)
{
    return a->data_bytes == b->data_bytes && compare_texts(a->dataset, b->dataset) == 0 &&
           a->seed == b->seed && mlm_record_compare_surroundings(a, b) == 0 &&
           a->limits.timeout_ns == b->limits.timeout_ns;
}

bool mlm_is_laptop_cap(const struct mlm_limits *limits)
{
    return limits->laptop_own
               ? limits->cap_bytes != MLM_NO_LIMIT
               : limits->laptop_bytes && limits->cap_bytes == mlm_laptop_cap_bytes(limits->laptop_bytes);
}

/* Of a laptop, only that it is one, and whether it is the machine itself. A desktop that is not the usual one
 * remains, unless `any_desktop`. */
static void laptop_forget(struct mlm_limits *limits, bool any_desktop)
{
    const struct mlm_desktop usual = {.kind = MLM_DESKTOP_USUAL};
    if (!mlm_is_laptop_cap(limits))
        return;
    if (any_desktop || limits->laptop_own ||
        limits->background_bytes == mlm_desktop_bytes(&usual, (double)limits->laptop_bytes)) {
        limits->background_bytes = 1;
        limits->background_active = true;
    }
    limits->laptop_bytes = 1;
}

bool mlm_record_same_ladder(const struct mlm_record *a, const struct mlm_record *b)
{
    struct mlm_record x = *a, y = *b;
    laptop_forget(&x.limits, false);
    laptop_forget(&y.limits, false);
    return x.limits.laptop_own == y.limits.laptop_own && mlm_record_same_field(&x, &y);
}

/* The limits that are a part of every key. */
static void key_surroundings(struct key *key, const struct mlm_limits *limits)
{
    key_number(key, 'b', limits->background_bytes);
    key_text(key, 'a', mlm_background_mode(limits));
    key_number(key, 'v', laptop_of(limits));
    key_number(key, 'n', limits->processors);
    key_number(key, 'h', limits->private_tmp);
    key_number(key, 'r', limits->background_reclaim);
    key_number(key, 'i', limits->inherited_cage);
}

/* Records of scripts alone have versions. */
static void key_software(struct key *key, const struct mlm_record *record)
{
    const json_t *software = mlm_record_software(record);
    mlm_auto_free char *text = software ? json_dumps(software, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
    key_text(key, 'y', text);
}

/* The optional parts of a key. */
enum {
    KEY_MACHINE = 1,
    KEY_DATA = 2,
    KEY_SEED = 4,
    KEY_CAP = 8,
    KEY_SWAP_LIMIT = 16,
    KEY_TIME_LIMIT = 32,
    KEY_SWAP_KINDS = 64,
    KEY_ANY_LAPTOP = 128, /* of a trial with --laptop, RAM and background do not matter; its cap follows from
                             them, and is left out */
    KEY_LADDER = 256, /* of a trial with --laptop, RAM does not matter, nor the desktop where it is the usual
                         one */
    KEY_SOFTWARE = 512,
    KEY_PLACE = KEY_MACHINE | KEY_SWAP_KINDS | KEY_SOFTWARE,
};

static char *specification_key(const struct mlm_record *record, unsigned parts)
{
    struct key key;
    char kinds[MLM_SWAP_KINDS_TEXT];
    key_begin(&key);
    if (parts & KEY_MACHINE)
        key_text(&key, 'm', json_string_value(json_object_get(record->machine, "id")));
    key_text(&key, 'u', record->suite);
    key_text(&key, 'w', record->workload);
    key_params(&key, &record->params);
    if (parts & KEY_DATA)
        key_number(&key, 'd', record->data_bytes);
    key_text(&key, 'f', record->dataset);
    if (parts & KEY_SEED)
        key_number(&key, 's', record->seed);
    key_number(&key, 't', record->threads);
    struct mlm_limits limits = record->limits;
    if (parts & KEY_LADDER)
        laptop_forget(&limits, false);
    if (parts & KEY_ANY_LAPTOP && mlm_is_laptop_cap(&limits)) {
        laptop_forget(&limits, true);
        limits.laptop_own = false;
        parts &= ~(unsigned)KEY_CAP;
    }
    key_number(&key, 'o', limits.laptop_own);
    key_surroundings(&key, &limits);
    if (parts & KEY_CAP)
        key_number(&key, 'c', limits.laptop_own && mlm_is_laptop_cap(&limits) ? 1 : limits.cap_bytes);
    if (parts & KEY_SWAP_LIMIT)
        key_number(&key, 'x', record->limits.swap_limit_bytes);
    if (parts & KEY_SWAP_KINDS)
        key_text(&key, 'k', mlm_record_swap_kinds(record, kinds));
    if (parts & KEY_TIME_LIMIT)
        key_number(&key, 'l', record->limits.timeout_ns);
    if (parts & KEY_SOFTWARE)
        key_software(&key, record);
    return key_finish(&key);
}

char *mlm_record_row_key(const struct mlm_record *record)
{
    return specification_key(
        record, KEY_PLACE | KEY_DATA | KEY_SEED | KEY_CAP | KEY_SWAP_LIMIT | KEY_TIME_LIMIT);
}

char *mlm_record_sweep_key(const struct mlm_record *record)
{
    return specification_key(
        record, KEY_PLACE | KEY_DATA | KEY_SEED | KEY_SWAP_LIMIT | KEY_TIME_LIMIT | KEY_LADDER);
}

char *mlm_record_uncapped_key(const struct mlm_record *record)
{
    return specification_key(record, KEY_PLACE | KEY_DATA | KEY_SEED);
}

char *mlm_record_work_key(const struct mlm_record *record, enum mlm_likeness likeness, unsigned where)
{
    static const unsigned parts[] = {
        [MLM_LIKE_AGAIN] = KEY_DATA | KEY_CAP | KEY_SWAP_LIMIT | KEY_SWAP_KINDS | KEY_SEED | KEY_TIME_LIMIT,
        [MLM_LIKE_WORK] = KEY_DATA | KEY_CAP | KEY_SWAP_LIMIT,
        [MLM_LIKE_LAPTOP] = KEY_DATA | KEY_CAP | KEY_SWAP_LIMIT | KEY_ANY_LAPTOP,
        [MLM_LIKE_BUT_DATA] = KEY_CAP | KEY_SWAP_LIMIT,
    };
    unsigned place =
        (where & MLM_SAME_MACHINE ? KEY_MACHINE : 0u) | (where & MLM_SAME_SWAP ? KEY_SWAP_KINDS : 0u);
    return specification_key(record, parts[likeness] | place);
}

char *mlm_record_field_key(const struct mlm_record *record)
{
    struct key key;
    char kinds[MLM_SWAP_KINDS_TEXT];
    key_begin(&key);
    key_text(&key, 'm', json_string_value(json_object_get(record->machine, "id")));
    key_number(&key, 'd', record->data_bytes);
    key_text(&key, 'f', record->dataset);
    key_number(&key, 's', record->seed);
    struct mlm_limits limits = record->limits;
    laptop_forget(&limits, false);
    key_number(&key, 'o', limits.laptop_own);
    key_surroundings(&key, &limits);
    key_number(&key, 'x', record->limits.swap_limit_bytes);
    key_text(&key, 'k', mlm_record_swap_kinds(record, kinds));
    key_number(&key, 'l', record->limits.timeout_ns);
    key_software(&key, record);
    return key_finish(&key);
}

char *mlm_record_variant_key(const struct mlm_record *record)
{
    struct key key;
    key_begin(&key);
    key_text(&key, 'u', record->suite);
    key_text(&key, 'w', record->workload);
    key_params(&key, &record->params);
    return key_finish(&key);
}
