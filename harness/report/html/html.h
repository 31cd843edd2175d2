/* HTML: escaped texts of records, and the table of a suite. The functions write pieces of a page, for the
 * style sheet mlm_html_table_css. */
#pragma once

#include <stdio.h>

#include "report/table/table.h"

/* Writes a text of any origin so that a reader sees it unchanged, in content and in quoted attributes: markup
 * is escaped, a character that is not printable becomes '?'. */
void mlm_html_text(FILE *out, const char *text);

/* Writes the sections from `begin` up to `end` (one suite of one machine: mlm_table_suite_end()) as a table
 * each, with its finding as a paragraph, and the footnotes of all behind the last. Columns in which no row of
 * the suite has something are left out.
 *
 *   <div class="mlm-scroll"><table class="mlm-table">
 *     <caption><span>storage, cap 2G, data 2.50 GiB</span></caption>
 *     <thead><tr><th scope="col" class="text">workload</th> … <th scope="col" class="figure">time</th>
 *     <tbody><tr><th scope="row" class="text">csr</th><td class="text outcome ok">ok</td>
 *                <td class="figure" data-value="24800000">24.8 ms</td>
 *                <td class="figure" data-value="">-</td>
 *   <p class="mlm-finding">…</p>
 *   <dl class="mlm-notes"><dt>[a]</dt><dd>…</dd>
 *
 * A figure's data-value is the unrounded number, for sorting, in nanoseconds, bytes or as a ratio; empty
 * where there is none. An outcome's class is its name (`ok`, `oom`, …), or `partly` where some repetitions
 * are ok.
 *
 * -ENOMEM. Whether all could be written is for the caller to ask of `out`. */
int mlm_html_suite(
    FILE *out, const struct mlm_table *table, size_t begin, size_t end, struct mlm_error *error);

/* The style sheet for these tables, light and dark. Its colours are the custom properties at its begin;
 * --mlm-page is the background of the page, where the page has one. */
extern const char mlm_html_table_css[];
