/* Tests the way from rows to points and data files: what is shown where, that missing values stay missing,
 * where lines cross, that a picture is bounded, and that text from records appears only where it is shown. */
#include <errno.h>
#include <math.h>

#include "report/plot/data.h"
#include "report/plot/svg.h"
#include "report_sample.h"

#define MIB 1048576.0

struct trial {
    const char *workload, *density;
    uint64_t cap_mib; /* 0: none */
    enum mlm_outcome outcome;
    double seconds, needs_mib;
};

static void add_trial(struct mlm_record_list *list, const struct trial *trial)
{
    struct mlm_record record = sample_record(trial->workload);
    mlm_params_release(&record.params);
    assert_int_equal(mlm_params_add(&record.params, "value", "f32"), 0);
    assert_int_equal(mlm_params_add(&record.params, "density", trial->density), 0);
    free(record.equal_work);
    record.equal_work = NULL;
    record.limits.cap_bytes = trial->cap_mib ? trial->cap_mib << 20 : MLM_NO_LIMIT;
    record.outcome = trial->outcome;
    mlm_readings_init(&record.readings);
    record.readings.values[MLM_needs_peak_bytes] = (int64_t)(trial->needs_mib * MIB);
    if (trial->outcome == MLM_OUTCOME_OK)
        record.readings.values[MLM_run_ns] = (int64_t)(trial->seconds * 1e9);
    assert_int_equal(mlm_record_list_add(list, &record, NULL), 0);
}

static struct sample_table table_of(const struct trial *trials, size_t count)
{
    struct mlm_record_list list = {0};
    for (size_t i = 0; i < count; i++)
        add_trial(&list, &trials[i]);
    return sample_table_of(list);
}

static const struct mlm_plot *plot_named(const char *name)
{
    for (size_t i = 0; i < mlm_plot_count; i++)
        if (strcmp(mlm_plots[i].name, name) == 0)
            return &mlm_plots[i];
    fail_msg("no plot %s", name);
    return NULL;
}

/* All sections, which are of one suite. */
static int frame_try(const char *plot, const struct sample_table *sample, struct mlm_frame *ret_frame)
{
    const struct mlm_section *sections[64];
    assert_in_range(sample->table->section_count, 1, 64);
    for (size_t i = 0; i < sample->table->section_count; i++)
        sections[i] = &sample->table->sections[i];
    struct mlm_frame_source from = {sample->table, &sample->list, NULL};
    struct mlm_error error = {0};
    int r =
        mlm_frame_make(plot_named(plot), &from, sections, sample->table->section_count, ret_frame, &error);
    if (r < 0)
        fail_msg("%s", error.text);
    return r;
}

static struct mlm_frame frame_of(const char *plot, const struct sample_table *sample)
{
    struct mlm_frame frame;
    assert_int_equal(frame_try(plot, sample, &frame), 1);
    return frame;
}

/* Dense needs 100 MiB at every density and the other 200 MiB times the density, so they meet at 0.5,
 * whichever densities were measured; and in time, straight lines of logarithms meet at 0.1. */
static void test_crossing(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {"dense", "0.01", 512, MLM_OUTCOME_OK, 1, 100},
        {"dense", "0.2", 512, MLM_OUTCOME_OK, 1, 100},
        {"dense", "1", 512, MLM_OUTCOME_OK, 1, 100},
        {"csr", "0.01", 512, MLM_OUTCOME_OK, 0.1, 2},
        {"csr", "0.2", 512, MLM_OUTCOME_OK, 2, 40},
        {"csr", "1", 512, MLM_OUTCOME_OK, 10, 200},
    };
    struct sample_table sample = table_of(trials, 6);
    struct mlm_frame frame = frame_of("density", &sample);
    assert_int_equal(frame.crossing_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct mlm_frame_crossing *crossing = &frame.crossings[i];
        double x = crossing->axis == 0 ? 0.5 : 0.1, y = crossing->axis == 0 ? 100 * MIB : 1e9;
        assert_true(frame.x.logarithmic && frame.axes[crossing->axis].logarithmic);
        assert_true(fabs(crossing->x - x) < 1e-6 * x);
        assert_true(fabs(crossing->y - y) < 1e-6 * y);
        assert_string_equal(frame.series[crossing->series].name, "csr");
        assert_string_equal(frame.series[crossing->base].name, "dense");
        assert_false(crossing->close);
    }
    mlm_frame_release(&frame);
    sample_table_release(&sample);
}

/* Lines that touch, that are level, or have a hole where they would cross, do not cross. */
static void test_no_crossing(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {"dense", "0.01", 512, MLM_OUTCOME_OK, 1, 100},
        {"dense", "0.1", 512, MLM_OUTCOME_OK, 1, 100},
        {"dense", "1", 512, MLM_OUTCOME_OK, 1, 100},
        {"level", "0.01", 512, MLM_OUTCOME_OK, 1, 99.9},
        {"level", "0.1", 512, MLM_OUTCOME_OK, 1, 100.1},
        {"level", "1", 512, MLM_OUTCOME_OK, 1, 110},
        {"hole", "0.01", 512, MLM_OUTCOME_OK, 0.5, 50},
        {"hole", "0.1", 512, MLM_OUTCOME_OOM, 0, 512},
        {"hole", "1", 512, MLM_OUTCOME_OOM, 0, 512},
    };
    struct sample_table sample = table_of(trials, 9);
    struct mlm_frame frame = frame_of("density", &sample);
    assert_int_equal(frame.crossing_count, 0);
    mlm_frame_release(&frame);
    sample_table_release(&sample);
}

static const struct mlm_frame_point *point_at(const struct mlm_frame *frame, const char *series, double x)
{
    for (size_t i = 0; i < frame->point_count; i++)
        if (strcmp(frame->series[frame->points[i].series].name, series) == 0 &&
            fabs(frame->points[i].x - x) < 1e-9)
            return &frame->points[i];
    fail_msg("no point of %s at %g", series, x);
    return NULL;
}

static const struct trial caps[] = {
    {"fits", "0.1", 0, MLM_OUTCOME_OK, 2, 10},
    {"fits", "0.1", 512, MLM_OUTCOME_OK, 3, 10},
    {"fits", "0.1", 1024, MLM_OUTCOME_OK, 2, 10},
    {"dies", "0.1", 0, MLM_OUTCOME_OK, 2, 700},
    {"dies", "0.1", 512, MLM_OUTCOME_OOM, 0, 512},
    {"dies", "0.1", 1024, MLM_OUTCOME_OK, 4, 700},
    {"slow", "0.1", 0, MLM_OUTCOME_OK, 2, 700},
    {"slow", "0.1", 512, MLM_OUTCOME_TIMEOUT, 0, 700},
    {"slow", "0.1", 1024, MLM_OUTCOME_TIMEOUT, 0, 700},
    {"never", "0.1", 512, MLM_OUTCOME_SKIPPED, 0, 0},
};

static void test_slowdown(void **state)
{
    (void)state;
    struct sample_table sample = table_of(caps, sizeof caps / sizeof *caps);
    struct mlm_frame frame = frame_of("slowdown", &sample);
    assert_int_equal(frame.series_count, 3); /* a row that never ran has no line */
    assert_int_equal(frame.panel_count, 1);
    const struct mlm_frame_point *fits = point_at(&frame, "fits", 512 * MIB);
    assert_true(fabs(fits->figures[0][0].value - 1.5) < 1e-9);
    const struct mlm_frame_point *dies = point_at(&frame, "dies", 512 * MIB);
    assert_true(isnan(dies->figures[0][0].value));
    assert_int_equal(dies->outcome, MLM_OUTCOME_OOM);
    assert_true(fabs(point_at(&frame, "dies", 1024 * MIB)->figures[0][0].value - 2) < 1e-9);
    /* Two rows that failed under one cap are drawn side by side. */
    assert_int_equal(dies->places, 2);
    assert_int_not_equal(dies->place, point_at(&frame, "slow", 512 * MIB)->place);
    mlm_frame_release(&frame);
    sample_table_release(&sample);
}

/* A single cap or density gives no picture, and neither do other suites. */
static void test_nothing_to_show(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {"dense", "0.1", 0, MLM_OUTCOME_OK, 1, 100},
        {"dense", "0.1", 512, MLM_OUTCOME_OK, 1, 100},
        {"csr", "0.1", 512, MLM_OUTCOME_OK, 1, 100},
    };
    struct sample_table sample = table_of(trials, 3);
    struct mlm_frame frame;
    assert_int_equal(frame_try("slowdown", &sample, &frame), 0);
    assert_int_equal(frame_try("density", &sample, &frame), 0);
    assert_int_equal(frame_try("timeline", &sample, &frame), 0); /* no timeline is recorded */
    assert_int_equal(frame_try("machines", &sample, &frame), 0);
    frame = frame_of("needs", &sample);
    mlm_frame_release(&frame);
    sample_table_release(&sample);
}

static char *written(const struct mlm_plot_files *files, enum mlm_plot_file which)
{
    char *text = NULL;
    size_t size;
    assert_int_equal(mlm_plot_read(files, which, &text, &size, NULL), 0);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in: %s", part, text);
}

/* Figures beside points have no exponent, however large. */
static void test_large_figures(void **state)
{
    (void)state;
    char text[MLM_PLOT_VALUE_TEXT];
    const struct mlm_plot_value ratio = {.value = 2231.4}, least = {.value = 0.5};
    assert_string_equal(mlm_plot_value_show(&ratio, MLM_QUANTITY_RATIO, text), "2231 ×");
    assert_string_equal(mlm_plot_value_show(&least, MLM_QUANTITY_RATIO, text), "0.50 ×");
    assert_string_equal(mlm_plot_place_show(4096, text), "4096");
    assert_string_equal(mlm_plot_place_show(0.0123, text), "0.012");
}

static void test_data_files(void **state)
{
    (void)state;
    struct sample_table sample = table_of(caps, sizeof caps / sizeof *caps);
    struct mlm_frame frame = frame_of("slowdown", &sample);
    struct mlm_plot_files files;
    assert_int_equal(mlm_plot_files_make(&files, NULL), 0);
    assert_int_equal(mlm_frame_write(&frame, "svg", &files, NULL), 0);
    char *points = written(&files, MLM_PLOT_POINTS);
    assert_has(points, "\t536870912\t1\t0\t1\t2\tdies\toom\tNaN\tNaN\tNaN\t \t\n");
    assert_has(points, "\tfits\tok\t1.5\tNaN\tNaN\t1.50 ×\t\n");
    free(points);
    char *values = written(&files, MLM_PLOT_VALUES);
    assert_has(values, "format = \"svg\"\n");
    assert_has(values, "series = 3\n");
    assert_has(values, "tic_text[1] = \"512M\"\n");
    assert_has(values, "count_oom = 1\n");
    assert_has(values, "count_timeout = 2\n");
    assert_has(values, "lost_1 = 3\n");
    free(values);
    char *title = written(&files, MLM_PLOT_TITLE);
    assert_has(title, "1\tstorage: slowdown against cap\n");
    free(title);
    mlm_plot_files_release(&files);
    mlm_frame_release(&frame);
    sample_table_release(&sample);
}

/* Many variants: only as many as can be distinguished, failed ones first. */
static void test_bounded(void **state)
{
    (void)state;
    struct mlm_record_list list = {0};
    for (int i = 0; i < 200; i++)
        for (uint64_t cap = 0; cap <= 1024; cap += 512) {
            char name[16];
            snprintf(name, sizeof name, "w%d", i);
            bool failed = i == 150 && cap == 512;
            struct trial trial = {name, "0.1", cap, failed ? MLM_OUTCOME_OOM : MLM_OUTCOME_OK,
                1 + 0.01 * i * (cap == 512), 100};
            add_trial(&list, &trial);
        }
    struct sample_table sample = sample_table_of(list);
    struct mlm_frame frame = frame_of("slowdown", &sample);
    assert_int_equal(frame.series_count, 16);
    (void)point_at(&frame, "w150", 512 * MIB);
    (void)point_at(&frame, "w199", 512 * MIB); /* the slowest */
    char *left_out = mlm_frame_left_out(&frame), *description = mlm_frame_describe(&frame);
    assert_has(left_out, "16 of 200 variants: those that failed, or have the largest");
    assert_has(description, "16 of 200 variants");
    assert_has(description, "caps from 512M to 1G");
    assert_has(description, "1 ended as oom");
    free(left_out);
    free(description);
    mlm_frame_release(&frame);
    frame = frame_of("needs", &sample);
    assert_in_range(frame.slot_count, 40, 100);
    left_out = mlm_frame_left_out(&frame);
    assert_has(left_out, "of 400 rows");
    free(left_out);
    mlm_frame_release(&frame);
    sample_table_release(&sample);
}

/* Of two caps, a picture of one cap shows the lower one, because data is scaled to it; of three the middle
 * one. A sweep shows the largest. */
static void test_caps(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 3; count++) {
        struct mlm_record_list list = {0};
        for (uint64_t c = 0; c <= count; c++)
            for (int d = 1; d <= 2; d++) {
                struct trial trial = {"csr", d == 1 ? "0.1" : "0.2", 512 * c, MLM_OUTCOME_OK, 1, 100};
                add_trial(&list, &trial);
                if (!c) /* requested as a row of its own */
                    for (int again = 0; again < 2; again++)
                        add_trial(&list, &trial);
            }
        struct sample_table sample = sample_table_of(list);
        struct mlm_frame frame = frame_of("density", &sample);
        char *place = mlm_frame_place(&frame);
        assert_has(place, "cap none");
        free(place);
        mlm_frame_release(&frame);
        sample_table_release(&sample);
    }
}

static const char drawn[] =
    "<?xml version=\"1.0\"?>\n<svg\n viewBox=\"0 0 800 300\"\n>\n<title>Gnuplot</title>\n"
    "<g id=\"gnuplot_canvas\">\n<rect fill=\"#FFFFFF\"/><use xlink:href='#gpPt0'/>\n"
    "<g id=\"gnuplot_plot_1\" ><title>gnuplot_plot_1</title>\n"
    "<path id='gpPt0' stroke='rgb(  0, 114, 178)' filter=\"url(#box)\"/>\n"
    "<text>rgb(  0, 114, 178) id=\"x\" #FFFFFF &lt;</text></g></g></svg>\n";

static void say_number(FILE *out, const void *context, size_t point)
{
    fprintf(out, "%s <%zu>", (const char *)context, point);
}

static const struct mlm_svg_words words = {.prefix = "p1",
    .title = "a <b> & \"c\"",
    .description = "\033d",
    .point_count = 3,
    .say = say_number,
    .context = "point"};

static void test_svg(void **state)
{
    (void)state;
    char *svg = NULL, *again = NULL;
    struct mlm_error error = {0};
    assert_int_equal(mlm_svg_finish(drawn, &words, &svg, &error), 0);
    assert_int_equal(strncmp(svg, "<svg ", 5), 0);
    assert_has(svg, "viewBox=\"0 0 800 300\"");
    assert_has(svg, "<title id=\"p1-title\">a &#60;b&#62; &#38; &#34;c&#34;</title>");
    assert_has(svg, "<desc id=\"p1-description\">?d</desc>");
    assert_has(svg, "<g id=\"p1-gnuplot_plot_1\" >\n");
    assert_has(svg, "xlink:href='#p1-gpPt0'");
    assert_has(svg, "<path id='p1-gpPt0' stroke='#0072b2' filter=\"url(#p1-box)\"/>");
    assert_has(svg, "<rect fill=\"#ffffff\"/>");
    assert_has(svg, "(prefers-color-scheme:dark)");
    /* Text content stays unchanged. */
    assert_has(svg, "<text>rgb(  0, 114, 178) id=\"x\" #FFFFFF &lt;</text>");
    assert_null(strstr(svg, "<title>"));
    assert_int_equal(mlm_svg_finish(drawn, &words, &again, &error), 0);
    assert_string_equal(svg, again);
    free(svg);
    free(again);
}

/* A named point becomes a place with words, escaped; gnuplot's handler and mark are left out, also of a point
 * that nobody knows. */
static void test_points(void **state)
{
    (void)state;
    static const char form[] =
        "<svg viewBox=\"0 0 800 300\"><g id=\"gnuplot_canvas\">\n"
        "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'%s')\" onmouseout=\"gnuplot_svg.hideHypertext()\">"
        "<title> </title>\n<use xlink:href='#gpPt6' transform='translate(54.53,264.00) scale(4.05)' "
        "color='x'/></g></g></svg>";
    static const char *const names[] = {"p2", "p3", "", "p-1", "p99999999999999999999"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[1024], *svg = NULL;
        struct mlm_error error = {0};
        snprintf(text, sizeof text, form, names[i]);
        struct mlm_svg_words of = words;
        for (of.lines = false;; of.lines = true) {
            assert_int_equal(mlm_svg_finish(text, &of, &svg, &error), 0);
            assert_null(strstr(svg, "onmouse"));
            assert_null(strstr(svg, "<use"));
            assert_has(svg, "<g class=\"mlm-point\">");
            if (i)
                assert_null(strstr(svg, "<title>"));
            else
                assert_has(svg, of.lines ? "<title>point &#60;2&#62;</title><rect x=\"0\" y=\"256.5\""
                                         : "<title>point &#60;2&#62;</title><circle cx=\"54.5\"");
            free(svg);
            if (of.lines)
                break;
        }
    }
}

static void test_bad_svg(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "<svg>", "<svg viewBox=\"0 0 8 8\"><p/></svg>",
        "<svg viewBox=\"0 0 a 8\"><g id=\"gnuplot_canvas\"></g></svg>",
        "<svg viewBox=\"0 0 8 8\"><g id=\"gnuplot_canvas\"><title>",
        "<svg viewBox=\"0 0 8 8\"><g id=\"gnuplot_canvas\"",
        "<svg viewBox=\"0 0 8 8\"><g id=\"gnuplot_canvas\"><g onmousemove=\"x\"><title> </title></g></g>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *svg = NULL;
        struct mlm_error error = {0};
        assert_int_equal(mlm_svg_finish(bad[i], &words, &svg, &error), -EBADMSG);
        assert_null(svg);
        assert_true(error.text[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crossing),
        cmocka_unit_test(test_no_crossing),
        cmocka_unit_test(test_slowdown),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_large_figures),
        cmocka_unit_test(test_data_files),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_bad_svg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
