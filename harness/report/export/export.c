/* The table of export formats. */
#include "report/export/export.h"

#include "report/export/formats.h"

/* clang-format off */
const struct mlm_export_format mlm_export_formats[] = {
    {.name = "markdown", .write = mlm_export_markdown,
     .purpose = "tables and findings for GitHub: a job's summary, an issue, a README"},
    {.name = "csv", .write = mlm_export_csv, .has_rows = true,
     .purpose = "one line for each trial, for pandas, R and spreadsheets; --rows: one for each row"},
    {.name = "tsv", .write = mlm_export_tsv, .has_rows = true,
     .purpose = "the same, with tabs"},
    {.name = "json", .write = mlm_export_json,
     .purpose = "the summary of each row as an object; results/export.schema.json has the keys"},
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
     .purpose = "one test for each row, for CI: only wrong and crash fail"},
    {.name = "openmetrics", .write = mlm_export_openmetrics,
     .purpose = "gauges for Prometheus' text file collector, and similar"},
    {0},
};
/* clang-format on */
