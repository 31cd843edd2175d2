/* What is said of every plain copy. */
#include "data/plain/rewrite.h"

#include <inttypes.h>

#include "base/size.h"

void mlm_rewrite_tell(const struct mlm_rewrite *w)
{
    char size[MLM_SIZE_TEXT];
    if (w->order->notes)
        fprintf(w->order->notes,
            "dataset %s: %" PRIu64 " row%s of %" PRIu64
            " number%s, which the trials read from a plain copy of %s\n",
            w->order->path, w->shape.rows, w->shape.rows == 1 ? "" : "s", w->shape.columns,
            w->shape.columns == 1 ? "" : "s", mlm_size_show((double)mlm_output_bytes(w->out), size));
}
