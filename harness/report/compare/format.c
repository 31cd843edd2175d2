/* The table of formats of a comparison. */
#include "report/compare/format.h"

#include "report/compare/formats.h"
#include "report/compare/show.h"

static int write_text(const struct mlm_compared *compared, FILE *out, struct mlm_error *error)
{
    int r = mlm_comparison_show(compared->comparison, compared->style, out, error);
    return r < 0 || !compared->gate ? r
                                    : mlm_gate_show(compared->gate, compared->comparison, compared->trips,
                                          compared->style, out, error);
}

/* clang-format off */
const struct mlm_compare_format mlm_compare_formats[] = {
    {.name = "text", .write = write_text,
     .purpose = "for a terminal"},
    {.name = "markdown", .write = mlm_compare_markdown,
     .purpose = "for a pull request or a job's summary: the answer and what changed; all rows and the machines are folded"},
    {.name = "json", .write = mlm_compare_json,
     .purpose = "for programs; results/compare.schema.json has the keys"},
    {.name = "junit", .write = mlm_compare_junit,
     .purpose = "one test for each row, for CI: a row that --fail-above fails is a failure"},
    {.name = "github", .write = mlm_compare_github,
     .aside = mlm_compare_markdown, .aside_variable = "GITHUB_STEP_SUMMARY",
     .purpose = "for a step of GitHub Actions: errors and a notice for its log, and the markdown for the file in GITHUB_STEP_SUMMARY"},
    {0},
};
/* clang-format on */
