/* The table of export formats. */
#include "report/export/export.h"

#include "report/export/formats.h"

/* clang-format off */
const struct mlm_export_format mlm_export_formats[] = {
    {.name = "markdown", .write = mlm_export_markdown,
     .purpose = "tables and findings for GitHub: a job's summary, an issue, a README"},
    {.name = "csv", .write = mlm_export_csv, .has_rows = true,
     .purpose = "a line a trial for pandas, R and spreadsheets; --rows: a line a row"},
    {.name = "tsv", .write = mlm_export_tsv, .has_rows = true,
     .purpose = "the same between tabs"},
    {.name = "json", .write = mlm_export_json,
     .purpose = "the rows summed up, an object each; results/export.schema.json says which keys"},
    {.name = "html", .write = mlm_export_html,
     .purpose = "the tables as one small page"},
    {.name = "google-benchmark", .write = mlm_export_google_benchmark,
     .leaves_out = "rows of which not all trials ended ok with times above zero",
     .purpose = "Google Benchmark's JSON with aggregates, for its compare.py"},
    {.name = "github-action-benchmark", .write = mlm_export_github_action, .leaves_out = "rows that could not be run",
     .purpose = "entries for that action's tool 'customSmallerIsBetter'"},
    {.name = "bencher", .write = mlm_export_bencher, .leaves_out = "rows that could not be run",
     .purpose = "Bencher Metric Format, for `bencher run --adapter json`"},
    {.name = "junit", .write = mlm_export_junit,
     .purpose = "a test a row for CI: wrong and crash fail; oom and timeout are results"},
    {.name = "openmetrics", .write = mlm_export_openmetrics,
     .purpose = "gauges for Prometheus' text file collector and its kin"},
    {0},
};
/* clang-format on */
