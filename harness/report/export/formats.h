/* The writers of the formats, for the table in export.c alone; contract in export.h. */
#pragma once

#include "report/export/export.h"

typedef int mlm_export_writer(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error);

mlm_export_writer mlm_export_markdown, mlm_export_csv, mlm_export_tsv, mlm_export_json, mlm_export_html,
    mlm_export_google_benchmark, mlm_export_github_action, mlm_export_bencher, mlm_export_junit,
    mlm_export_openmetrics;
