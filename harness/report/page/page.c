/* Puts the report page together from its sections. */
#include "report/page/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "record/keymap.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"
#include "report/table/heading.h"

/* A chapter of the page: the sections of one suite, of every machine. */
struct chapter {
    const char *suite;
    size_t *begins; /* first section of each machine's part in the table */
    size_t count, capacity;
};

struct chapters {
    struct mlm_keymap suites; /* numbers the chapters */
    struct chapter *items;
};

/* The machines of the records: few are compared with each other, many are shown as a fleet. */
struct crowd {
    struct mlm_machines machines;
    struct mlm_fleet fleet;
    bool is_fleet;
};

static void crowd_release(struct crowd *crowd)
{
    mlm_fleet_release(&crowd->fleet);
    mlm_machines_release(&crowd->machines);
}

static int crowd_make(const struct mlm_table *table, struct crowd *crowd, struct mlm_error *error)
{
    int r = mlm_machines_compare(table, MLM_PAGE_MACHINES_MAX, &crowd->machines, error);
    if (r < 0 || !mlm_fleet_is(crowd->machines.sides, crowd->machines.count))
        return r;
    crowd->is_fleet = true;
    return mlm_fleet_make(crowd->machines.sides, crowd->machines.count, &crowd->fleet, error);
}

static void chapters_release(struct chapters *chapters)
{
    for (size_t i = 0; chapters->items && i < chapters->suites.count; i++)
        free(chapters->items[i].begins);
    free(chapters->items);
    mlm_keymap_release(&chapters->suites);
}

static int chapter_add(struct chapter *chapter, const char *suite, size_t begin)
{
    int r = mlm_grow(&chapter->begins, chapter->count, &chapter->capacity, sizeof *chapter->begins);
    if (r == 0)
        chapter->begins[chapter->count++] = begin;
    chapter->suite = suite;
    return r;
}

static int chapters_make(const struct mlm_table *table, struct chapters *chapters)
{
    chapters->items = calloc(table->section_count + 1, sizeof *chapters->items);
    if (!chapters->items)
        return -ENOMEM;
    for (size_t begin = 0; begin < table->section_count; begin = mlm_table_suite_end(table, begin)) {
        const char *suite = table->sections[begin].rows[0]->first->suite;
        size_t number;
        int r = mlm_keymap_add(&chapters->suites, strdup(suite), &number);
        if (r == 0)
            r = chapter_add(&chapters->items[number], suite, begin);
        if (r < 0)
            return r;
    }
    return 0;
}

static size_t machines_count(const struct mlm_table *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->section_count; i++)
        count += i == 0 ||
                 !mlm_same_machine(table->sections[i].rows[0]->first, table->sections[i - 1].rows[0]->first);
    return count;
}

/* "storage and batch on thinkpad", "4 suites on 3 machines" */
static void put_title(FILE *out, const struct mlm_table *table, const struct chapters *chapters)
{
    size_t suites = chapters->suites.count, machines = machines_count(table);
    if (suites > 4)
        fprintf(out, "%zu suites", suites);
    for (size_t i = 0; i < suites && suites <= 4; i++) {
        fputs(!i ? "" : i + 1 == suites ? " and " : ", ", out);
        mlm_html_text(out, chapters->items[i].suite);
    }
    fputs(" on ", out);
    if (machines == 1)
        mlm_html_text(out, mlm_machine_name(table->sections[0].rows[0]->first->machine));
    else
        fprintf(out, "%zu machines", machines);
}

static void put_head(FILE *out, const struct mlm_page_request *request, const struct chapters *chapters)
{
    /* Nothing is loaded from elsewhere and only our own script may run, whatever the records contain.
     * Pictures use style attributes. */
    fprintf(out,
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; script-src '%s'; base-uri 'none'; form-action 'none'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<meta name=\"generator\" content=\"",
        mlm_page_js_hash);
    mlm_html_text(out, request->program);
    fputs("\"/>\n<title>", out);
    put_title(out, request->table, chapters);
    fprintf(out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n", mlm_html_table_css, mlm_page_css);
}

/* Writes on which days the trials were measured. */
static void put_days(FILE *out, const struct mlm_record_list *list)
{
    const char *from = list->items[0].time, *to = from;
    for (size_t i = 1; i < list->count; i++) {
        const char *time = list->items[i].time;
        from = strcmp(time, from) < 0 ? time : from;
        to = strcmp(time, to) > 0 ? time : to;
    }
    char day[2][11];
    snprintf(day[0], sizeof day[0], "%s", from);
    snprintf(day[1], sizeof day[1], "%s", to);
    mlm_html_text(out, day[0]);
    if (strcmp(day[0], day[1]) != 0) {
        fputs(" to ", out);
        mlm_html_text(out, day[1]);
    }
}

static int put_header(FILE *out, const struct mlm_page_request *request, const struct chapters *chapters,
    const struct crowd *crowd)
{
    const struct mlm_record *machine = request->table->sections[0].rows[0]->first;
    mlm_auto_free char *line = mlm_machine_line(machine);
    if (!line)
        return -ENOMEM;
    fputs("<header>\n<p class=\"brand\">Machine learning in little memory</p>\n<h1>", out);
    put_title(out, request->table, chapters);
    fputs("</h1>\n<p class=\"about\">", out);
    if (machines_count(request->table) == 1) {
        mlm_html_text(out, line);
        fputs(" · ", out);
    }
    mlm_page_count(out, request->list->count, "trial");
    fputs(" · ", out);
    put_days(out, request->list);
    fputs(
        "</p>\n</header>\n<nav aria-label=\"Sections\"><ul>\n<li><a href=\"#finding\">The finding</a></li>\n",
        out);
    if (crowd->is_fleet)
        fputs("<li><a href=\"#fleet\">Machine by machine</a></li>\n", out);
    for (size_t i = 0; i < chapters->suites.count && i < MLM_PAGE_SETTINGS_MAX; i++) {
        fprintf(out, "<li><a href=\"#suite-%zu\">", i + 1);
        mlm_html_text(out, chapters->items[i].suite);
        fputs("</a></li>\n", out);
    }
    if (!crowd->is_fleet && crowd->machines.comparison)
        fputs("<li><a href=\"#comparison\">Row against row</a></li>\n", out);
    fprintf(out,
        "<li><a href=\"#method\">How it was measured</a></li>\n"
        "<li><a href=\"#repeat\">How to repeat it</a></li>\n<li><a href=\"#machine\">The machine%s</a></li>\n"
        "</ul></nav>\n<main>\n",
        machines_count(request->table) > 1 ? "s" : "");
    return 0;
}

static size_t rows_count(const struct mlm_table *table, size_t begin, size_t end)
{
    size_t count = 0;
    for (size_t i = begin; i < end; i++)
        count += table->sections[i].count;
    return count;
}

static int put_tables(
    FILE *out, const struct mlm_table *table, const struct chapter *chapter, struct mlm_error *error)
{
    bool named = machines_count(table) > 1;
    for (size_t i = 0; i < chapter->count; i++) {
        size_t begin = chapter->begins[i], end = mlm_table_suite_end(table, begin);
        size_t rows = rows_count(table, begin, end);
        mlm_auto_free char *line = mlm_machine_line(table->sections[begin].rows[0]->first);
        if (!line)
            return mlm_error_errno(error, -ENOMEM, "page");
        fputs("<div class=\"mlm-part\">\n", out);
        if (named) {
            fputs("<h3>", out);
            mlm_html_text(out, line);
            fputs("</h3>\n", out);
        }
        mlm_page_fold_begin(out, rows, end - begin);
        int r = mlm_html_suite(out, table, begin, end, error);
        if (r < 0)
            return r;
        mlm_page_fold_end(out, rows);
        fputs("</div>\n", out);
    }
    return 0;
}

static int put_chapter(FILE *out, const struct mlm_table *table, const struct mlm_page_pictures *pictures,
    const struct chapter *chapter, size_t number, struct mlm_error *error)
{
    fprintf(out, "<section id=\"suite-%zu\" class=\"suite\">\n<h2>", number);
    mlm_html_text(out, chapter->suite);
    fputs("</h2>\n", out);
    mlm_page_pictures_put(out, pictures, chapter->suite);
    int r = put_tables(out, table, chapter, error);
    fputs("</section>\n", out);
    return r;
}

static int put_body(FILE *out, const struct mlm_page_request *request, const struct chapters *chapters,
    const struct crowd *crowd, const struct mlm_page_pictures *pictures, struct mlm_error *error)
{
    const struct mlm_table *table = request->table;
    const struct mlm_fleet *fleet = crowd->is_fleet ? &crowd->fleet : NULL;
    int r = put_header(out, request, chapters, crowd);
    if (r < 0)
        return mlm_error_errno(error, r, "page");
    if (pictures->missing) {
        fputs("<p class=\"note missing-pictures\">", out);
        mlm_html_text(out, pictures->missing);
        fputs("</p>\n", out);
    }
    r = mlm_page_summary(out, request, &crowd->machines, fleet, error);
    if (r == 0 && fleet)
        r = mlm_page_fleet(out, fleet, error);
    for (size_t i = 0; r == 0 && i < chapters->suites.count; i++)
        r = put_chapter(out, table, pictures, &chapters->items[i], i + 1, error);
    if (r == 0 && !fleet && crowd->machines.comparison)
        r = mlm_page_compare(out, &crowd->machines, error);
    if (r < 0)
        return r;
    fputs(mlm_method_html, out);
    r = mlm_page_repeat(out, request->list, error);
    if (r == 0)
        r = mlm_page_machines(out, request->list, table, error);
    fputs("</main>\n<footer>Made by ", out);
    mlm_html_text(out, request->program);
    fprintf(out,
        " from %zu trial%s.</footer>\n<script>%s</script>\n"
        "</body>\n</html>\n",
        request->list->count, request->list->count == 1 ? "" : "s", mlm_page_js);
    return r;
}

int mlm_report_page(
    const struct mlm_page_request *request, FILE *out, char **ret_no_pictures, struct mlm_error *error)
{
    mlm_cleanup(chapters_release) struct chapters chapters = {0};
    mlm_cleanup(mlm_page_pictures_release) struct mlm_page_pictures pictures = {0};
    mlm_cleanup(crowd_release) struct crowd crowd = {0};
    int r = chapters_make(request->table, &chapters) < 0 ? mlm_error_errno(error, -ENOMEM, "page") : 0;
    if (r == 0)
        r = crowd_make(request->table, &crowd, error);
    if (r == 0)
        r = mlm_page_pictures_draw(request, &crowd.machines, &pictures, error);
    if (r < 0)
        return r;
    /* A full disk is noticed here, while its error is known: later the stream only says that there was one.
     */
    fputs("<!DOCTYPE html>\n", out);
    if (fflush(out) != 0)
        return mlm_error_errno(error, -errno, "cannot write the page");
    put_head(out, request, &chapters);
    r = put_body(out, request, &chapters, &crowd, &pictures, error);
    if (r == 0 && fflush(out) != 0)
        r = mlm_error_errno(error, -errno, "cannot write the page");
    else if (r == 0 && ferror(out))
        r = mlm_error_errno(error, -EIO, "cannot write the page");
    if (r == 0)
        *ret_no_pictures = mlm_take_ptr(pictures.missing);
    return r;
}
