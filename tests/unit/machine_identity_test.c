/* Tests the identity of recorded machines and of this one. */
#include "machine_tree.h"

#include <errno.h>
#include <jansson.h>
#include <sched.h>
#include <sys/wait.h>

#include "machine/machine.h"

static struct mlm_machine *recorded(const struct tree *tree, const char *topology)
{
    struct mlm_machine *machine = NULL;
    struct mlm_error error = {0};
    if (mlm_machine_open_at(tree->root_fd, topology, &machine, &error) < 0)
        fail_msg("%s", error.text);
    return machine;
}

static const char *text_of(const struct mlm_machine *machine, const char *key)
{
    const char *text = json_string_value(json_object_get(mlm_machine_json(machine), key));
    return text ? text : "(null)";
}

static json_int_t number_of(const struct mlm_machine *machine, const char *key)
{
    json_t *value = json_object_get(mlm_machine_json(machine), key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void assert_null_key(const struct mlm_machine *machine, const char *key)
{
    if (!json_is_null(json_object_get(mlm_machine_json(machine), key)))
        fail_msg("%s should be null", key);
}

static void a_laptop(void **state)
{
    (void)state;
    struct tree tree = tree_load("laptop");
    struct mlm_machine *machine = recorded(&tree, "numa:1 l3:1(size=6291456) l2:4(size=262144) core:1 pu:2");
    assert_string_equal(text_of(machine, "host"), "thinkpad");
    assert_string_equal(text_of(machine, "kernel"), "6.1.0-18-amd64");
    assert_string_equal(text_of(machine, "architecture"), "x86_64");
    assert_string_equal(text_of(machine, "distribution"), "Debian GNU/Linux 12 (bookworm)");
    assert_string_equal(text_of(machine, "cpu"), "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz");
    assert_string_equal(text_of(machine, "virtualization"), "none");
    assert_null_key(machine, "container");
    assert_string_equal(text_of(machine, "thp"), "always");
    assert_string_equal(text_of(machine, "worker_thp"), "disabled");
    assert_string_equal(text_of(machine, "governor"), "powersave");
    assert_string_equal(text_of(machine, "scaling_driver"), "acpi-cpufreq");
    assert_int_equal(number_of(machine, "cores"), 4);
    assert_int_equal(number_of(machine, "threads"), 8);
    assert_int_equal(number_of(machine, "numa_nodes"), 1);
    assert_int_equal(number_of(machine, "memory_bytes"), INT64_C(3906252) * 1024);
    assert_int_equal(number_of(machine, "swappiness"), 180);
    assert_int_equal(number_of(machine, "overcommit_memory"), 0);
    json_t *json = mlm_machine_json(machine);
    assert_true(json_is_false(json_object_get(json, "zswap")));
    assert_true(json_is_true(json_object_get(json, "psi")));
    assert_true(json_is_true(json_object_get(json, "boost")));
    assert_true(json_is_true(json_object_get(json, "on_battery")));
    json_t *swap = json_array_get(json_object_get(json, "swap"), 0);
    assert_string_equal(json_string_value(json_object_get(swap, "kind")), "zram");
    json_t *caches = json_object_get(json, "caches");
    assert_int_equal(json_array_size(caches), 2);
    json_t *l2 = json_array_get(caches, 0);
    assert_int_equal(json_integer_value(json_object_get(l2, "level")), 2);
    assert_int_equal(json_integer_value(json_object_get(l2, "size_bytes")), 262144);
    assert_int_equal(json_integer_value(json_object_get(l2, "count")), 4);
    mlm_machine_close(machine);
    tree_remove(&tree);
}

static void a_desktop(void **state)
{
    (void)state;
    struct tree tree = tree_load("desktop");
    struct mlm_machine *machine = recorded(&tree, "numa:1 core:8 pu:2");
    assert_string_equal(text_of(machine, "distribution"), "Ubuntu 24.04 LTS");
    assert_string_equal(text_of(machine, "governor"), "performance+powersave");
    assert_string_equal(text_of(machine, "virtualization"), "none");
    json_t *json = mlm_machine_json(machine);
    assert_true(json_is_true(json_object_get(json, "zswap")));
    assert_true(json_is_false(json_object_get(json, "boost")));
    /* The battery of a mouse does not count. */
    assert_true(json_is_false(json_object_get(json, "on_battery")));
    json_t *swaps = json_object_get(json, "swap");
    assert_int_equal(json_array_size(swaps), 2);
    json_t *partition = json_array_get(swaps, 0), *file = json_array_get(swaps, 1);
    assert_string_equal(json_string_value(json_object_get(partition, "kind")), "partition");
    assert_int_equal(json_integer_value(json_object_get(partition, "size_bytes")), INT64_C(8388604) * 1024);
    assert_int_equal(json_integer_value(json_object_get(partition, "priority")), -2);
    assert_string_equal(json_string_value(json_object_get(file, "kind")), "file");
    assert_string_equal(json_string_value(json_object_get(file, "path")), "/home/me/my swap\\file");
    mlm_machine_close(machine);
    tree_remove(&tree);
}

static void a_virtual_machine(void **state)
{
    (void)state;
    struct tree tree = tree_load("vm");
    struct mlm_machine *machine = recorded(&tree, "numa:1 core:2 pu:1");
    assert_string_equal(text_of(machine, "virtualization"), "kvm");
    assert_string_equal(text_of(machine, "container"), "docker");
    assert_null_key(machine, "distribution");
    assert_null_key(machine, "architecture");
    assert_null_key(machine, "governor");
    assert_null_key(machine, "boost");
    assert_null_key(machine, "on_battery");
    assert_null_key(machine, "zswap");
    assert_true(json_is_false(json_object_get(mlm_machine_json(machine), "psi")));
    assert_int_equal(json_array_size(json_object_get(mlm_machine_json(machine), "swap")), 0);

    tree_write(&tree, "/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
    struct mlm_machine *vmware = recorded(&tree, "numa:1 core:2 pu:1");
    assert_string_equal(text_of(vmware, "virtualization"), "vmware");
    mlm_machine_close(vmware);

    tree_write(&tree, "/sys/class/dmi/id/sys_vendor", "Unheard of\n");
    tree_write(&tree, "/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc\n");
    struct mlm_machine *unheard = recorded(&tree, "numa:1 core:2 pu:1");
    assert_string_equal(text_of(unheard, "virtualization"), "vm");
    mlm_machine_close(unheard);

    mlm_machine_close(machine);
    tree_remove(&tree);
}

static void nothing_to_read(void **state)
{
    (void)state;
    static const char *const unknown[] = {"host", "kernel", "architecture", "distribution", "cpu",
        "memory_bytes", "swap", "swappiness", "overcommit_memory", "zswap", "psi", "delay_accounting", "thp",
        "governor", "scaling_driver", "boost", "on_battery", "virtualization", "container"};
    struct tree tree = tree_make("");
    struct mlm_machine *machine = recorded(&tree, "numa:1 core:1 pu:1");
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_null_key(machine, unknown[i]);
    assert_int_equal(strlen(text_of(machine, "id")), 12);
    mlm_machine_close(machine);
    tree_remove(&tree);
}

/* Folders in place of files, texts without newline or number: read as unknown. */
static void nonsense_to_read(void **state)
{
    (void)state;
    struct tree tree =
        tree_make("@/proc/meminfo\nMemTotal: lots\n@/proc/swaps\n\n/dev/sda1\n\\777 \\0 x\n"
                  "@/proc/sys/vm/swappiness\n-1\n@/proc/cpuinfo/file\nx\n"
                  "@/sys/kernel/mm/transparent_hugepage/enabled\n[\n@/etc/os-release\nPRETTY_NAME=\"\n"
                  "@/sys/class/power_supply/BAT0/type\nBattery\n");
    struct mlm_machine *machine = recorded(&tree, "numa:1 core:1 pu:1");
    assert_null_key(machine, "memory_bytes");
    assert_null_key(machine, "swappiness");
    assert_null_key(machine, "cpu");
    assert_null_key(machine, "thp");
    assert_int_equal(json_array_size(json_object_get(mlm_machine_json(machine), "swap")), 0);
    assert_string_equal(text_of(machine, "distribution"), "\"");
    mlm_machine_close(machine);
    tree_remove(&tree);
}

static void host_names_may_be_anything(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expected;
    } hosts[] = {
        {"a\"b\\c</script>;$(x)", "a\"b\\c</script>;$(x)"},
        {"two\nlines\t", "two\nlines\t"},
        {"käse", "käse"},
        {"\xff\xfe"
         "bad",
            "\\xff\\xfe"
            "bad"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"%s%n", "%s%n"},
    };
    struct tree tree = tree_load("laptop");
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s\n", hosts[i].name);
        tree_write(&tree, "/proc/sys/kernel/hostname", text);
        struct mlm_machine *machine = recorded(&tree, "numa:1 core:1 pu:1");
        assert_string_equal(text_of(machine, "host"), hosts[i].expected);
        char *line = json_dumps(mlm_machine_json(machine), JSON_COMPACT);
        assert_non_null(line);
        assert_null(strchr(line, '\n'));
        json_t *again = json_loads(line, 0, NULL);
        assert_true(json_equal(again, mlm_machine_json(machine)));
        json_decref(again);
        free(line);
        mlm_machine_close(machine);
    }
    tree_remove(&tree);
}

static void assert_id(const struct tree *tree, const char *id, bool same)
{
    struct mlm_machine *machine = recorded(tree, "numa:1 core:1 pu:1");
    if ((strcmp(text_of(machine, "id"), id) == 0) != same)
        fail_msg("id %s should%s be %s", text_of(machine, "id"), same ? "" : " not", id);
    mlm_machine_close(machine);
}

static void an_id_stays_with_the_machine(void **state)
{
    (void)state;
    struct tree tree = tree_load("laptop");
    struct mlm_machine *machine = recorded(&tree, "numa:1 core:4 pu:1");
    char id[16];
    snprintf(id, sizeof id, "%s", text_of(machine, "id"));
    assert_int_equal(strspn(id, "0123456789abcdef"), 12);
    assert_int_equal(strlen(id), 12);
    mlm_machine_close(machine);

    assert_id(&tree, id, true);
    tree_write(&tree, "/proc/sys/kernel/osrelease", "6.9.1\n");
    tree_write(&tree, "/proc/swaps", "Filename\n");
    assert_id(&tree, id, true);
    /* A new kernel reserves 3 MiB more for itself. */
    tree_write(&tree, "/proc/meminfo", "MemTotal: 3903180 kB\n");
    assert_id(&tree, id, true);
    tree_write(&tree, "/proc/meminfo", "MemTotal: 8012780 kB\n");
    assert_id(&tree, id, false);
    tree_write(&tree, "/proc/meminfo", "MemTotal: 3903180 kB\n");
    tree_write(&tree, "/etc/machine-id", "1123456789abcdef0123456789abcdef\n");
    assert_id(&tree, id, false);
    tree_remove(&tree);
}

static void this_machine(void **state)
{
    (void)state;
    static const char *const keys[] = {"id", "host", "kernel", "architecture", "distribution", "cpu", "cores",
        "threads", "usable_cores", "caches", "numa_nodes", "memory_bytes", "page_bytes", "swap", "swappiness",
        "overcommit_memory", "zswap", "psi", "delay_accounting", "thp", "worker_thp", "governor",
        "scaling_driver", "boost", "on_battery", "virtualization", "container", "compiler", "flags",
        "version", "commit"};
    struct mlm_machine *machine = NULL, *again = NULL;
    struct mlm_error error = {0};
    assert_int_equal(mlm_machine_open(&machine, &error), 0);
    assert_int_equal(mlm_machine_open(&again, &error), 0);
    json_t *json = mlm_machine_json(machine);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_object_get(json, keys[i]))
            fail_msg("no key %s", keys[i]);
    assert_int_equal(json_object_size(json), sizeof keys / sizeof *keys);
    assert_true(json_equal(json, mlm_machine_json(again)));

    char *meminfo;
    uint64_t kib;
    assert_true(mlm_file_read(AT_FDCWD, "/proc/meminfo", &meminfo, NULL) > 0);
    assert_int_equal(mlm_keyed_number(meminfo, "MemTotal", &kib), 0);
    free(meminfo);
    assert_int_equal(number_of(machine, "memory_bytes"), kib * 1024);
    assert_int_equal(number_of(machine, "page_bytes"), sysconf(_SC_PAGESIZE));
    assert_int_equal(number_of(machine, "threads"), sysconf(_SC_NPROCESSORS_ONLN));
    char host[256];
    assert_int_equal(gethostname(host, sizeof host), 0);
    assert_string_equal(text_of(machine, "host"), host);
    assert_non_null(strstr(text_of(machine, "compiler"), "."));
    assert_non_null(strstr(text_of(machine, "flags"), "-"));
    mlm_machine_close(again);
    mlm_machine_close(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_laptop),
        cmocka_unit_test(a_desktop),
        cmocka_unit_test(a_virtual_machine),
        cmocka_unit_test(nothing_to_read),
        cmocka_unit_test(nonsense_to_read),
        cmocka_unit_test(host_names_may_be_anything),
        cmocka_unit_test(an_id_stays_with_the_machine),
        cmocka_unit_test(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
