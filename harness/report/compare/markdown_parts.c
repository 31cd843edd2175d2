/* Lines and folds of a comparison in Markdown. */
#include "report/compare/markdown_parts.h"

#include <errno.h>

#include "base/cleanup.h"
#include "report/text/markdown.h"

int mlm_markdown_put_line(FILE *out, const char *before, char *line, const char *behind)
{
    mlm_auto_free char *owned = line;
    if (!owned)
        return -ENOMEM;
    fputs(before, out);
    mlm_markdown_text(out, owned, !*before);
    fputs(behind, out);
    return 0;
}

void mlm_markdown_put_fold(FILE *out, const char *summary)
{
    fprintf(out, "\n<details><summary>%s</summary>\n\n", summary);
}

void mlm_markdown_put_fold_end(FILE *out)
{
    fputs("\n</details>\n", out);
}
