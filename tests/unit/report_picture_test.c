/* Tests pictures: one for each suite; text from records stays text, and nothing unfinished is left. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "report/compare/compare.h"
#include "report/plot/picture.h"
#include "report_sample.h"

#define PLOTS MLM_FIXTURES "/../../plots"

struct fixture {
    char folder[SAMPLE_PATH], temporary[SAMPLE_PATH], tools[SAMPLE_PATH], *path;
};

/* A gnuplot that treats a warning as a failure. */
static void be_strict(const struct fixture *fixture)
{
    static const char script[] =
        "#!/bin/sh\nPATH=${PATH#*:}\nloud=$(gnuplot \"$@\" 2>&1 >/dev/null)\nstatus=$?\n"
        "[ -z \"$loud\" ] || { echo \"$loud\" >&2; status=1; }\nexit $status\n";
    char path[2 * SAMPLE_PATH], *paths = NULL;
    snprintf(path, sizeof path, "%s/gnuplot", fixture->tools);
    sample_write(path, script, strlen(script));
    assert_int_equal(chmod(path, 0755), 0);
    assert_true(asprintf(&paths, "%s:%s", fixture->tools, fixture->path) > 0);
    assert_int_equal(setenv("PATH", paths, 1), 0);
    free(paths);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    sample_folder(fixture->folder);
    sample_folder(fixture->temporary);
    sample_folder(fixture->tools);
    const char *path = getenv("PATH");
    fixture->path = strdup(path ? path : "/usr/bin");
    assert_int_equal(setenv("TMPDIR", fixture->temporary, 1), 0);
    be_strict(fixture);
    *state = fixture;
    return 0;
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir));)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(path), 0);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(setenv("PATH", fixture->path, 1), 0);
    /* Temporary files are removed already: none is left. */
    assert_int_equal(rmdir(fixture->temporary), 0);
    remove_folder(fixture->folder);
    remove_folder(fixture->tools);
    free(fixture->path);
    free(fixture);
    return 0;
}

static size_t files_in(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    (void)closedir(dir);
    return count;
}

static char *picture(const struct fixture *fixture, const char *name)
{
    char path[2 * SAMPLE_PATH];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    char *text = sample_read(path);
    if (!text)
        fail_msg("there is no %s", name);
    return text;
}

static int try_to_draw_table(const struct fixture *fixture, const struct sample_table *sample,
    const char *plots, const char *format, struct mlm_error *error)
{
    const struct mlm_picture_order order = {
        .table = sample->table, .list = &sample->list, .plots_folder = plots, .format = format};
    struct mlm_pictures_made made = {0};
    int r = mlm_pictures_write(&order, fixture->folder, "run", NULL, &made, error);
    if (r == 0)
        assert_true(made.count <= files_in(fixture->folder));
    return r;
}

static void draw_table(const struct fixture *fixture, const struct sample_table *sample, const char *format)
{
    struct mlm_error error = {0};
    if (try_to_draw_table(fixture, sample, PLOTS, format, &error) < 0)
        fail_msg("%s", error.text);
}

static void draw(const struct fixture *fixture, const char *records, const char *format)
{
    struct sample_table sample = sample_table(records);
    draw_table(fixture, &sample, format);
    sample_table_release(&sample);
}

static void assert_shows(const char *svg, const char *text)
{
    if (!strstr(svg, text))
        fail_msg("the picture lacks %s", text);
}

static void test_every_suite(void **state)
{
    struct fixture *fixture = *state;
    draw(fixture, "quick", "svg");
    draw(fixture, "quick", "png");
    static const char *const suites[] = {"batch", "loading", "pooling", "storage"};
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "run-%s-needs.svg", suites[i]);
        char *svg = picture(fixture, name);
        assert_shows(svg, "<svg");
        assert_shows(svg, "</svg>");
        assert_shows(svg, "cap 2G");
        assert_shows(svg, "thinkpad");
        if (strcmp(suites[i], "storage") == 0) {
            assert_shows(svg, "csr density=0.01");
            assert_shows(svg, "54.2 MiB");
            assert_shows(svg, ">oom<");
        }
        free(svg);
        snprintf(name, sizeof name, "run-%s-needs.png", suites[i]);
        char *png = picture(fixture, name);
        assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
        free(png);
    }
}

/* Swap, and two caps in one picture. */
static void test_swap(void **state)
{
    struct fixture *fixture = *state;
    draw(fixture, "swap", "svg");
    char *svg = picture(fixture, "run-storage-needs.svg");
    assert_shows(svg, "cap 512M");
    assert_shows(svg, "cap 1G");
    assert_shows(svg, ">swap<");
    assert_shows(svg, ">timeout<");
    free(svg);
}

/* The names in this fixture try to run `touch x`, to end gnuplot's strings, to be markup. */
static void test_hostile(void **state)
{
    struct fixture *fixture = *state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(fixture->folder), 0);
    draw(fixture, "hostile", "svg");
    assert_int_equal(chdir(before), 0);
    assert_int_equal(files_in(fixture->folder), 2); /* only the pictures; no x */
    char *svg = picture(fixture, "run-hostile-needs.svg");
    assert_shows(svg, "`touch x` x=`touch x`");
    assert_shows(svg, "'; system(”touch x”); '");
    assert_shows(svg, "”; !touch x; ”");
    assert_shows(svg, "a_b^c{d}~e\\n#%");
    assert_shows(svg, "| &lt; &amp; ?");
    assert_shows(svg, "@PATH {/:Bold x} $(touch x)");
    assert_shows(svg, "データ");
    assert_null(strstr(svg, "<b>"));
    assert_null(strchr(svg, '\033'));
    free(svg);
}

static const char *const evil[] = {"`touch x`", "'; system(\"touch x\"); '", "\"; !touch x; \"",
    "@PATH $(touch x)", "{/:Bold x}_a^b", "\n\\n\t% <b>&", "</text><script>"};

#define EVIL(i) evil[(i) % (sizeof evil / sizeof *evil)]

/* Two machines, two caps, two values of a parameter, and a timeline each: every plot has something to
 * show. */
static void evil_append(struct mlm_store *store, const char *suite, const char *parameter)
{
    static const struct mlm_timeline timeline = {.interval_ns = 1000,
        .count = 3,
        .points = {{0, 1000, 0, MLM_NULL}, {1000, 5000, 100, MLM_NULL}, {2000, 4000, 300, MLM_NULL}}};
    for (size_t machine = 0; machine < 2; machine++)
        for (uint64_t cap = 0; cap <= 2; cap++)
            for (size_t i = 0; i < 2 * sizeof evil / sizeof *evil; i++) {
                struct mlm_record record = sample_record(EVIL(i));
                free(record.suite);
                record.suite = strdup(suite);
                json_decref(record.machine);
                record.machine = json_pack("{s:s, s:s, s:s}", "id", EVIL(machine), "host", EVIL(machine + 1),
                    "cpu", EVIL(machine + 2));
                mlm_params_release(&record.params);
                assert_int_equal(mlm_params_add(&record.params, parameter, i % 2 ? "0.5" : "16"), 0);
                assert_int_equal(mlm_params_add(&record.params, EVIL(i), EVIL(i + 1)), 0);
                free(record.equal_work);
                record.equal_work = NULL;
                record.limits.cap_bytes = cap ? cap << 29 : MLM_NO_LIMIT;
                record.outcome = cap == 1 && i % 3 == 0 ? MLM_OUTCOME_OOM : MLM_OUTCOME_OK;
                record.readings.values[MLM_run_ns] = (int64_t)(1000 * (i + 1 + cap + machine));
                assert_int_equal(mlm_store_append(store, &record, &timeline, NULL), 0);
                mlm_record_release(&record);
            }
}

static void test_hostile_everywhere(void **state)
{
    struct fixture *fixture = *state;
    char path[2 * SAMPLE_PATH], before[4096];
    snprintf(path, sizeof path, "%s/run.jsonl", fixture->folder);
    struct mlm_store *store = NULL;
    struct mlm_record_list list = {0};
    assert_int_equal(mlm_store_open(path, &store, NULL), 0);
    evil_append(store, "storage", "density");
    evil_append(store, "batch", "batch");
    evil_append(store, "pooling", "x");
    evil_append(store, "inference", "context");
    evil_append(store, "compression", "zeros");
    evil_append(store, "parallel", "workers");
    evil_append(store, "classical", "batch");
    mlm_store_close(store);
    assert_int_equal(mlm_store_read(path, &list, NULL, NULL, NULL), 0);
    struct sample_table sample = sample_table_of(list);
    struct mlm_side *sides = NULL;
    struct mlm_comparison *comparison = NULL;
    size_t side_count = 0;
    struct mlm_pictures_made made = {0};
    const struct mlm_compare_options compare_options = {0};
    assert_int_equal(mlm_sides_by_machine(sample.table, &sides, &side_count, NULL), 0);
    assert_int_equal(side_count, 2);
    assert_int_equal(mlm_compare(sides, side_count, &compare_options, &comparison, NULL), 0);

    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(fixture->folder), 0);
    struct mlm_picture_order order = {
        .table = sample.table, .list = &sample.list, .plots_folder = PLOTS, .machines = comparison};
    static const char *const formats[] = {"svg", "png", "pdf"};
    for (size_t f = 0; f < 3; f++) {
        struct mlm_error error = {0};
        order.format = formats[f];
        if (mlm_pictures_write(&order, fixture->folder, "run", NULL, &made, &error) < 0)
            fail_msg("%s", error.text);
    }
    assert_int_equal(chdir(before), 0);
    assert_int_equal(made.count, 5 * 7 + 8); /* and the suites' own */
    assert_int_equal(files_in(fixture->folder), 3 * made.count + 1);

    static const char *const names[] = {"storage-needs", "storage-parts", "storage-slowdown",
        "storage-density", "storage-timeline", "storage-machines", "batch-batch", "pooling-overhead",
        "inference-rate", "inference-context", "parallel-workers", "classical-batches", "compression-zeros"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64];
        snprintf(name, sizeof name, "run-%s.svg", names[i]);
        char *svg = picture(fixture, name);
        assert_shows(svg, strstr(name, "timeline") ? "touch x" : "`touch x`"); /* long headings are cut */
        assert_null(strstr(svg, "<b>"));
        assert_null(strstr(svg, "<script"));
        free(svg);
    }
    mlm_comparison_free(comparison);
    mlm_sides_free(sides, side_count);
    sample_table_release(&sample);
}

/* A suite's name is part of a file's name, but must not change the path. */
static void test_names_of_files(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record_list list = {0};
    struct mlm_record record = sample_record("csr");
    free(record.suite);
    record.suite = strdup("../../a b/.'$(x)");
    assert_int_equal(mlm_record_list_add(&list, &record, NULL), 0);
    struct sample_table sample = sample_table_of(list);
    draw_table(fixture, &sample, "svg");
    free(picture(fixture, "run-______a_b_____x_-needs.svg"));
    sample_table_release(&sample);
}

static struct sample_table table_of_suites(const char *const *suites, size_t count)
{
    struct mlm_record_list list = {0};
    for (size_t i = 0; i < count; i++) {
        struct mlm_record record = sample_record("csr");
        free(record.suite);
        record.suite = strdup(suites[i]);
        assert_int_equal(mlm_record_list_add(&list, &record, NULL), 0);
    }
    return sample_table_of(list);
}

/* Characters that a file's name cannot hold must not make two suites share a picture. */
static void test_names_alike(void **state)
{
    struct fixture *fixture = *state;
    static const char *const suites[] = {"a b", "a$b", "a_b", "a_b-2", "a/b"};
    struct sample_table sample = table_of_suites(suites, 5);
    draw_table(fixture, &sample, "svg");
    assert_int_equal(files_in(fixture->folder), 2 * 5); /* needs and parts of each */
    /* Every format has the same names. */
    draw_table(fixture, &sample, "png");
    assert_int_equal(files_in(fixture->folder), 4 * 5);
    free(picture(fixture, "run-a_b-needs.svg"));
    free(picture(fixture, "run-a_b-2-needs.png"));
    sample_table_release(&sample);
}

/* The number of pictures is bounded, and a message says so. */
static void test_many_suites(void **state)
{
    struct fixture *fixture = *state;
    char names[MLM_PICTURE_SUITES + 3][16];
    const char *suites[MLM_PICTURE_SUITES + 3];
    for (size_t i = 0; i < MLM_PICTURE_SUITES + 3; i++) {
        snprintf(names[i], sizeof names[i], "suite%02zu", i);
        suites[i] = names[i];
    }
    for (size_t more = 0; more <= 3; more += 3) {
        struct sample_table sample = table_of_suites(suites, MLM_PICTURE_SUITES + more);
        const struct mlm_picture_order order = {
            .table = sample.table, .list = &sample.list, .plots_folder = PLOTS, .format = "svg"};
        struct mlm_pictures_made made = {0};
        struct mlm_error error = {0};
        if (mlm_pictures_write(&order, fixture->folder, "run", NULL, &made, &error) < 0)
            fail_msg("%s", error.text);
        assert_int_equal(made.count, 2 * MLM_PICTURE_SUITES); /* needs and parts */
        assert_string_equal(
            made.left_out, more ? "no pictures of the last 3 suites: 16 are drawn at most" : "");
        sample_table_release(&sample);
    }
}

/* Records with few facts: still one picture each, and no error from gnuplot. */
static void test_sparse(void **state)
{
    struct fixture *fixture = *state;
    static const enum mlm_outcome outcomes[] = {
        MLM_OUTCOME_REFUSED, MLM_OUTCOME_OOM, MLM_OUTCOME_SKIPPED, MLM_OUTCOME_OK};
    for (int known = 0; known < 3; known++)
        for (size_t i = 0; i < 4; i++) {
            struct mlm_record_list list = {0};
            struct mlm_record record = sample_record("csr");
            record.outcome = outcomes[i];
            if (known < 2)
                mlm_readings_init(&record.readings);
            if (known == 1)
                record.readings.values[MLM_run_ns] = record.readings.values[MLM_needs_peak_bytes] = 0;
            assert_int_equal(mlm_record_list_add(&list, &record, NULL), 0);
            struct sample_table sample = sample_table_of(list);
            struct mlm_error error = {0};
            if (try_to_draw_table(fixture, &sample, PLOTS, "svg", &error) < 0)
                fail_msg("%s, %d: %s", mlm_outcome_name(outcomes[i]), known, error.text);
            sample_table_release(&sample);
        }
}

/* Figures that no machine gives, but a file may contain: every axis is finite. */
static void test_absurd(void **state)
{
    struct fixture *fixture = *state;
    static const int64_t least[] = {1, 20}, most[] = {INT64_C(1) << 53, INT64_MAX};
    static const char *const names[] = {"w", "a-very-long-name-of-a-workload-and-longer-still"};
    for (size_t i = 0; i < 8; i++) {
        struct mlm_record_list list = {0};
        for (int end = 0; end < 2; end++) {
            char name[64];
            snprintf(name, sizeof name, "%s%d", names[i & 1], end);
            struct mlm_record record = sample_record(name);
            int64_t *values = record.readings.values;
            values[MLM_run_ns] = end ? most[i >> 1 & 1] : least[i >> 2 & 1];
            values[MLM_needs_peak_bytes] = end ? 1 : most[i >> 1 & 1];
            values[MLM_core_bytes] = end ? INT64_MAX : 1;
            assert_int_equal(mlm_record_list_add(&list, &record, NULL), 0);
        }
        struct sample_table sample = sample_table_of(list);
        draw_table(fixture, &sample, "svg");
        sample_table_release(&sample);
    }
}

static int try_to_draw(const struct fixture *fixture, const char *plots, struct mlm_error *error)
{
    struct sample_table sample = sample_table("swap");
    int r = try_to_draw_table(fixture, &sample, plots, "svg", error);
    sample_table_release(&sample);
    return r;
}

static void test_no_gnuplot(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_error error = {0};
    assert_int_equal(setenv("PATH", fixture->folder, 1), 0);
    assert_int_equal(try_to_draw(fixture, PLOTS, &error), -ENOENT);
    assert_non_null(strstr(error.text, "gnuplot is not installed"));
    assert_int_equal(files_in(fixture->folder), 0);
}

/* A gnuplot that fails, and one that reports success but writes nothing. */
static void test_bad_gnuplot(void **state)
{
    struct fixture *fixture = *state;
    static const char *const programs[] = {"#!/bin/sh\nprintf 'line 1:\\n \\033[31mwoe' >&2\nexit 1\n",
        "#!/bin/sh\nexit 0\n", "#!/bin/sh\nkill -9 $$\n"};
    static const char *const said[] = {"gnuplot failed: line 1:  ?[31mwoe", "made no picture", "signal 9"};
    char path[2 * SAMPLE_PATH];
    snprintf(path, sizeof path, "%s:%s", fixture->folder, fixture->path);
    assert_int_equal(setenv("PATH", path, 1), 0);
    snprintf(path, sizeof path, "%s/gnuplot", fixture->folder);
    for (size_t i = 0; i < 3; i++) {
        struct mlm_error error = {0};
        sample_write(path, programs[i], strlen(programs[i]));
        assert_int_equal(chmod(path, 0755), 0);
        assert_int_equal(try_to_draw(fixture, PLOTS, &error), -EIO);
        if (!strstr(error.text, said[i]))
            fail_msg("%s", error.text);
        assert_int_equal(files_in(fixture->folder), 1); /* only the program itself */
    }
}

static void test_no_scripts(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_error error = {0};
    assert_int_equal(try_to_draw(fixture, fixture->folder, &error), -EINVAL);
    assert_non_null(strstr(error.text, "style.gp is missing"));
}

int main(void)
{
#define PICTURE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PICTURE_TEST(test_every_suite),
        PICTURE_TEST(test_swap),
        PICTURE_TEST(test_hostile),
        PICTURE_TEST(test_hostile_everywhere),
        PICTURE_TEST(test_names_of_files),
        PICTURE_TEST(test_names_alike),
        PICTURE_TEST(test_many_suites),
        PICTURE_TEST(test_sparse),
        PICTURE_TEST(test_absurd),
        PICTURE_TEST(test_no_gnuplot),
        PICTURE_TEST(test_bad_gnuplot),
        PICTURE_TEST(test_no_scripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
