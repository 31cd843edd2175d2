/* Functions that several sections of the page use: folding, counts and sizes. */
#include "report/page/page_parts.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/html/html.h"

void mlm_page_count(FILE *out, size_t count, const char *noun)
{
    fprintf(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

/* Longer tables are folded. */
#define ROWS_UNFOLDED 300

void mlm_page_fold_begin(FILE *out, size_t row_count, size_t table_count)
{
    if (row_count <= ROWS_UNFOLDED)
        return;
    fputs("<details class=\"fold\"><summary>", out);
    mlm_page_count(out, row_count, "row");
    if (table_count > 1)
        fprintf(out, " in %zu tables", table_count);
    fputs("</summary>\n", out);
}

void mlm_page_fold_end(FILE *out, size_t row_count)
{
    if (row_count > ROWS_UNFOLDED)
        fputs("</details>\n", out);
}

void mlm_page_size(FILE *out, double bytes)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_show(bytes, text), out);
}

void mlm_page_in_cap(FILE *out, uint64_t cap_bytes)
{
    char text[MLM_SIZE_TEXT];
    if (cap_bytes == MLM_NO_LIMIT)
        fputs("without a cap", out);
    else
        fprintf(out, "in %s", mlm_size_spell(cap_bytes, text));
}

int mlm_page_said(FILE *out, void (*say)(FILE *out, const void *of), const void *of)
{
    struct mlm_text said;
    if (!mlm_text_begin(&said))
        return -ENOMEM;
    say(said.out, of);
    mlm_auto_free char *text = mlm_text_end(&said);
    if (!text)
        return -ENOMEM;
    mlm_html_text(out, text);
    return 0;
}
