/* The rule by which a size becomes a decoder of a usual shape. */
#include "data/language_model.h"

#define WIDTH_STEP 256u
#define WIDTH_OF_WIDE_HEADS 3072u
#define WIDTH_OF_LAYER 128u
#define WIDTH_MOST (WIDTH_STEP << 10)

/* Parameters of one layer. */
static uint64_t layer_parameters(const struct mlm_decoder_shape *shape)
{
    uint64_t width = shape->width;
    return 2 * width * width + 2 * width * mlm_kv_width(shape) + 3 * width * shape->ffn;
}

static struct mlm_decoder_shape shape_of_width(uint64_t width, enum mlm_kv_heads kv_heads)
{
    struct mlm_decoder_shape shape = {.width = width,
        .layers = width / WIDTH_OF_LAYER,
        .head_size = width < WIDTH_OF_WIDE_HEADS ? 64 : 128,
        .ffn = (width * 7 / 2 + MLM_GROUP - 1) / MLM_GROUP * MLM_GROUP,
        .vocabulary = 8 * width};
    shape.heads = width / shape.head_size;
    shape.kv_heads = kv_heads == MLM_KV_ONE ? 1 : kv_heads == MLM_KV_ALL ? shape.heads : shape.heads / 4;
    return shape;
}

uint64_t mlm_decoder_values(const struct mlm_decoder_shape *shape)
{
    return shape->vocabulary * shape->width + shape->layers * layer_parameters(shape);
}

bool mlm_decoder_shape_of(uint64_t f16_bytes, enum mlm_kv_heads kv_heads, struct mlm_decoder_shape *ret_shape)
{
    uint64_t parameters = f16_bytes / 2;
    struct mlm_decoder_shape best = shape_of_width(WIDTH_STEP, kv_heads);
    for (uint64_t width = WIDTH_STEP; width <= WIDTH_MOST;
         width += width < WIDTH_OF_WIDE_HEADS ? WIDTH_STEP : 2 * WIDTH_STEP) {
        struct mlm_decoder_shape shape = shape_of_width(width, kv_heads);
        if (mlm_decoder_values(&shape) > parameters)
            break;
        best = shape;
    }
    uint64_t table = best.vocabulary * best.width, layer = layer_parameters(&best);
    if (table + layer > parameters)
        return false;
    best.layers = (parameters - table) / layer;
    *ret_shape = best;
    return true;
}
