/* The job's file, for all variants: it must hold what its inspection found, neither more nor less. */
#include <errno.h>
#include <inttypes.h>

#include "loading/loading.h"

/* Checks the shape as far as it is known yet. Dense rows of another width would be taken for other rows. */
static int shape_check(
    const struct mlm_loading_config *config, const struct mlm_decoder *d, struct mlm_scoreboard *sb)
{
    uint64_t rows = d->format == MLM_FORMAT_NPY ? d->npy.rows : d->rows;
    if (!config->sparse && d->columns && d->columns != config->columns)
        return mlm_file_changed(
            sb, d->name, "it has %" PRIu64 " columns where it had %" PRIu64, d->columns, config->columns);
    if (rows > config->rows)
        return mlm_file_changed(
            sb, d->name, "it has more than the %" PRIu64 " rows that it had", config->rows);
    if (config->sparse && d->nonzeros > config->nonzeros)
        return mlm_file_changed(sb, d->name,
            "line %" PRIu64 " brings more than the %" PRIu64 " values other than 0 that it had", d->line,
            config->nonzeros);
    return 0;
}

static int rows_missing(const struct mlm_loading_config *config, const struct mlm_decoder *d, uint64_t rows,
    struct mlm_scoreboard *sb)
{
    return mlm_file_changed(sb, d->name, "it has %" PRIu64 " rows where it had %" PRIu64, rows, config->rows);
}

int mlm_loading_open(const struct mlm_loading_config *config, enum mlm_reader_mode mode,
    struct mlm_reader *ret_reader, struct mlm_scoreboard *sb)
{
    if (!config->job.dataset)
        return mlm_fail(
            sb, -EINVAL, "this workload reads a file; name it with dataset=FILE (`build` makes one)");
    const struct mlm_decoder_limits limits = {.columns = config->columns,
        .row_values = config->sparse ? config->widest_row : config->columns,
        .inspected = true};
    struct mlm_reader reader;
    int r = mlm_reader_open(config->job.dataset, (enum mlm_format)config->format, mode, &limits, &reader, sb);
    if (r < 0)
        return r;
    r = shape_check(config, &reader.decoder, sb); /* .npy tells now, text after its first row */
    if (r == 0 && config->format == MLM_FORMAT_NPY && reader.decoder.npy.rows < config->rows)
        r = rows_missing(config, &reader.decoder, reader.decoder.npy.rows, sb);
    if (r < 0) {
        mlm_reader_close(&reader);
        return r;
    }
    *ret_reader = reader;
    return 0;
}

int mlm_loading_block_open(const struct mlm_loading_config *config, uint64_t rows, const char *what,
    struct mlm_block *ret_block, struct mlm_scoreboard *sb)
{
    uint64_t widest = config->sparse ? config->widest_row : config->columns, values;
    if (__builtin_mul_overflow(rows, widest, &values))
        return mlm_fail(sb, -ENOMEM, "no machine has the memory for %s", what);
    if (config->sparse && values > config->nonzeros)
        values = config->nonzeros;
    return mlm_block_open(ret_block, config->sparse, rows, values, what, sb);
}

int mlm_loading_fill(const struct mlm_loading_config *config, struct mlm_reader *reader,
    struct mlm_block *block, struct mlm_scoreboard *sb)
{
    int r = mlm_reader_fill(reader, block, false, sb);
    if (r < 0)
        return r;
    return shape_check(config, &reader->decoder, sb);
}

int mlm_loading_end(
    const struct mlm_loading_config *config, const struct mlm_reader *reader, struct mlm_scoreboard *sb)
{
    const struct mlm_decoder *d = &reader->decoder;
    if (!reader->ended)
        return mlm_file_changed(
            sb, d->name, "it has more than the %" PRIu64 " rows that it had", config->rows);
    if (d->rows < config->rows)
        return rows_missing(config, d, d->rows, sb);
    if (config->sparse && d->nonzeros != config->nonzeros)
        return mlm_file_changed(sb, d->name, "it has %" PRIu64 " values other than 0 where it had %" PRIu64,
            d->nonzeros, config->nonzeros);
    return shape_check(config, d, sb);
}
