/* Writes the facts that the other files find into one JSON object, and derives an id that tells machines
 * apart. */
#include "machine/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/page.h"
#include "machine/memory.h"
#include "machine/platform.h"
#include "machine/settings.h"
#include "machine/swap.h"
#include "machine/topology.h"
#include "version.h"

enum { SWAPS = 32 };

struct mlm_machine {
    struct mlm_topology topology;
    json_t *json;
};

/* The facts, before they are written as JSON. */
struct facts {
    struct mlm_platform platform;
    struct mlm_settings settings;
    struct mlm_memory_now memory; /* all zero: unknown */
    struct mlm_swap swaps[SWAPS];
    int swap_count; /* below 0: unknown */
};

/* Jansson accepts UTF-8 only; a host name may hold any bytes. */
static json_t *escaped_json(const char *text)
{
    char escaped[4096];
    size_t length = 0;
    for (; *text && length + sizeof "\\xff" <= sizeof escaped; text++)
        length += (size_t)snprintf(escaped + length, sizeof escaped - length,
            (unsigned char)*text < 0x80 ? "%c" : "\\x%02x", (unsigned char)*text);
    return json_stringn(escaped, length);
}

static json_t *text_json(const char *text)
{
    if (!text[0])
        return json_null();
    json_t *json = json_string(text);
    return json ? json : escaped_json(text);
}

static json_t *bytes_json(uint64_t bytes)
{
    return bytes ? json_integer((json_int_t)bytes) : json_null();
}

static json_t *number_json(int number)
{
    return number >= 0 ? json_integer(number) : json_null();
}

static json_t *known_json(enum mlm_known known)
{
    return known == MLM_UNKNOWN ? json_null() : json_boolean(known == MLM_YES);
}

static json_t *swaps_json(const struct facts *facts)
{
    if (facts->swap_count < 0)
        return json_null();
    json_auto_t *list = json_array();
    for (int i = 0; i < facts->swap_count && i < SWAPS; i++) {
        const struct mlm_swap *swap = &facts->swaps[i];
        if (json_array_append_new(list, json_pack("{s:o, s:s, s:I, s:i}", "path", text_json(swap->path),
                                            "kind", mlm_swap_kind_name(swap->kind), "size_bytes",
                                            (json_int_t)swap->size_bytes, "priority", swap->priority)) < 0)
            return NULL;
    }
    return mlm_take_ptr(list);
}

static json_t *caches_json(const struct mlm_topology *topology)
{
    json_auto_t *list = json_array();
    for (size_t i = 0; i < topology->cache_count; i++) {
        const struct mlm_cache *cache = &topology->caches[i];
        if (json_array_append_new(list, json_pack("{s:i, s:I, s:i}", "level", (int)cache->level, "size_bytes",
                                            (json_int_t)cache->size_bytes, "count", (int)cache->count)) < 0)
            return NULL;
    }
    return mlm_take_ptr(list);
}

/* FNV-1a, 64 bits, over a text with its terminating NUL; see http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    } while (*text++);
    return hash;
}

/* Memory is rounded to a quarter of a gigabyte: a kernel update changes MemTotal by some megabytes, and the
 * id must stay the same. */
static json_t *id_json(const struct facts *facts)
{
    char text[32];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    snprintf(text, sizeof text, "%" PRIu64, (facts->memory.total_bytes + (1u << 27)) >> 28);
    hash = hash_text(hash, facts->platform.host);
    hash = hash_text(hash, facts->platform.cpu);
    hash = hash_text(hash, text);
    hash = hash_text(hash, facts->platform.machine_id);
    /* FNV mixes the upper bits least, so fold them into the lower ones. */
    hash ^= hash >> 32;
    snprintf(text, sizeof text, "%012" PRIx64, hash & UINT64_C(0xffffffffffff));
    return json_string(text);
}

static json_t *identity_json(const struct facts *facts, const struct mlm_topology *topology)
{
    const struct mlm_platform *platform = &facts->platform;
    const struct mlm_settings *settings = &facts->settings;
    const struct {
        const char *key;
        json_t *value;
    } members[] = {
        {"id", id_json(facts)},
        {"host", text_json(platform->host)},
        {"kernel", text_json(settings->kernel)},
        {"architecture", text_json(platform->architecture)},
        {"distribution", text_json(platform->distribution)},
        {"cpu", text_json(platform->cpu)},
        {"cores", json_integer(topology->cores)},
        {"threads", json_integer(topology->threads)},
        {"usable_cores", json_integer((json_int_t)topology->worker_count)},
        {"caches", caches_json(topology)},
        {"numa_nodes", json_integer(topology->numa_nodes)},
        {"memory_bytes", bytes_json(facts->memory.total_bytes)},
        {"page_bytes", bytes_json(mlm_page_bytes())},
        {"swap", swaps_json(facts)},
        {"swappiness", number_json(settings->swappiness)},
        {"overcommit_memory", number_json(settings->overcommit_memory)},
        {"zswap", known_json(settings->zswap)},
        {"psi", known_json(settings->psi)},
        {"delay_accounting", known_json(settings->delays)},
        {"thp", text_json(settings->thp)},
        {"worker_thp", json_string("disabled")},
        {"governor", text_json(settings->governor)},
        {"scaling_driver", text_json(settings->scaling_driver)},
        {"boost", known_json(settings->boost)},
        {"on_battery", known_json(settings->on_battery)},
        {"virtualization", text_json(platform->virtualization)},
        {"container", text_json(platform->container)},
        {"compiler", text_json(MLM_COMPILER)},
        {"flags", text_json(MLM_FLAGS)},
        {"version", text_json(MLM_VERSION)},
        {"commit", text_json(MLM_COMMIT)},
    };
    json_auto_t *object = json_object();
    bool complete = true;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_object_set_new(object, members[i].key, members[i].value) < 0)
            complete = false;
    return complete ? mlm_take_ptr(object) : NULL;
}

static struct facts facts_read(int root_fd)
{
    struct facts facts;
    mlm_platform_read(root_fd, &facts.platform);
    mlm_settings_read(root_fd, &facts.settings);
    if (mlm_memory_now(root_fd, &facts.memory, NULL) < 0)
        facts.memory = (struct mlm_memory_now){0};
    facts.swap_count = mlm_swaps_read(root_fd, facts.swaps, SWAPS, NULL);
    return facts;
}

int mlm_machine_open_at(
    int root_fd, const char *topology, struct mlm_machine **ret_machine, struct mlm_error *error)
{
    struct mlm_machine machine = {0};
    int r = mlm_topology_read(topology, &machine.topology, error);
    if (r < 0)
        return r;
    struct facts facts = facts_read(root_fd);
    machine.json = identity_json(&facts, &machine.topology);
    struct mlm_machine *result = malloc(sizeof *result);
    if (!machine.json || !result) {
        free(result);
        json_decref(machine.json);
        mlm_topology_release(&machine.topology);
        return mlm_error_errno(error, -ENOMEM, "looking at the machine");
    }
    *result = machine;
    *ret_machine = result;
    return 0;
}

int mlm_machine_open(struct mlm_machine **ret_machine, struct mlm_error *error)
{
    return mlm_machine_open_at(AT_FDCWD, NULL, ret_machine, error);
}

void mlm_machine_close(struct mlm_machine *machine)
{
    if (!machine)
        return;
    mlm_topology_release(&machine->topology);
    json_decref(machine->json);
    free(machine);
}

json_t *mlm_machine_json(const struct mlm_machine *machine)
{
    return machine->json;
}

uint64_t mlm_machine_cores(const struct mlm_machine *machine)
{
    return machine->topology.worker_count;
}

int mlm_machine_affinity(
    const struct mlm_machine *machine, uint64_t threads, cpu_set_t *ret_set, struct mlm_error *error)
{
    const struct mlm_topology *topology = &machine->topology;
    if (threads == 0)
        return mlm_error_set(error, -EINVAL, "a worker needs at least one thread");
    if (threads > topology->worker_count) {
        *ret_set = topology->usable;
        return 0;
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    for (uint64_t i = 0; i < threads; i++)
        CPU_SET((size_t)topology->workers[i], &set);
    *ret_set = set;
    return 0;
}

void mlm_machine_harness_affinity(const struct mlm_machine *machine, cpu_set_t *ret_set)
{
    *ret_set = machine->topology.harness;
}
