/* Tests which processors a worker gets. */
#include "machine_tree.h"

#include <errno.h>
#include <sched.h>
#include <sys/wait.h>

#include "machine/machine.h"

/* Writes a set as the text of its members, "0 2 4". */
static const char *spell(const cpu_set_t *set, char text[static 256])
{
    size_t length = 0;
    text[0] = 0;
    for (size_t i = 0; i < CPU_SETSIZE && length < 240; i++)
        if (CPU_ISSET(i, set))
            length += (size_t)snprintf(text + length, 256 - length, "%s%zu", length ? " " : "", i);
    return text;
}

static void assert_affinity(const struct mlm_machine *machine, uint64_t threads, const char *expected)
{
    cpu_set_t set;
    char text[256];
    assert_int_equal(mlm_machine_affinity(machine, threads, &set, NULL), 0);
    assert_string_equal(spell(&set, text), expected);
}

static void assert_harness(const struct mlm_machine *machine, const char *expected)
{
    cpu_set_t set;
    char text[256];
    mlm_machine_harness_affinity(machine, &set);
    assert_string_equal(spell(&set, text), expected);
}

static struct mlm_machine *machine_of(const char *topology)
{
    struct tree tree = tree_make("");
    struct mlm_machine *machine = NULL;
    struct mlm_error error = {0};
    if (mlm_machine_open_at(tree.root_fd, topology, &machine, &error) < 0)
        fail_msg("%s", error.text);
    tree_remove(&tree);
    return machine;
}

static void one_processor_a_core(void **state)
{
    (void)state;
    /* Four cores of two processors each: 0 1, 2 3, 4 5, 6 7. */
    struct mlm_machine *machine = machine_of("numa:1 core:4 pu:2");
    assert_harness(machine, "0 1");
    assert_affinity(machine, 1, "2");
    assert_affinity(machine, 3, "2 4 6");
    assert_affinity(machine, 4, "0 2 4 6");
    assert_affinity(machine, 5, "0 1 2 3 4 5 6 7");
    assert_affinity(machine, UINT64_MAX, "0 1 2 3 4 5 6 7");
    assert_int_equal(mlm_machine_cores(machine), 4);
    mlm_machine_close(machine);
}

static void a_single_core_is_shared(void **state)
{
    (void)state;
    struct mlm_machine *machine = machine_of("numa:1 core:1 pu:2");
    assert_harness(machine, "0 1");
    assert_affinity(machine, 1, "0");
    assert_affinity(machine, 2, "0 1");
    mlm_machine_close(machine);
}

static void no_threads_is_an_error(void **state)
{
    (void)state;
    struct mlm_machine *machine = machine_of("numa:1 core:2 pu:1");
    struct mlm_error error = {0};
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(7, &set);
    assert_int_equal(mlm_machine_affinity(machine, 0, &set, &error), -EINVAL);
    assert_true(error.text[0]);
    assert_true(CPU_COUNT(&set) == 1 && CPU_ISSET(7, &set));
    mlm_machine_close(machine);
}

enum { XML_SIZE = 8192 };

static void biglittle(char text[static XML_SIZE])
{
    assert_true(mlm_file_read_into(AT_FDCWD, MLM_FIXTURES "/machine/biglittle.xml", text, XML_SIZE) > 0);
}

/* Cores 0 and 1 are slow ones, 2 and 3 fast. */
static void fast_cores_first(void **state)
{
    (void)state;
    char text[XML_SIZE];
    biglittle(text);
    struct mlm_machine *machine = machine_of(text);
    assert_harness(machine, "0");
    assert_affinity(machine, 1, "2");
    assert_affinity(machine, 2, "2 3");
    assert_affinity(machine, 3, "1 2 3");
    mlm_machine_close(machine);
}

static void a_cpuset_is_respected(void **state)
{
    (void)state;
    char text[XML_SIZE];
    biglittle(text);
    char *allowed = strstr(text, "allowed_cpuset=\"0x0000000f\"");
    assert_non_null(allowed);
    allowed[strlen("allowed_cpuset=\"0x0000000")] = 'a'; /* 1 and 3 */
    struct mlm_machine *machine = machine_of(text);
    assert_int_equal(mlm_machine_cores(machine), 2);
    assert_int_equal(json_integer_value(json_object_get(mlm_machine_json(machine), "cores")), 4);
    assert_harness(machine, "1");
    assert_affinity(machine, 1, "3");
    assert_affinity(machine, 3, "1 3");
    mlm_machine_close(machine);
}

static void a_bad_topology_is_an_error(void **state)
{
    (void)state;
    struct tree tree = tree_make("");
    struct mlm_machine *machine = NULL;
    struct mlm_error error = {0};
    assert_true(mlm_machine_open_at(tree.root_fd, "flower:3", &machine, &error) < 0);
    assert_null(machine);
    assert_true(error.text[0]);
    tree_remove(&tree);
}

static void this_machine(void **state)
{
    (void)state;
    struct mlm_machine *machine = NULL;
    struct mlm_error error = {0};
    cpu_set_t one, two, own;
    assert_int_equal(mlm_machine_open(&machine, &error), 0);
    assert_int_equal(sched_getaffinity(0, sizeof own, &own), 0);
    assert_int_equal(mlm_machine_affinity(machine, 1, &one, &error), 0);
    assert_int_equal(mlm_machine_affinity(machine, 2, &two, &error), 0);
    assert_int_equal(CPU_COUNT(&one), 1);
    cpu_set_t both;
    CPU_AND(&both, &one, &two);
    assert_true(CPU_EQUAL(&both, &one));
    if (mlm_machine_cores(machine) > 1)
        assert_int_equal(CPU_COUNT(&two), 2);
    CPU_AND(&both, &two, &own);
    assert_true(CPU_EQUAL(&both, &two));
    mlm_machine_close(machine);
}

/* A process that may use one processor gives a worker that one. */
static void our_own_affinity_is_respected(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct mlm_machine *machine = NULL;
        cpu_set_t own, set;
        int last = 0;
        (void)sched_getaffinity(0, sizeof own, &own);
        for (int i = 0; i < CPU_SETSIZE; i++)
            if (CPU_ISSET((size_t)i, &own))
                last = i;
        CPU_ZERO(&own);
        CPU_SET((size_t)last, &own);
        if (sched_setaffinity(0, sizeof own, &own) < 0 || mlm_machine_open(&machine, NULL) < 0 ||
            mlm_machine_affinity(machine, 2, &set, NULL) < 0)
            _exit(2);
        bool right = CPU_EQUAL(&set, &own) && mlm_machine_cores(machine) == 1;
        mlm_machine_close(machine);
        _exit(right ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_processor_a_core),
        cmocka_unit_test(a_single_core_is_shared),
        cmocka_unit_test(no_threads_is_an_error),
        cmocka_unit_test(fast_cores_first),
        cmocka_unit_test(a_cpuset_is_respected),
        cmocka_unit_test(a_bad_topology_is_an_error),
        cmocka_unit_test(this_machine),
        cmocka_unit_test(our_own_affinity_is_respected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
