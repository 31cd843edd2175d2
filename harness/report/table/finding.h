/* The finding of a section: two or three sentences, computed from its rows. */
#pragma once

#include "report/table/table.h"

/* "" where there is nothing to say. One line, printable; the caller frees it. */
int mlm_finding(const struct mlm_section *section, char **ret_text, struct mlm_error *error);
