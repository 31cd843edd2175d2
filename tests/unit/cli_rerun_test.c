/* Tests the command that measures what is missing: it must be exact, and harmless whatever a record
 * contains. */
#include "base/laptop.h"
#include "cli/rerun.h"
#include "report_sample.h"

#define MIB (INT64_C(1) << 20)

struct fixture {
    struct mlm_record_list list;
    struct sample_table sample;
    struct mlm_sweeps sweeps;
    struct mlm_fields fields;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mlm_fields_release(&fixture->fields);
    mlm_sweeps_release(&fixture->sweeps);
    sample_table_release(&fixture->sample);
    free(fixture);
    return 0;
}

/* Adds a trial of storage/NAME that fits in any cap; ms 0: killed for lack of memory. */
static struct mlm_record *add(struct fixture *fixture, const char *name, uint64_t cap_bytes, int64_t ms)
{
    struct mlm_record record = sample_record(name);
    int64_t *values = record.readings.values;
    record.limits.cap_bytes = cap_bytes;
    values[MLM_run_ns] = ms ? ms * 1000000 : MLM_NULL;
    values[MLM_cage_peak_bytes] = values[MLM_needs_peak_bytes] = 10 * MIB;
    values[MLM_swap_peak_bytes] = 0;
    if (!ms)
        record.outcome = MLM_OUTCOME_OOM;
    for (size_t i = 0; i < fixture->list.count; i++)
        record.repetition += fixture->list.items[i].limits.cap_bytes == cap_bytes;
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    return &fixture->list.items[fixture->list.count - 1];
}

static void set_command(struct mlm_record *record, json_t *command)
{
    assert_non_null(command);
    json_decref(record->command);
    record->command = command;
}

static void assert_commands(struct fixture *fixture, const char *expected)
{
    fixture->sample = sample_table_of(fixture->list);
    assert_int_equal(mlm_sweeps_make(fixture->sample.table, &fixture->sweeps, NULL), 0);
    assert_int_equal(mlm_fields_make(&fixture->sweeps, &fixture->fields), 0);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < fixture->fields.count; i++) {
        const struct mlm_field *field = &fixture->fields.items[i];
        struct mlm_rerun rerun = mlm_rerun_plan(field);
        rerun.sweeps = field->sweeps;
        rerun.sweep_count = field->sweep_count;
        assert_int_equal(mlm_rerun_put(out, &rerun), 0);
    }
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

/* New caps around the only one, and the size of the data, which would otherwise follow from the caps. */
static void test_one_cap(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "csr", 2048 * MIB, 100);
    assert_commands(
        fixture, "    mlmembench run --suite storage --cap 512M,1G,2G,4G --repetitions 3 --data 2560M\n");
}

static void test_a_small_cap(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "csr", 48 * MIB, 100);
    assert_commands(
        fixture, "    mlmembench run --suite storage --cap 24M,48M,96M --repetitions 3 --data 2560M\n");
}

static void test_no_cap(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "csr", MLM_NO_LIMIT, 100)->readings.values[MLM_needs_peak_bytes] = 900 * MIB;
    assert_commands(
        fixture, "    mlmembench run --suite storage --cap 128M,256M,512M,1G --repetitions 3 --data 2560M\n");
}

/* Not enough at any of its caps: larger caps up to its needs, but not beyond the machine's memory. */
static void test_larger_caps(void **state)
{
    struct fixture *fixture = *state;
    json_t *memory = json_integer((json_int_t)7 * 1024 * MIB);
    add(fixture, "csr", 512 * MIB, 0);
    assert_int_equal(json_object_set(fixture->list.items[0].machine, "memory_bytes", memory), 0);
    add(fixture, "csr", 1024 * MIB, 0);
    add(fixture, "csr", MLM_NO_LIMIT, 100)->readings.values[MLM_needs_peak_bytes] = 9000 * MIB;
    for (size_t i = 1; i < 3; i++)
        assert_int_equal(json_object_set(fixture->list.items[i].machine, "memory_bytes", memory), 0);
    json_decref(memory);
    assert_commands(
        fixture, "    mlmembench run --suite storage --cap 512M,1G,2G,4G --repetitions 3 --data 2560M\n");
}

/* A laptop stands for a cap: others are proposed, with the same desktop, and none that has no room beside it.
 */
static void test_laptops(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "csr", mlm_laptop_cap_bytes(UINT64_C(4) << 30), 100);
    record->limits.laptop_bytes = UINT64_C(4) << 30;
    record->limits.background_bytes = (uint64_t)(900 * MIB);
    record->limits.background_active = true;
    assert_commands(fixture,
        "    mlmembench run --suite storage --laptop 2G --repetitions 3 --data 2560M --desktop 900M\n"
        "    mlmembench run --suite storage --laptop 8G --repetitions 3 --data 2560M --desktop 900M\n");
}

/* On the laptop itself, smaller caps show what less memory would cost. */
static void test_own_laptop(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "csr", 2048 * MIB, 100);
    json_t *memory = json_integer((json_int_t)3900 * MIB);
    assert_int_equal(json_object_set_new(record->machine, "memory_bytes", memory), 0);
    record->limits.laptop_bytes = (uint64_t)(3900 * MIB);
    record->limits.laptop_own = true;
    assert_commands(
        fixture, "    mlmembench run --suite storage --cap 512M,1G,2G --repetitions 3 --data 2560M\n");
}

/* Not a cap in which its own background has no room. */
static void test_surroundings(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "csr", 1024 * MIB, 100);
    record->limits.swap_limit_bytes = 0;
    record->limits.background_bytes = (uint64_t)(300 * MIB);
    record->limits.background_active = true;
    record->seed = 7;
    record->limits.timeout_ns = 1500000000;
    assert_commands(fixture, "    mlmembench run --suite storage --cap 512M,1G,2G --repetitions 3 --data "
                             "2560M --swap none --background 300M:active --seed 7 --timeout 1500ms\n");
}

/* Options that choose rows are kept, all others are made anew; a parameter that none of the rows has would be
 * refused. */
static void test_options_of_the_run(void **state)
{
    struct fixture *fixture = *state;
    set_command(add(fixture, "csr", 2048 * MIB, 100),
        json_pack("[s,s,s,s,s,s,s,s,s,s,s,s]", "run", "--cap=2G", "--out", "/elsewhere", "--all", "--param",
            "density=0.01", "--param=batch=4", "--filter", "csr|cs c", "--quiet", "--threads=2"));
    assert_commands(fixture, "    mlmembench run --suite storage --cap 512M,1G,2G,4G --repetitions 3 --data "
                             "2560M --all --param density=0.01 --filter 'csr|cs c' --threads 2\n");
}

/* Rows of runs with different options get commands of their own. */
static void test_two_runs(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "csr", 2048 * MIB, 100);
    set_command(add(fixture, "dense", 2048 * MIB, 100), json_pack("[s,s]", "run", "--all"));
    assert_commands(fixture,
        "    mlmembench run --suite storage --cap 512M,1G,2G,4G --repetitions 3 --data 2560M\n"
        "    mlmembench run --suite storage --cap 512M,1G,2G,4G --repetitions 3 --data 2560M --all\n");
}

/* A user's command is repeated as it was typed; its own options are kept. */
static void test_exec(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "csr", 2048 * MIB, 100);
    free(record->suite);
    free(record->workload);
    record->suite = strdup("exec");
    record->workload = strdup("exec/python3");
    record->data_bytes = record->seed = 0;
    record->limits.timeout_ns = UINT64_C(86400000000000);
    assert_int_equal(mlm_params_add(&record->params, "command", "python3 train.py --all"), 0);
    set_command(record, json_pack("[s,s,s,s,s,s,s,s,s]", "exec", "--cap", "2G", "--prepare", "sync; true",
                            "--", "python3", "train.py", "--all"));
    assert_commands(fixture, "    mlmembench exec --cap 512M,1G,2G,4G,none --repetitions 3 --prepare 'sync; "
                             "true' --name python3 'python3 train.py --all'\n");
}

static struct mlm_record *add_named(struct fixture *fixture, const char *name, json_t *command)
{
    struct mlm_record *record = add(fixture, name, 2048 * MIB, 100);
    free(record->suite);
    free(record->workload);
    record->suite = strdup("exec");
    assert_true(asprintf(&record->workload, "exec/%s", name) > 0);
    record->data_bytes = record->seed = 0;
    record->limits.timeout_ns = UINT64_C(86400000000000);
    set_command(record, command);
    return record;
}

/* A row with a name does not have its command among its parameters; a sweep keeps its place holders. */
static void test_exec_with_names(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add_named(fixture, "train",
        json_pack("[s,s,s,s,s,s,s,s,s,s,s]", "exec", "--name", "train", "--param", "batch=32,64", "--cap",
            "2G", "--", "python3", "train.py", "{batch}"));
    assert_int_equal(mlm_params_add(&record->params, "batch", "32"), 0);
    assert_commands(fixture,
        "    mlmembench exec --cap 512M,1G,2G,4G,none --repetitions 3 --param batch=32,64 "
        "--name train -- python3 train.py '{batch}'\n");
}

static void test_exec_with_two_names(void **state)
{
    struct fixture *fixture = *state;
    json_t *command =
        json_pack("[s,s,s,s,s,s]", "exec", "./one -a", "--name=first", "--name", "second", "./two | wc");
    add_named(fixture, "second", json_incref(command));
    add_named(fixture, "first", command);
    assert_commands(fixture, "    mlmembench exec --cap 512M,1G,2G,4G,none --repetitions 3 --name first "
                             "'./one -a'\n"
                             "    mlmembench exec --cap 512M,1G,2G,4G,none --repetitions 3 --name second "
                             "'./two | wc'\n");
}

/* A job that ran into its time limit with free memory gets more time. */
static void test_more_time(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 2; i++) {
        struct mlm_record *record = add(fixture, "csr", (uint64_t)(1024 * MIB) << i, 0);
        record->outcome = MLM_OUTCOME_TIMEOUT;
        record->limits.timeout_ns = 1500000000;
    }
    assert_commands(fixture,
        "    mlmembench run --suite storage --cap 1G,2G --repetitions 5 --data 2560M --timeout 15s\n");
    assert_true(mlm_rerun_plan(&fixture->fields.items[0]).worthwhile);
}

/* The machine has no more memory, and the result is known: running again would tell nothing new. */
static void test_nothing_to_add(void **state)
{
    struct fixture *fixture = *state;
    json_t *memory = json_integer((json_int_t)1024 * MIB);
    for (int i = 0; i < 2; i++) {
        struct mlm_record *record = add(fixture, "csr", (uint64_t)(512 * MIB) << i, 0);
        assert_int_equal(json_object_set(record->machine, "memory_bytes", memory), 0);
    }
    json_decref(memory);
    assert_commands(
        fixture, "    mlmembench run --suite storage --cap 512M,1G --repetitions 3 --data 2560M\n");
    assert_false(mlm_rerun_plan(&fixture->fields.items[0]).worthwhile);
}

/* `fit` ran one row, and so does the printed command. */
static void test_fit(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "csr", 2048 * MIB, 100);
    set_command(record,
        json_pack("[s,s,s,s,s,s]", "fit", "--workload", "storage/csr", "--param", "a=z", "--prepare=true"));
    assert_commands(fixture, "    mlmembench run --suite storage --cap 512M,1G,2G,4G --repetitions 3 --data "
                             "2560M --all --filter '^storage/csr/' --param density=0.01 --param a=z\n");
}

/* Words of a stranger's record stay words, unchanged: harmless in any shell and on any terminal. */
static void test_hostile(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "csr", 2048 * MIB, 100);
    free(record->suite);
    record->suite = strdup("x; touch y");
    free(record->dataset);
    record->dataset = strdup("a'b\n$(touch z)\x1b[2J");
    set_command(record, json_pack("[s,s,s,s,s]", "run", "--filter", "`touch x`", "--exec", "rm"));
    assert_commands(fixture,
        "    mlmembench run --suite 'x; touch y' --cap 512M,1G,2G,4G --repetitions 3 --dataset "
        "$'a\\047b\\012$(touch z)\\033[2J' --filter '`touch x`'\n");
}

int main(void)
{
#define RERUN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RERUN_TEST(test_one_cap),
        RERUN_TEST(test_a_small_cap),
        RERUN_TEST(test_no_cap),
        RERUN_TEST(test_larger_caps),
        RERUN_TEST(test_laptops),
        RERUN_TEST(test_own_laptop),
        RERUN_TEST(test_surroundings),
        RERUN_TEST(test_options_of_the_run),
        RERUN_TEST(test_two_runs),
        RERUN_TEST(test_exec),
        RERUN_TEST(test_exec_with_names),
        RERUN_TEST(test_exec_with_two_names),
        RERUN_TEST(test_more_time),
        RERUN_TEST(test_nothing_to_add),
        RERUN_TEST(test_fit),
        RERUN_TEST(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
