/* Decodes libsvm lines token by token, so that a row may be longer than the reader's buffer. */
#include "data/libsvm.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/decoder.h"
#include "data/number.h"

static bool ends_token(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#';
}

static int refuse(
    const struct mlm_decoder *d, const char *at, const char *end, const char *what, struct mlm_scoreboard *sb)
{
    int length = 0;
    while (length < 40 && at + length < end && !ends_token(at[length]))
        length++;
    return mlm_fail(sb, -EINVAL, "%.200s, line %" PRIu64 ": expected %s, found '%.*s'", d->name, d->line,
        what, length, at);
}

/* Returns true if the token at `at` ends within this piece, or is already too long to be valid. */
static bool is_whole(const char *at, const char *end, bool last)
{
    const char *begin = at;
    while (at < end && !ends_token(*at))
        at++;
    return at < end || last || at - begin > MLM_NUMBER_MAX;
}

/* Every parser of a token returns TOKEN_READ and moves *at behind the token, or returns the reason why the
 * decoder must stop in front of it. */
enum { TOKEN_READ = MLM_STOP_CRAMPED + 1 };

static int label_parse(struct mlm_decoder *d, const char **at, const char *end, bool last,
    struct mlm_block *block, struct mlm_scoreboard *sb)
{
    float label;
    const char *next = mlm_number_parse(*at, end, &label);
    if (!next || next == end || !ends_token(*next) || !isfinite(label)) {
        if (!is_whole(*at, end, last))
            return MLM_STOP_BYTES;
        if (!next || (next < end && !ends_token(*next)) || !isfinite(label))
            return refuse(d, *at, end, "a line to begin with its label, one finite number", sb);
    }
    block->labels[block->rows] = label;
    if (block->rows == 0)
        block->starts[0] = 0;
    d->libsvm.in_row = true;
    d->libsvm.last_index = 0;
    *at = next;
    return TOKEN_READ;
}

static int query_parse(
    const struct mlm_decoder *d, const char **at, const char *end, bool last, struct mlm_scoreboard *sb)
{
    if (!is_whole(*at, end, last))
        return MLM_STOP_BYTES;
    uint64_t query;
    const char *next = end - *at > 4 && memcmp(*at, "qid:", 4) == 0
                           ? mlm_whole_parse(*at + 4, end, INT64_MAX, &query)
                           : NULL;
    if (d->libsvm.last_index || !next || (next < end && !ends_token(*next)) || next - *at > MLM_NUMBER_MAX)
        return refuse(d, *at, end, "INDEX:VALUE, or one qid:NUMBER after the label", sb);
    *at = next;
    return TOKEN_READ;
}

static int column_refuse(const struct mlm_decoder *d, uint64_t index, struct mlm_scoreboard *sb)
{
    if (d->limits.inspected)
        return mlm_file_changed(sb, d->name,
            "line %" PRIu64 " has a column %" PRIu64 " where there were %" PRIu64, d->line, index,
            d->limits.columns);
    return mlm_fail(sb, -EINVAL,
        "%.200s, line %" PRIu64 ": expected at most %" PRIu64 " columns, found %" PRIu64, d->name, d->line,
        d->limits.columns, index);
}

static int pair_parse(struct mlm_decoder *d, const char **at, const char *end, bool last,
    struct mlm_block *block, struct mlm_scoreboard *sb)
{
    uint64_t index;
    float value = 0;
    const char *colon = mlm_whole_parse(*at, end, UINT32_MAX, &index);
    const char *next =
        colon && colon < end && *colon == ':' ? mlm_number_parse(colon + 1, end, &value) : NULL;
    if (!next || next == end || !ends_token(*next)) {
        if (!is_whole(*at, end, last))
            return MLM_STOP_BYTES;
        if (!next || (next < end && !ends_token(*next)))
            return refuse(d, *at, end, "INDEX:VALUE", sb);
    }
    if (next - *at > MLM_NUMBER_MAX) /* too long, whether or not its end is in this piece */
        return refuse(d, *at, end, "INDEX:VALUE", sb);
    if (!isfinite(value))
        return refuse(d, *at, end, "a value that is finite in f32", sb);
    if (index == 0)
        return refuse(d, *at, end, "indices from 1 on (add 1 to each where the first column is 0)", sb);
    if (index <= d->libsvm.last_index)
        return refuse(d, *at, end, "indices that ascend", sb);
    if (index > d->limits.columns)
        return column_refuse(d, index, sb);
    if (value != 0 && block->count - block->starts[block->rows] == d->limits.row_values)
        return mlm_decoder_refuse_wide(d, sb);
    if (value != 0 && block->count == block->capacity_values)
        return MLM_STOP_CRAMPED;
    d->libsvm.last_index = index;
    d->columns = index > d->columns ? index : d->columns;
    if (value != 0) {
        block->indices[block->count] = (uint32_t)(index - 1);
        block->values[block->count++] = value;
        d->nonzeros++;
    }
    *at = next;
    return TOKEN_READ;
}

static void row_end(struct mlm_decoder *d, struct mlm_block *block)
{
    block->rows++;
    block->starts[block->rows] = block->count;
    d->rows++;
    d->libsvm.in_row = false;
}

/* Skips the text between tokens: spaces, comments and line ends (which end a row). Stops at a token or at the
 * end. */
static const char *gap_skip(struct mlm_decoder *d, const char *at, const char *end, struct mlm_block *block)
{
    struct mlm_libsvm *state = &d->libsvm;
    for (; at < end; at++) {
        if (state->in_comment && *at != '\n') {
            const char *line_end = memchr(at, '\n', (size_t)(end - at));
            if (!line_end)
                return end;
            at = line_end;
        }
        if (*at == '\n') {
            state->in_comment = false;
            if (state->in_row)
                row_end(d, block);
            d->line++;
        } else if (*at == '#') {
            state->in_comment = true;
        } else if (*at != ' ' && *at != '\t' && *at != '\r') {
            return at;
        }
    }
    return at;
}

int mlm_libsvm_decode(struct mlm_decoder *d, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb)
{
    struct mlm_libsvm *state = &d->libsvm;
    const char *at = piece->bytes, *end = at + piece->size;
    bool last = piece->last;
    int r;
    do {
        at = gap_skip(d, at, end, block);
        if (at == end) {
            if (last && state->in_row)
                row_end(d, block);
            r = MLM_STOP_BYTES;
        } else if (!state->in_row) {
            r = block->rows == block->capacity_rows ? MLM_STOP_FULL
                                                    : label_parse(d, &at, end, last, block, sb);
        } else if (*at == 'q') {
            r = query_parse(d, &at, end, last, sb);
        } else {
            r = pair_parse(d, &at, end, last, block, sb);
        }
    } while (r == TOKEN_READ);
    *ret_used = (size_t)(at - piece->bytes);
    if (r == MLM_STOP_BYTES && last && d->rows == 0)
        return mlm_fail(sb, -EINVAL,
            "%.200s, line %" PRIu64 ": expected a line 'LABEL INDEX:VALUE…', found the end "
            "of the file",
            d->name, d->line);
    return r;
}
