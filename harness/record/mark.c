/* The table of marks, made from the list in mark.h. */
#include "record/mark.h"

const struct mlm_mark_info mlm_marks[MLM_MARK_COUNT] = {
#define MARK_INFO(name, text) {.key = #name, .help = (text)},
    MLM_MARKS(MARK_INFO)
#undef MARK_INFO
};

_Static_assert(MLM_MARK_COUNT <= 32, "a mark set has 32 bits");
