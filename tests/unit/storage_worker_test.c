/* Tests the suite storage as it is run: every variant in its own worker, and all must have the same
 * answer. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ANSWERS 4
#define TOLERANCE 1e-5 /* a tenth of the suite's tolerance */

struct outcome {
    int status;
    uint64_t items, checksum;
    double answer[ANSWERS];
    int answers;
    char output[4096];
};

static struct outcome run(const char *arguments)
{
    struct outcome outcome = {0};
    char command[8192];
    snprintf(command, sizeof command, "%s %s 2>&1", MLM_WORKER, arguments);
    FILE *pipe = popen(command, "re");
    assert_non_null(pipe);
    size_t length = fread(outcome.output, 1, sizeof outcome.output - 1, pipe);
    outcome.output[length] = 0;
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    outcome.status = WEXITSTATUS(status);
    const char *items = strstr(outcome.output, "items ");
    if (items)
        (void)sscanf(
            items, "items %" SCNu64 " data checksum %" SCNx64 " answer", &outcome.items, &outcome.checksum);
    const char *answer = strstr(outcome.output, "answer");
    for (char *at = answer ? (char *)(uintptr_t)answer + strlen("answer") : NULL, *end; at; at = end) {
        double number = strtod(at, &end);
        if (end == at)
            break;
        if (outcome.answers < ANSWERS)
            outcome.answer[outcome.answers++] = number;
    }
    return outcome;
}

static void check_same(const struct outcome *first, const struct outcome *other, const char *who)
{
    if (other->status != 0)
        fail_msg("%s: %s", who, other->output);
    assert_int_equal(other->answers, ANSWERS);
    assert_true(other->checksum != 0);
    assert_int_equal(first->checksum, other->checksum);
    assert_int_equal(first->items, other->items);
    for (int i = 0; i < ANSWERS; i++)
        if (!(fabs(first->answer[i] - other->answer[i]) <= TOLERANCE * fabs(first->answer[i])))
            fail_msg("%s: answer %d is %.17g, not %.17g", who, i, other->answer[i], first->answer[i]);
}

static const char *const variants[] = {
    "storage/dense value=f64",
    "storage/dense value=f32",
    "storage/dense value=f16",
    "storage/dense value=i8",
    "storage/csr value=f32 index=32",
    "storage/csr value=f32 index=64",
    "storage/csr value=f64 index=32",
    "storage/csr value=f64 index=64",
    "storage/csc index=32",
    "storage/csc index=64",
    "storage/coo index=32",
    "storage/coo index=64",
    "storage/ell",
    "storage/coo_to_csr",
    "storage/densify",
};
#define VARIANTS (sizeof variants / sizeof *variants)

static void check_all(const char *settings)
{
    struct outcome first;
    for (size_t i = 0; i < VARIANTS; i++) {
        char arguments[8192];
        snprintf(arguments, sizeof arguments, "run %s %s", variants[i], settings);
        struct outcome outcome = run(arguments);
        if (i == 0)
            first = outcome;
        check_same(&first, &outcome, arguments);
    }
    assert_true(first.answer[0] < 0.6931471805599453 && first.answer[0] > 0);
    assert_true(first.answer[1] > 0);
}

static void test_all_variants_agree(void **state)
{
    (void)state;
    check_all("data=4M");
    check_all("data=2M width=300 density=0.3 epochs=7 seed=5");
}

static void test_all_variants_agree_on_two_threads(void **state)
{
    (void)state;
    struct outcome one = run("run storage/csr data=4M");
    struct outcome two = run("run storage/csr data=4M threads=2");
    check_same(&one, &two, "two threads");
    check_all("data=4M threads=2");
    check_all("data=100K width=900 threads=7 density=0.001");
}

static void test_awkward_shapes(void **state)
{
    (void)state;
    check_all("data=32 width=4 density=1");
    check_all("data=64K width=1 density=1");
    check_all("data=64K width=1 density=1 threads=3");
}

static void test_another_seed_is_other_data(void **state)
{
    (void)state;
    struct outcome one = run("run storage/csr data=1M seed=1"), two = run("run storage/csr data=1M seed=2");
    assert_true(one.checksum != two.checksum);
    assert_true(fabs(one.answer[1] - two.answer[1]) > 1e-3 * one.answer[1]);
}

/* A user's file with empty rows, one full row and a column that is never used. */
static void file_write(const char *path, const char *value)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (int row = 0; row < 40; row++) {
        fprintf(file, "%d", row % 3 == 0 ? 1 : -1);
        for (int column = 1; column <= 23; column++)
            if (row == 17 || (row % 4 != 0 && column != 11 && (row * 7 + column * 5) % 6 == 0))
                fprintf(file, " %d:%s", column, row == 17 ? "2" : value);
        fputs("\n", file);
    }
    assert_int_equal(fclose(file), 0);
}

static void settings_of(const char *path, char *settings, size_t size)
{
    char arguments[1024];
    snprintf(arguments, sizeof arguments, "inspect %s", path);
    struct outcome shape = run(arguments);
    if (shape.status != 0)
        fail_msg("%s", shape.output);
    assert_true(shape.answer[0] == 40 && shape.answer[1] == 23 && shape.answer[3] == 23);
    snprintf(settings, size, "dataset=%s rows=%.0f columns=%.0f nonzeros=%.0f widest_row=%.0f", path,
        shape.answer[0], shape.answer[1], shape.answer[2], shape.answer[3]);
}

static void test_data_of_the_user(void **state)
{
    (void)state;
    char path[] = "/tmp/mlm_storage_XXXXXX.libsvm", settings[2048], arguments[4096];
    int fd = mkstemps(path, (int)strlen(".libsvm"));
    assert_true(fd >= 0);
    (void)close(fd);
    file_write(path, "-3");
    settings_of(path, settings, sizeof settings);
    check_all(settings);
    snprintf(arguments, sizeof arguments, "%s threads=2", settings);
    check_all(arguments);

    /* Values that small types cannot hold are no error: the variant is skipped, with the reason. */
    file_write(path, "1234.5678");
    settings_of(path, settings, sizeof settings);
    struct outcome first = {0};
    for (size_t i = 0; i < VARIANTS; i++) {
        snprintf(arguments, sizeof arguments, "run %s %s", variants[i], settings);
        struct outcome outcome = run(arguments);
        if (strstr(variants[i], "f16") || strstr(variants[i], "i8")) {
            assert_int_not_equal(outcome.status, 0);
            assert_non_null(strstr(outcome.output, "values are not exact in"));
            continue;
        }
        if (i == 0)
            first = outcome;
        check_same(&first, &outcome, arguments);
    }

    /* The file has grown since its inspection. */
    FILE *file = fopen(path, "ae");
    assert_non_null(file);
    fputs("1 1:1 2:1\n", file);
    assert_int_equal(fclose(file), 0);
    for (size_t i = 0; i < VARIANTS; i++) {
        if (strstr(variants[i], "f16") || strstr(variants[i], "i8"))
            continue;
        snprintf(arguments, sizeof arguments, "run %s %s", variants[i], settings);
        struct outcome outcome = run(arguments);
        assert_int_not_equal(outcome.status, 0);
        assert_non_null(
            strstr(outcome.output, "has changed since it was inspected: it has more than the 40 rows"));
    }

    /* The same number of rows and values, but one row has more values than any had. */
    static const char *const rows[] = {"1 1:1 2:1\n0 1:1\n", "1 1:1 2:1 3:1\n0\n"};
    for (int i = 0; i < 2; i++) {
        file = fopen(path, "we");
        assert_non_null(file);
        fputs(rows[i], file);
        assert_int_equal(fclose(file), 0);
        for (size_t v = 0; v < VARIANTS; v++) {
            snprintf(arguments, sizeof arguments,
                "run %s dataset=%s rows=2 columns=3 nonzeros=3 widest_row=2", variants[v], path);
            struct outcome outcome = run(arguments);
            assert_int_equal(outcome.status == 0, i == 0);
            if (i == 1 && !strstr(outcome.output, "line 1 has more than the 2 values other than 0"))
                fail_msg("%s: %s", arguments, outcome.output);
        }
    }
    (void)unlink(path);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *arguments, *said;
    } cases[] = {
        {"run storage/csr data=8T density=0.5", "do not fit 32-bit indices"},
        {"run storage/csr data=100", "too small for two rows"},
        {"run storage/csr density=2", "out of range"},
        {"run storage/csr epochs=1", "out of range"},
        {"run storage/csr value=i8", "not a value"},
        {"run storage/csr threads=0", "threads"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome outcome = run(cases[i].arguments);
        assert_int_not_equal(outcome.status, 0);
        if (!strstr(outcome.output, cases[i].said))
            fail_msg("%s: %s", cases[i].arguments, outcome.output);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_variants_agree),
        cmocka_unit_test(test_all_variants_agree_on_two_threads),
        cmocka_unit_test(test_awkward_shapes),
        cmocka_unit_test(test_another_seed_is_other_data),
        cmocka_unit_test(test_data_of_the_user),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
