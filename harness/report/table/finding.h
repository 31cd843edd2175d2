/* The finding of a section: two or three sentences, computed from its rows. */
#pragma once

#include "report/table/table.h"

/* Writes the finding: one line, printable, "" where there is nothing to say. The caller frees it. */
int mlm_finding(const struct mlm_section *section, char **ret_text, struct mlm_error *error);
