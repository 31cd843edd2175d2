/* The header is a list of keys with values, then a list of tensors (docs/gguf.md of ggml). The keys are gone
 * through twice: a model's keys begin with the name of its architecture, which is a value itself. Nothing is
 * kept but a few numbers; strings and arrays are passed over. */
#include "estimate/gguf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The largest headers, those with a vocabulary of 256 K words, have some 15 MB. */
#define HEADER_BYTES_MOST (UINT64_C(256) << 20)
#define DIMENSIONS_MOST 4
#define NAME_SIZE 80
#define LAYERS_MOST 4096
#define COUNT_MOST INT32_MAX /* of heads, units, words, tokens */

enum value_type { U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64, VALUE_TYPES };
static const uint8_t value_bytes[VALUE_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

/* Keys of a model, behind the name of its architecture. */
enum key { LAYERS, WIDTH, HEADS, KV_HEADS, KEY_SIZE, VALUE_SIZE, FFN, CONTEXT, LATENT, STATE, KEYS };
static const char *const keys[KEYS] = {[LAYERS] = ".block_count",
    [WIDTH] = ".embedding_length",
    [HEADS] = ".attention.head_count",
    [KV_HEADS] = ".attention.head_count_kv",
    [KEY_SIZE] = ".attention.key_length",
    [VALUE_SIZE] = ".attention.value_length",
    [FFN] = ".feed_forward_length",
    [CONTEXT] = ".context_length",
    [LATENT] = ".attention.kv_lora_rank",
    [STATE] = ".ssm.state_size"};

/* A number, or one of each layer. */
struct numbers {
    uint64_t count, most, sum;
};

struct header {
    int fd;
    uint64_t file_bytes, at;
    uint64_t held_at, held; /* what is in the buffer */
    struct mlm_error *error;
    uint64_t keys_at, key_count;
    uint64_t alignment, parts;
    struct numbers numbers[KEYS];
    uint64_t layers_of_names; /* by the tensors' names */
    bool output;              /* it has a tensor for the output */
    uint64_t data_bytes;      /* of the tensors, each aligned */
    struct mlm_gguf gguf;
    uint8_t buffer[65536];
};

static int bad(struct header *header, const char *what)
{
    return mlm_error_set(header->error, -EINVAL, "%s", what);
}

static int skip(struct header *header, uint64_t bytes)
{
    if (bytes > header->file_bytes - header->at)
        return mlm_error_set(header->error, -EINVAL,
            "it is cut off, or no good: its header wants %" PRIu64 " bytes at %" PRIu64
            ", but the file ends at %" PRIu64 "; download it again",
            bytes, header->at, header->file_bytes);
    if (header->at + bytes > HEADER_BYTES_MOST)
        return bad(header, "its header goes on beyond 256 MiB; no model has such a header");
    header->at += bytes;
    return 0;
}

/* Reads a few bytes, at most as many as the buffer has. */
static int take(struct header *header, void *ret_value, size_t bytes)
{
    const uint64_t from = header->at;
    int r = skip(header, bytes);
    if (r < 0)
        return r;
    if (from < header->held_at || from + bytes > header->held_at + header->held) {
        ssize_t held = pread(header->fd, header->buffer, sizeof header->buffer, (off_t)from);
        if (held < 0)
            return mlm_error_errno(header->error, -errno, "read");
        if ((size_t)held < bytes)
            return bad(header, "it became shorter while it was read");
        header->held_at = from;
        header->held = (uint64_t)held;
    }
    memcpy(ret_value, header->buffer + (from - header->held_at), bytes);
    return 0;
}

static int take_u32(struct header *header, uint32_t *ret_value)
{
    uint8_t b[4];
    int r = take(header, b, sizeof b);
    if (r == 0)
        *ret_value = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return r;
}

static int take_u64(struct header *header, uint64_t *ret_value)
{
    uint32_t low = 0, high = 0;
    int r = take_u32(header, &low);
    if (r == 0)
        r = take_u32(header, &high);
    if (r == 0)
        *ret_value = (uint64_t)high << 32 | low;
    return r;
}

/* A name that can be shown: longer ones are cut, and other than printable characters become '?'. */
static int take_name(struct header *header, char name[static NAME_SIZE])
{
    uint64_t length = 0;
    memset(name, 0, NAME_SIZE);
    int r = take_u64(header, &length);
    const size_t kept = length < NAME_SIZE - 1 ? (size_t)length : NAME_SIZE - 1;
    if (r == 0)
        r = take(header, name, kept);
    if (r == 0)
        r = skip(header, length - kept);
    if (r < 0)
        return r;
    for (size_t i = 0; i < kept; i++)
        if (!isgraph((unsigned char)name[i]))
            name[i] = '?';
    return 0;
}

static int skip_string(struct header *header)
{
    uint64_t length = 0;
    int r = take_u64(header, &length);
    return r < 0 ? r : skip(header, length);
}

/* A whole number; any other value counts as none. */
static int take_number(struct header *header, uint32_t type, struct numbers *numbers)
{
    uint8_t b[8] = {0};
    uint64_t value = 0;
    int r = take(header, b, value_bytes[type]);
    if (r < 0 || type == F32 || type == F64 || type == BOOL)
        return r;
    for (size_t i = value_bytes[type]; i-- > 0;)
        value = value << 8 | b[i];
    const bool is_signed = type == I8 || type == I16 || type == I32 || type == I64;
    if ((is_signed && b[value_bytes[type] - 1] >> 7) || value > COUNT_MOST)
        return mlm_error_set(header->error, -EINVAL,
            "it has a number below 0 or above %d where a size belongs; no model is so large", COUNT_MOST);
    numbers->count++;
    numbers->sum += value;
    numbers->most = value > numbers->most ? value : numbers->most;
    return 0;
}

/* Passes over a value. `numbers` NULL: it is not asked for. *ret_count: of an array. */
static int take_value(struct header *header, uint32_t type, struct numbers *numbers, uint64_t *ret_count)
{
    uint32_t of = type;
    uint64_t count = 1;
    int r = 0;
    if (type == ARRAY) {
        r = take_u32(header, &of);
        if (r == 0)
            r = take_u64(header, &count);
    }
    if (r < 0)
        return r;
    if (of >= VALUE_TYPES || of == ARRAY)
        return mlm_error_set(
            header->error, -EINVAL, "a value has type %" PRIu32 ", which GGUF does not have", of);
    *ret_count = count;
    if (of == STRING) {
        for (uint64_t i = 0; r == 0 && i < count; i++)
            r = skip_string(header);
        return r;
    }
    if (!numbers)
        return __builtin_mul_overflow(count, (uint64_t)value_bytes[of], &count) ? skip(header, UINT64_MAX)
                                                                                : skip(header, count);
    *numbers = (struct numbers){.count = 0};
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = take_number(header, of, numbers);
    return r;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Takes the name of the architecture, and what belongs to the file. */
static int general_value(struct header *header, const char *key, uint32_t type)
{
    struct numbers numbers;
    uint64_t count = 0;
    char name[NAME_SIZE];
    if (strcmp(key, "general.architecture") == 0 && type == STRING) {
        int r = take_name(header, name);
        if (r == 0)
            snprintf(header->gguf.architecture, sizeof header->gguf.architecture, "%.31s", name);
        return r;
    }
    const bool aligns = strcmp(key, "general.alignment") == 0, parted = strcmp(key, "split.count") == 0;
    const bool asked = (aligns || parted) && type != STRING;
    int r = take_value(header, type, asked ? &numbers : NULL, &count);
    if (r == 0 && type == ARRAY && strcmp(key, "tokenizer.ggml.merges") == 0)
        header->gguf.merges = count;
    if (r == 0 && asked && numbers.count == 1)
        *(aligns ? &header->alignment : &header->parts) = numbers.most;
    return r;
}

/* Takes the numbers of the architecture that the file has named. */
static int model_value(struct header *header, const char *key, uint32_t type)
{
    struct numbers *numbers = NULL;
    uint64_t count = 0;
    const size_t length = strlen(header->gguf.architecture);
    for (enum key i = 0; i < KEYS && begins(key, header->gguf.architecture); i++)
        if (strcmp(key + length, keys[i]) == 0 && type != STRING)
            numbers = &header->numbers[i];
    return take_value(header, type, numbers, &count);
}

static int walk_keys(struct header *header, int (*value)(struct header *, const char *, uint32_t))
{
    int r = 0;
    header->at = header->keys_at;
    for (uint64_t i = 0; r == 0 && i < header->key_count; i++) {
        char key[NAME_SIZE];
        uint32_t type = 0;
        r = take_name(header, key);
        if (r == 0)
            r = take_u32(header, &type);
        if (r == 0)
            r = value(header, key, type);
    }
    return r;
}

/* A key takes 13 bytes at least, a tensor 32. */
static int take_counts(struct header *header)
{
    uint8_t magic[4];
    uint32_t version = 0;
    const uint64_t room = header->file_bytes;
    int r = take(header, magic, sizeof magic);
    if (r < 0 || memcmp(magic, "GGUF", sizeof magic) != 0)
        return bad(header, "it is no GGUF file: it does not begin with GGUF");
    r = take_u32(header, &version);
    if (r == 0)
        r = take_u64(header, &header->gguf.tensors);
    if (r == 0)
        r = take_u64(header, &header->key_count);
    if (r < 0)
        return r;
    if (version != 2 && version != 3)
        return mlm_error_set(header->error, -EINVAL,
            "it has version %" PRIu32 " of GGUF, and 2 and 3 are known here; convert it again", version);
    if (header->gguf.tensors > room / 32 || header->key_count > room / 13)
        return mlm_error_set(header->error, -EINVAL,
            "its header claims %" PRIu64 " tensors and %" PRIu64 " keys; a file of %" PRIu64
            " bytes has no room for them",
            header->gguf.tensors, header->key_count, room);
    header->keys_at = header->at;
    return 0;
}

static int take_keys(struct header *header)
{
    header->alignment = 32;
    header->parts = 1;
    int r = walk_keys(header, general_value);
    if (r < 0)
        return r;
    /* Other than printable characters became '?'. */
    if (!header->gguf.architecture[0] || strchr(header->gguf.architecture, '?'))
        return bad(header, "it names no general.architecture; this is no language model");
    if (header->parts > 1)
        return mlm_error_set(header->error, -EINVAL,
            "it is one of %" PRIu64 " parts of a model; join them first: llama-gguf-split --merge",
            header->parts);
    if (header->alignment < 1 || header->alignment > 65536 || header->alignment & (header->alignment - 1))
        return bad(header, "its general.alignment is no power of two up to 65536");
    return walk_keys(header, model_value);
}

struct tensor {
    char name[NAME_SIZE];
    uint32_t dimensions, type_id;
    uint64_t sizes[DIMENSIONS_MOST], offset;
    int type;
    uint64_t elements, bytes;
};

static int impossible(struct header *header, const struct tensor *tensor, const char *what)
{
    return mlm_error_set(header->error, -EINVAL, "tensor '%s' %s", tensor->name, what);
}

static int take_tensor(struct header *header, struct tensor *tensor)
{
    int r = take_name(header, tensor->name);
    if (r == 0)
        r = take_u32(header, &tensor->dimensions);
    if (r == 0 && (tensor->dimensions < 1 || tensor->dimensions > DIMENSIONS_MOST))
        return impossible(header, tensor, "has no dimensions, or more than 4");
    tensor->elements = 1;
    for (uint32_t i = 0; r == 0 && i < tensor->dimensions; i++) {
        r = take_u64(header, &tensor->sizes[i]);
        if (r == 0 && (tensor->sizes[i] == 0 ||
                          __builtin_mul_overflow(tensor->elements, tensor->sizes[i], &tensor->elements) ||
                          tensor->elements > INT64_MAX / 8))
            return impossible(header, tensor, "has no elements, or more than there can be");
    }
    if (r == 0)
        r = take_u32(header, &tensor->type_id);
    if (r == 0)
        r = take_u64(header, &tensor->offset);
    return r;
}

/* Tensors follow each other in the order of the header, each aligned. */
static int place_tensor(struct header *header, struct tensor *tensor)
{
    tensor->type = mlm_tensor_type_of(tensor->type_id);
    if (tensor->type < 0)
        return mlm_error_set(header->error, -EINVAL,
            "tensor '%s' has type %" PRIu32 ", which is not known here", tensor->name, tensor->type_id);
    const struct mlm_tensor_type *type = &mlm_tensor_types[tensor->type];
    if (tensor->sizes[0] % type->elements)
        return mlm_error_set(header->error, -EINVAL,
            "tensor '%s' has rows of %" PRIu64 ", which are no whole blocks of %s", tensor->name,
            tensor->sizes[0], type->name);
    if (__builtin_mul_overflow(tensor->elements / type->elements, (uint64_t)type->bytes, &tensor->bytes) ||
        tensor->bytes > INT64_MAX / 2)
        return impossible(header, tensor, "is larger than any file");
    if (tensor->offset != header->data_bytes)
        return mlm_error_set(header->error, -EINVAL,
            "tensor '%s' is at %" PRIu64 " of the data, but those before it end at %" PRIu64, tensor->name,
            tensor->offset, header->data_bytes);
    if (tensor->bytes > INT64_MAX / 2 - header->data_bytes)
        return impossible(header, tensor, "ends beyond any file");
    header->gguf.tensor_bytes += tensor->bytes;
    header->data_bytes += (tensor->bytes + header->alignment - 1) / header->alignment * header->alignment;
    return 0;
}

static int note_tensor(struct header *header, const struct tensor *tensor)
{
    struct mlm_gguf *gguf = &header->gguf;
    uint64_t layer = 0;
    gguf->elements[tensor->type] += tensor->elements;
    if (sscanf(tensor->name, "blk.%5" SCNu64 ".", &layer) == 1 && layer + 1 > header->layers_of_names)
        header->layers_of_names = layer + 1;
    if (strcmp(tensor->name, "output.weight") == 0)
        header->output = true;
    if (strcmp(tensor->name, "token_embd.weight") != 0)
        return 0;
    if (gguf->vocabulary || tensor->dimensions < 2 || tensor->sizes[1] > COUNT_MOST)
        return impossible(header, tensor, "is there twice, or is no table of words");
    if (header->numbers[WIDTH].most && tensor->sizes[0] != header->numbers[WIDTH].most)
        return impossible(header, tensor, "has not the width that embedding_length says");
    gguf->vocabulary = tensor->sizes[1];
    gguf->embedding_elements = tensor->elements;
    gguf->embedding_type = tensor->type;
    return 0;
}

static int take_tensors(struct header *header)
{
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < header->gguf.tensors; i++) {
        struct tensor tensor = {.dimensions = 0};
        r = take_tensor(header, &tensor);
        if (r == 0)
            r = place_tensor(header, &tensor);
        if (r == 0)
            r = note_tensor(header, &tensor);
    }
    return r;
}

static int check_file(struct header *header, bool header_only)
{
    const uint64_t starts = (header->at + header->alignment - 1) / header->alignment * header->alignment;
    const uint64_t ends = starts + header->data_bytes;
    /* The last tensor may lack the bytes that would align the next. */
    if (header_only || (header->file_bytes <= ends && header->file_bytes + header->alignment > ends))
        return 0;
    if (header->file_bytes < ends)
        return mlm_error_set(header->error, -EINVAL,
            "it is cut off: its tensors end at %" PRIu64 ", the file at %" PRIu64
            "; download it again, or give --header-only",
            ends, header->file_bytes);
    return mlm_error_set(header->error, -EINVAL,
        "its tensors end at %" PRIu64 ", but the file at %" PRIu64 "; one of both is wrong", ends,
        header->file_bytes);
}

static int lacks(struct header *header, const char *key)
{
    return mlm_error_set(
        header->error, -EINVAL, "it has no %s%s; this is no language model", header->gguf.architecture, key);
}

/* Numbers of the layers must be as many as there are layers. */
static int check_numbers(struct header *header)
{
    const struct numbers *numbers = header->numbers;
    const uint64_t layers = numbers[LAYERS].most;
    static const enum key needed[] = {LAYERS, WIDTH, HEADS, FFN};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!numbers[needed[i]].most)
            return lacks(header, keys[needed[i]]);
    if (!header->gguf.vocabulary)
        return bad(header, "it has no tensor 'token_embd.weight'; this is no language model");
    if (numbers[LATENT].most || numbers[STATE].most)
        return mlm_error_set(header->error, -EINVAL,
            "its architecture, %s, has another cache than keys and values, and there is no formula for it",
            header->gguf.architecture);
    if (layers > LAYERS_MOST || layers != header->layers_of_names)
        return mlm_error_set(header->error, -EINVAL,
            "it says that it has %" PRIu64 " layers, but its tensors have %" PRIu64, layers,
            header->layers_of_names);
    for (enum key i = 0; i < KEYS; i++)
        if (numbers[i].count > 1 && numbers[i].count != layers)
            return mlm_error_set(header->error, -EINVAL,
                "its %s%s has %" PRIu64 " values for %" PRIu64 " layers", header->gguf.architecture, keys[i],
                numbers[i].count, layers);
    return 0;
}

static int conclude(struct header *header)
{
    struct mlm_gguf *gguf = &header->gguf;
    const struct numbers *numbers = header->numbers;
    int r = check_numbers(header);
    if (r < 0)
        return r;
    gguf->layers = numbers[LAYERS].most;
    gguf->width = numbers[WIDTH].most;
    gguf->heads = numbers[HEADS].most;
    gguf->ffn = numbers[FFN].most;
    gguf->context = numbers[CONTEXT].most;
    const uint64_t usual = gguf->width / gguf->heads;
    const uint64_t key = numbers[KEY_SIZE].most ? numbers[KEY_SIZE].most : usual;
    gguf->head_size = (key + (numbers[VALUE_SIZE].most ? numbers[VALUE_SIZE].most : key) + 1) / 2;
    const struct numbers *kv = numbers[KV_HEADS].count ? &numbers[KV_HEADS] : &numbers[HEADS];
    gguf->kv_heads = (double)kv->sum / (double)kv->count;
    gguf->tied = !header->output;
    return gguf->head_size ? 0 : bad(header, "its heads have no width");
}

static int read_header(struct header *header, bool header_only)
{
    int r = take_counts(header);
    if (r == 0)
        r = take_keys(header);
    if (r == 0)
        r = take_tensors(header);
    if (r == 0)
        r = check_file(header, header_only);
    return r < 0 ? r : conclude(header);
}

int mlm_gguf_read(const char *path, bool header_only, struct mlm_gguf *ret_gguf, struct mlm_error *error)
{
    mlm_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    struct header header = {.fd = fd, .error = error};
    if (fd < 0 || fstat(fd, &status) < 0)
        return mlm_error_errno(error, -errno, "%s", path);
    if (!S_ISREG(status.st_mode))
        return mlm_error_set(error, -EINVAL, "%s is no regular file; give a GGUF file", path);
    header.file_bytes = (uint64_t)status.st_size;
    int r = read_header(&header, header_only);
    if (r < 0)
        return mlm_error_wrap(error, r, "%s", path);
    *ret_gguf = header.gguf;
    return 0;
}
