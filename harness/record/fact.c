/* The table of facts, and the text of their values for people. Records may come from any source, so a value
 * may have any type and any length. */
#include "record/fact.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"

#define VALUE_LONGEST 200

/* clang-format off */
const struct mlm_fact_info mlm_facts[] = {
    /* key                label                       kind              exported paces  meaning */
    {"id",                "identity",                 MLM_FACT_PLAIN,   true,  true,  "the same from run to run"},
    {"host",              "host",                     MLM_FACT_PLAIN,   true,  false, NULL},
    {"cpu",               "processor",                MLM_FACT_PLAIN,   true,  true,  NULL},
    {"cores",             "cores",                    MLM_FACT_PLAIN,   true,  true,  NULL},
    {"threads",           "hardware threads",         MLM_FACT_PLAIN,   false, true,  NULL},
    {"usable_cores",      "cores that a trial may use", MLM_FACT_PLAIN, false, true,  NULL},
    {"caches",            "caches",                   MLM_FACT_CACHES,  false, true,  "data that fits in one is much faster"},
    {"numa_nodes",        "NUMA nodes",               MLM_FACT_PLAIN,   false, true,  NULL},
    {"memory_bytes",      "memory",                   MLM_FACT_BYTES,   true,  false, "a cap above what is available does not bind"},
    {"page_bytes",        "page size",                MLM_FACT_BYTES,   false, false, "pages and faults are counted in it"},
    {"swap",              "swap",                     MLM_FACT_SWAP,    true,  false, "decides whether a job that does not fit is slow or killed"},
    {"swappiness",        "swappiness",               MLM_FACT_PLAIN,   true,  false, "how readily the kernel swaps instead of dropping page cache"},
    {"zswap",             "zswap",                    MLM_FACT_PLAIN,   false, false, "keeps swapped pages compressed in memory"},
    {"overcommit_memory", "memory overcommit",        MLM_FACT_PLAIN,   false, false, "with 2, memory is refused instead of a process killed"},
    {"thp",               "transparent huge pages",   MLM_FACT_PLAIN,   true,  false, "the machine's setting"},
    {"worker_thp",        "huge pages in trials",     MLM_FACT_PLAIN,   false, false, "they change times and peaks, so they are the same everywhere"},
    {"psi",               "pressure stall information", MLM_FACT_PLAIN, false, false, "without it, stalls are not known"},
    {"delay_accounting",  "delay accounting",         MLM_FACT_PLAIN,   false, false, "tells memory from storage where pressure files do not"},
    {"governor",          "frequency governor",       MLM_FACT_PLAIN,   true,  true,  "every governor but performance lets the clock vary"},
    {"scaling_driver",    "frequency driver",         MLM_FACT_PLAIN,   false, false, NULL},
    {"boost",             "frequency boost",          MLM_FACT_PLAIN,   false, true,  "short jobs run at a higher clock than long ones"},
    {"on_battery",        "on battery",               MLM_FACT_PLAIN,   false, true,  "laptops run slower on it"},
    {"virtualization",    "virtual machine",          MLM_FACT_OR_NONE, true,  true,  "its host may take processor time and memory away"},
    {"container",         "container",                MLM_FACT_OR_NONE, false, false, "may have limits of its own"},
    {"kernel",            "kernel",                   MLM_FACT_PLAIN,   true,  false, NULL},
    {"architecture",      "architecture",             MLM_FACT_PLAIN,   false, true,  NULL},
    {"distribution",      "system",                   MLM_FACT_PLAIN,   true,  false, NULL},
    {"cgroup_version",    "cgroup version",           MLM_FACT_PLAIN,   true,  false, "decides which peaks the kernel keeps by itself"},
    {"cgroup_hybrid",     "cgroup versions mixed",    MLM_FACT_PLAIN,   false, false, NULL},
    {"software",          "Python and its packages",  MLM_FACT_SOFTWARE, true, false, "of the rows of frameworks; rows of different versions stand apart"},
    {"compiler",          "compiler",                 MLM_FACT_PLAIN,   true,  false, NULL},
    {"flags",             "compiler flags",           MLM_FACT_PLAIN,   true,  false, NULL},
    {"version",           "mlmembench",               MLM_FACT_PLAIN,   true,  false, NULL},
    {"commit",            "commit",                   MLM_FACT_PLAIN,   true,  false, NULL},
    {0},
};
/* clang-format on */

const struct mlm_fact_info *mlm_fact_of(const char *key)
{
    for (const struct mlm_fact_info *fact = mlm_facts; fact->key; fact++)
        if (strcmp(fact->key, key) == 0)
            return fact;
    return NULL;
}

static void put_plain(FILE *out, const json_t *value)
{
    mlm_auto_free char *text = NULL;
    if (json_is_string(value))
        fprintf(out, "%.*s", VALUE_LONGEST, json_string_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "yes" : "no", out);
    else if (!value || json_is_null(value))
        fputs("not known", out);
    else if ((text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY)))
        fprintf(out, "%.*s", VALUE_LONGEST, text);
}

static void put_bytes(FILE *out, const json_t *value)
{
    char text[MLM_SIZE_TEXT];
    if (json_is_number(value))
        fputs(mlm_size_show(json_number_value(value), text), out);
    else
        put_plain(out, value);
}

static void put_swap(FILE *out, const json_t *device)
{
    const char *kind = json_string_value(json_object_get(device, "kind"));
    put_bytes(out, json_object_get(device, "size_bytes"));
    fprintf(out, " (%.*s)", VALUE_LONGEST, kind ? kind : "of unknown kind");
}

static void put_cache(FILE *out, const json_t *cache)
{
    json_int_t count = json_integer_value(json_object_get(cache, "count"));
    fprintf(out, "L%" JSON_INTEGER_FORMAT " ", json_integer_value(json_object_get(cache, "level")));
    if (count > 1)
        fprintf(out, "%" JSON_INTEGER_FORMAT " × ", count);
    put_bytes(out, json_object_get(cache, "size_bytes"));
}

static void put_software(FILE *out, const json_t *software)
{
    const char *name, *separator = "";
    json_t *version;
    if (!json_is_object(software))
        put_plain(out, software);
    json_object_foreach((json_t *)(uintptr_t)software, name, version)
    {
        fprintf(out, "%s%.64s ", separator, name);
        put_plain(out, version);
        separator = ", ";
    }
}

static void put_list(FILE *out, const json_t *value, const char *nothing, const char *separator,
    void (*put)(FILE *out, const json_t *item))
{
    size_t i;
    const json_t *item;
    if (!json_is_array(value) || !json_array_size(value))
        fputs(json_is_array(value) ? nothing : "not known", out);
    json_array_foreach(value, i, item)
    {
        fputs(i ? separator : "", out);
        put(out, item);
    }
}

char *mlm_fact_text(const struct mlm_fact_info *fact, const json_t *value)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return NULL;
    switch (fact ? fact->kind : MLM_FACT_PLAIN) {
    case MLM_FACT_OR_NONE:
        if (json_is_null(value))
            fputs("none", out);
        else
            put_plain(out, value);
        break;
    case MLM_FACT_BYTES:
        put_bytes(out, value);
        break;
    case MLM_FACT_SWAP:
        put_list(out, value, "none", " and ", put_swap);
        break;
    case MLM_FACT_CACHES:
        put_list(out, value, "not known", ", ", put_cache);
        break;
    case MLM_FACT_SOFTWARE:
        put_software(out, value);
        break;
    default:
        put_plain(out, value);
    }
    return mlm_text_end_tame(&text);
}

const char *mlm_machine_name(const json_t *machine)
{
    const char *host = json_string_value(json_object_get(machine, "host"));
    const char *id = json_string_value(json_object_get(machine, "id"));
    return host && *host ? host : id ? id : "?";
}
