/* The tables as one HTML page that needs no other files. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "report/export/formats.h"
#include "report/html/html.h"
#include "report/table/heading.h"

static void put_head(FILE *out)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<title>mlmembench</title>\n<style>\n"
          "body{font:16px/1.5 system-ui,sans-serif;max-width:100rem;margin:0 auto;padding:1rem}\n",
        out);
    fputs(mlm_html_table_css, out);
    fputs("</style>\n</head>\n<body>\n<h1>mlmembench</h1>\n", out);
}

static int put_machine(FILE *out, const struct mlm_record *record)
{
    mlm_auto_free char *line = mlm_machine_line(record);
    if (!line)
        return -ENOMEM;
    fputs("<p>", out);
    mlm_html_text(out, line);
    fputs("</p>\n", out);
    return 0;
}

int mlm_export_html(const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    const struct mlm_record *machine = NULL;
    int r = 0;
    put_head(out);
    for (size_t begin = 0, end; begin < table->section_count && r == 0; begin = end) {
        const struct mlm_record *record = table->sections[begin].rows[0]->first;
        end = mlm_table_suite_end(table, begin);
        if (!machine || !mlm_same_machine(machine, record)) {
            machine = record;
            r = put_machine(out, machine);
            if (r < 0)
                return mlm_error_errno(error, r, "exporting a page");
        }
        r = mlm_html_suite(out, table, begin, end, error);
    }
    fputs("</body>\n</html>\n", out);
    *ret_left_out = 0;
    return r;
}
