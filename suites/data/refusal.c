/* Refusals that the decoders of several formats share, with their messages. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "data/decoder.h"

int mlm_file_changed(struct mlm_scoreboard *sb, const char *name, const char *format, ...)
{
    char how[160];
    va_list args;
    va_start(args, format);
    vsnprintf(how, sizeof how, format, args);
    va_end(args);
    return mlm_fail(sb, -EBADMSG, "%.250s has changed since it was inspected: %s; run again", name, how);
}

int mlm_decoder_refuse_wide(const struct mlm_decoder *d, struct mlm_scoreboard *sb)
{
    const char *kind = mlm_format_is_sparse(d->format) ? "other than 0 " : "";
    if (d->limits.inspected)
        return mlm_file_changed(sb, d->name,
            "line %" PRIu64 " has more than the %" PRIu64 " values %sthat the widest row had", d->line,
            d->limits.row_values, kind);
    return mlm_fail(sb, -E2BIG,
        "%.200s, line %" PRIu64 ": a row of more than %" PRIu64 " values %scannot be held; leave columns out",
        d->name, d->line, d->limits.row_values, kind);
}
