/* Writes the lines above tables: machine, cap, data and conditions. */
#include "report/table/heading.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "record/fact.h"
#include "record/software.h"

static void put_text(FILE *out, const json_t *machine, const char *key)
{
    const char *text = json_string_value(json_object_get(machine, key));
    if (text && *text)
        fprintf(out, ", %s", text);
}

static void put_swap(FILE *out, const json_t *swap)
{
    if (json_is_array(swap) && !json_array_size(swap))
        fputs(", no swap", out);
    size_t i;
    const json_t *device;
    json_array_foreach(swap, i, device)
    {
        char size[MLM_SIZE_TEXT];
        const char *kind = json_string_value(json_object_get(device, "kind"));
        double bytes = json_number_value(json_object_get(device, "size_bytes"));
        fprintf(out, ", %s of swap (%s)", mlm_size_show(bytes, size), kind ? kind : "of unknown kind");
    }
}

char *mlm_machine_line(const struct mlm_record *record)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    char size_text[MLM_SIZE_TEXT];
    if (!out)
        return NULL;
    const json_t *machine = record->machine;
    json_int_t cores = json_integer_value(json_object_get(machine, "cores"));
    double memory_bytes = json_number_value(json_object_get(machine, "memory_bytes"));
    fputs(mlm_machine_name(machine), out);
    put_text(out, machine, "cpu");
    if (cores > 0)
        fprintf(out, ", %" JSON_INTEGER_FORMAT " core%s", cores, cores == 1 ? "" : "s");
    if (memory_bytes > 0)
        fprintf(out, ", %s of memory", mlm_size_show(memory_bytes, size_text));
    put_swap(out, json_object_get(machine, "swap"));
    put_text(out, machine, "kernel");
    put_text(out, machine, "distribution");
    return mlm_text_end_tame(&text);
}

void mlm_limits_write(FILE *out, const struct mlm_record *record)
{
    char text[MLM_SIZE_TEXT];
    if (record->limits.swap_limit_bytes == 0)
        fputs(", without swap", out);
    else if (record->limits.swap_limit_bytes != MLM_NO_LIMIT)
        fprintf(out, ", at most %s of swap", mlm_size_spell(record->limits.swap_limit_bytes, text));
    if (record->limits.background_bytes)
        fprintf(out, ", %s background of %s", mlm_background_mode(&record->limits),
            mlm_size_spell(record->limits.background_bytes, text));
    if (record->limits.laptop_own)
        fprintf(
            out, ", the laptop itself, with %s", mlm_size_show((double)record->limits.laptop_bytes, text));
    else if (record->limits.laptop_bytes)
        fprintf(out, ", shown as a laptop of %s", mlm_size_spell(record->limits.laptop_bytes, text));
    if (record->limits.processors)
        fprintf(out, ", %" PRIu64 " processor%s", record->limits.processors,
            record->limits.processors == 1 ? "" : "s");
    if (record->limits.private_tmp)
        fputs(", private /tmp", out);
    if (record->limits.background_reclaim)
        fputs(", background reclaim", out);
    if (record->limits.inherited_cage)
        fputs(", inherited cage", out);
}

void mlm_ladder_limits_write(FILE *out, const struct mlm_record *record)
{
    struct mlm_record any = *record;
    if (mlm_is_laptop_cap(&record->limits) && !record->limits.laptop_own) {
        any.limits.laptop_bytes = any.limits.background_bytes = 0;
        fputs(", on laptops", out);
    }
    mlm_limits_write(out, &any);
}

static void put_data(FILE *out, const struct mlm_record *record)
{
    char text[MLM_SIZE_TEXT];
    if (record->dataset)
        fprintf(out, ", dataset %s of %s", record->dataset, mlm_size_show((double)record->data_bytes, text));
    else if (record->data_bytes)
        fprintf(out, ", data %s", mlm_size_show((double)record->data_bytes, text));
}

typedef void limits_write(FILE *out, const struct mlm_record *record);

static void put_surroundings(
    FILE *out, const struct mlm_table *table, const struct mlm_section *section, limits_write *write)
{
    char text[MLM_SIZE_TEXT];
    const struct mlm_record *record = section->rows[0]->first;
    put_data(out, record);
    write(out, record);
    if (table->swaps_differ && record->limits.swap_limit_bytes != 0) {
        char kinds[MLM_SWAP_KINDS_TEXT];
        (void)mlm_record_swap_kinds(record, kinds);
        fprintf(out, ", %s%s", kinds[0] ? "swap: " : "no swap", kinds);
    }
    if (table->software_differs)
        mlm_software_write(out, record, table->software_common, ", ", " ");
    if (table->time_limits_differ)
        fprintf(out, ", time limit %s", mlm_duration_show((double)record->limits.timeout_ns, text));
    if (table->seeds_differ)
        fprintf(out, ", seed %" PRIu64, record->seed);
    if (*section->common)
        fprintf(out, ", %s", section->common);
}

char *mlm_sweep_line(const struct mlm_record *record)
{
    struct mlm_text text;
    mlm_auto_free char *params = mlm_params_show(&record->params, record->threads);
    FILE *out = params ? mlm_text_begin(&text) : NULL;
    if (!out)
        return NULL;
    fprintf(out, "%s%s%s", record->workload, *params ? " " : "", params);
    put_data(out, record);
    mlm_limits_write(out, record);
    return mlm_text_end_tame(&text);
}

char *mlm_section_line(const struct mlm_table *table, const struct mlm_section *section)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    char size_text[MLM_SIZE_TEXT];
    if (!out)
        return NULL;
    const struct mlm_record *record = section->rows[0]->first;
    fprintf(out, "%s, cap %s", record->suite, mlm_size_spell(record->limits.cap_bytes, size_text));
    put_surroundings(out, table, section, mlm_limits_write);
    return mlm_text_end_tame(&text);
}

static char *surroundings_line(
    const struct mlm_table *table, const struct mlm_section *section, limits_write *write)
{
    struct mlm_text text;
    if (!mlm_text_begin(&text))
        return NULL;
    put_surroundings(text.out, table, section, write);
    char *line = mlm_text_end_tame(&text);
    size_t separator = line ? strspn(line, ", ") : 0;
    if (line)
        memmove(line, line + separator, strlen(line + separator) + 1);
    return line;
}

char *mlm_surroundings_line(const struct mlm_table *table, const struct mlm_section *section)
{
    return surroundings_line(table, section, mlm_limits_write);
}

char *mlm_ladder_line(const struct mlm_table *table, const struct mlm_section *section)
{
    return surroundings_line(table, section, mlm_ladder_limits_write);
}
