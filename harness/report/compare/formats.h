/* The writers of the formats, for the table in format.c alone. */
#pragma once

#include "report/compare/format.h"

mlm_compare_writer mlm_compare_markdown, mlm_compare_json, mlm_compare_junit, mlm_compare_github;
