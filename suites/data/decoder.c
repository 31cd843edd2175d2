/* The common part of the three decoders: format by file name, limits, and messages about a file that is
 * refused. */
#include "data/decoder.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

int mlm_format_of(const char *path, enum mlm_format *ret_format, struct mlm_error *error)
{
    static const struct {
        const char *ending;
        enum mlm_format format;
    } endings[] = {
        {".npy", MLM_FORMAT_NPY},
        {".csv", MLM_FORMAT_CSV},
        {".tsv", MLM_FORMAT_CSV},
        {".libsvm", MLM_FORMAT_LIBSVM},
        {".svm", MLM_FORMAT_LIBSVM},
        {".txt", MLM_FORMAT_LIBSVM},
    };
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (length > 3 && strcasecmp(name + length - 3, ".gz") == 0)
        length -= 3;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i].ending);
        if (length >= ending && strncasecmp(name + length - ending, endings[i].ending, ending) == 0) {
            *ret_format = endings[i].format;
            return 0;
        }
    }
    return mlm_error_set(error, -EINVAL,
        "%.300s: the name must end in .npy, .csv, .tsv, .libsvm, .svm or .txt, and .gz may follow", path);
}

void mlm_decoder_begin(struct mlm_decoder *decoder, enum mlm_format format, const char *name,
    const struct mlm_decoder_limits *limits)
{
    static const struct mlm_decoder_limits none = {.columns = UINT64_MAX, .row_values = UINT64_MAX};
    *decoder =
        (struct mlm_decoder){.format = format, .name = name, .line = 1, .limits = limits ? *limits : none};
}

int mlm_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb)
{
    switch (decoder->format) {
    case MLM_FORMAT_NPY:
        return mlm_npy_decode(decoder, piece, block, ret_used, sb);
    case MLM_FORMAT_CSV:
        return mlm_csv_decode(decoder, piece, block, ret_used, sb);
    case MLM_FORMAT_LIBSVM:
        return mlm_libsvm_decode(decoder, piece, block, ret_used, sb);
    }
    return -EINVAL;
}
