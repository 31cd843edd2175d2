/* Tests in which facts machines differ. */
#include "compare_sample.h"
#include "report/compare/facts.h"

static void add_machine(struct fixture *fixture, size_t side, const char *json)
{
    struct mlm_record *record = add(fixture, side, "csr", 1000, 1000);
    json_error_t why;
    json_decref(record->machine);
    record->machine = json_loads(json, 0, &why);
    if (!record->machine)
        fail_msg("%s", why.text);
}

static struct mlm_facts facts_of(struct fixture *fixture, size_t side_count)
{
    struct mlm_facts facts = {0};
    struct mlm_error error = {0};
    make_sides(fixture, side_count);
    assert_int_equal(mlm_facts_find(fixture->sides, side_count, &facts, &error), 0);
    return facts;
}

static void expect_fact(
    const struct mlm_facts *facts, size_t at, const char *name, const char *old, const char *new)
{
    assert_true(at < facts->count);
    assert_string_equal(facts->items[at].name, name);
    assert_string_equal(facts->items[at].values[0], old);
    assert_string_equal(facts->items[at].values[1], new);
}

static void test_differences(void **state)
{
    add_machine(*state, 0,
        "{\"id\":\"m1\",\"host\":\"a\",\"psi\":true,\"new "
        "key\":[1],\"commit\":\"a1\",\"memory_bytes\":4294967296,"
        "\"swap\":[],\"software\":{\"Python\":\"3.11.2\",\"numpy\":\"1.24.2\"},\"governor\":null,\"container\":null,\"thp\":\"always\",\"flags\":\"-O2\","
        "\"caches\":[{\"level\":1,\"size_bytes\":32768,\"count\":2},{\"level\":3,\"size_bytes\":4194304}]}");
    add_machine(*state, 1,
        "{\"id\":\"m2\",\"host\":\"b\",\"psi\":false,\"new "
        "key\":[2],\"commit\":\"b2\",\"memory_bytes\":8589934592,"
        "\"swap\":[{\"kind\":\"file\",\"size_bytes\":1073741824},"
        "{\"kind\":\"zram\",\"size_bytes\":2147483648}],"
        "\"software\":{\"Python\":\"3.13.5\",\"numpy\":\"2.2.4\"},"
        "\"governor\":\"powersave\",\"container\":\"docker\",\"thp\":\"always\",\"boost\":true,"
        "\"caches\":[{\"level\":1,\"size_bytes\":32768,\"count\":4},{\"level\":3,\"size_bytes\":6291456}]}");
    struct mlm_facts facts = facts_of(*state, 2);
    size_t at = 0;
    expect_fact(&facts, at++, "caches", "L1 2 × 32.0 KiB, L3 4.00 MiB", "L1 4 × 32.0 KiB, L3 6.00 MiB");
    expect_fact(&facts, at++, "memory", "4.00 GiB", "8.00 GiB");
    expect_fact(&facts, at++, "swap", "none", "1.00 GiB (file) and 2.00 GiB (zram)");
    expect_fact(&facts, at++, "pressure stall information", "yes", "no");
    expect_fact(&facts, at++, "frequency governor", "not known", "powersave");
    expect_fact(&facts, at++, "container", "none", "docker");
    expect_fact(
        &facts, at++, "Python and its packages", "Python 3.11.2, numpy 1.24.2", "Python 3.13.5, numpy 2.2.4");
    expect_fact(&facts, at++, "commit", "a1", "b2");
    expect_fact(&facts, at++, "new key", "[1]", "[2]");
    assert_int_equal(facts.count, at); /* identity, equal and one-sided facts are no differences */
    mlm_facts_release(&facts);
}

/* Several runs of one side may differ among themselves. */
static void test_several_runs(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        add_machine(*state, 0, i ? "{\"id\":\"m\",\"kernel\":\"6.1\"}" : "{\"id\":\"m\",\"kernel\":\"6.2\"}");
        add_machine(*state, 1, "{\"id\":\"m\",\"kernel\":\"6.1\"}");
        add_machine(*state, 2, i ? "{\"id\":\"m\",\"kernel\":\"6.2\"}" : "{\"id\":\"m\",\"kernel\":\"6.1\"}");
    }
    struct mlm_facts facts = facts_of(*state, 2);
    expect_fact(&facts, 0, "kernel", "6.1 or 6.2", "6.1");
    assert_int_equal(facts.count, 1);
    mlm_facts_release(&facts);
    struct fixture *fixture = *state;
    make_sides(fixture, 3);
    const struct mlm_side sides[] = {fixture->sides[0], fixture->sides[2]};
    assert_int_equal(mlm_facts_find(sides, 2, &facts, NULL), 0);
    assert_int_equal(facts.count, 0); /* the same, in another order */
    mlm_facts_release(&facts);
}

/* Values of any type and length, and names with control characters. */
static void test_hostile(void **state)
{
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    for (size_t side = 0; side < 2; side++) {
        json_t *machine = json_pack("{s:s, s:s, s:{s:i}, s:i, s:[i], s:s}", "id", "m", "kernel",
            side ? long_text : "\033[31m", "swap", "a", (int)side, "caches", (int)side, "thp", (int)side,
            "\033]0;x\007", side ? "a" : "b");
        assert_non_null(machine);
        char *json = json_dumps(machine, 0);
        add_machine(*state, side, json);
        free(json);
        json_decref(machine);
    }
    struct mlm_facts facts = facts_of(*state, 2);
    assert_true(facts.count >= 3);
    for (size_t i = 0; i < facts.count; i++) {
        assert_null(strpbrk(facts.items[i].name, "\033\007"));
        for (size_t side = 0; side < 2; side++) {
            assert_null(strpbrk(facts.items[i].values[side], "\033\007"));
            assert_true(strlen(facts.items[i].values[side]) < 300);
        }
    }
    mlm_facts_release(&facts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_differences), TEST(test_several_runs), TEST(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
