/* Tests the blocks of the suite inference against blocks computed by hand, and its products against sums of
 * the values that the blocks hold. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/packed.h"
#include "data/products.h"
#include "data/random.h"

#define ROWS MLM_ROWS_AT_ONCE
#define COLUMNS 1792u /* seven groups */

static const uint8_t half_1[2] = {0x00, 0x3c}, half_2[2] = {0x00, 0x40}, half_quarter[2] = {0x00, 0x34};

static void check_sizes(void **state)
{
    (void)state;
    static const uint64_t bytes[MLM_BLOCKS_COUNT] = {1024, 512, 272, 144, 144};
    for (unsigned f = 0; f < MLM_BLOCKS_COUNT; f++)
        assert_int_equal(mlm_blocks_bytes((enum mlm_blocks)f, 256), bytes[f]);
}

static void check_q8_0(void **state)
{
    (void)state;
    uint8_t block[34] = {0};
    float values[32];
    memcpy(block, half_quarter, 2);
    block[2] = 4;
    block[3] = (uint8_t)-127;
    block[33] = 127;
    mlm_blocks_specs[MLM_BLOCKS_Q8_0].decode(block, values);
    assert_true(values[0] == 1 && values[1] == -31.75f && values[2] == 0 && values[31] == 31.75f);
}

static void check_q4_0(void **state)
{
    (void)state;
    uint8_t block[18];
    float values[32];
    memcpy(block, half_2, 2);
    memset(block + 2, 0x88, 16);
    block[2] = 0xf0;  /* value 0 has q 0, value 16 has q 15 */
    block[17] = 0x9b; /* value 15 has q 11, value 31 has q 9 */
    mlm_blocks_specs[MLM_BLOCKS_Q4_0].decode(block, values);
    assert_true(values[0] == -16 && values[16] == 14 && values[1] == 0 && values[15] == 6 && values[31] == 2);
}

/* Every scale and offset differs, and uses all six bits. */
static void check_q4_k(void **state)
{
    (void)state;
    static const uint8_t scales[8] = {1, 2, 40, 63, 17, 33, 48, 62},
                         offsets[8] = {63, 5, 16, 9, 31, 47, 0, 61};
    uint8_t block[144] = {0}, *packed = block + 4;
    memcpy(block, half_1, 2);
    memcpy(block + 2, half_quarter, 2);
    for (size_t i = 0; i < 4; i++) {
        packed[i] = (uint8_t)(scales[i] | scales[4 + i] >> 4 << 6);
        packed[4 + i] = (uint8_t)(offsets[i] | offsets[4 + i] >> 4 << 6);
        packed[8 + i] = (uint8_t)((scales[4 + i] & 15) | (offsets[4 + i] & 15) << 4);
    }
    for (size_t i = 0; i < 128; i++)
        block[16 + i] = (uint8_t)(i % 16 | (15 - i % 16) << 4);
    float values[256];
    mlm_blocks_specs[MLM_BLOCKS_Q4_K].decode(block, values);
    for (size_t i = 0; i < 256; i++) {
        size_t part = i / 32, q = part % 2 ? 15 - i % 16 : i % 16;
        assert_true(values[i] == (float)(scales[part] * q) - 0.25f * (float)offsets[part]);
    }
}

static void every_format_holds_the_same_weights(void **state)
{
    (void)state;
    for (uint64_t index = 0; index < 200; index++) {
        struct mlm_exact_group group;
        mlm_exact_group_draw(7, index, 0x1p-12f, &group);
        for (unsigned f = 0; f < MLM_BLOCKS_COUNT; f++) {
            const struct mlm_blocks_spec *spec = &mlm_blocks_specs[f];
            uint8_t blocks[1024];
            float values[MLM_GROUP] = {0};
            spec->encode(&group, blocks);
            for (size_t i = 0; i < MLM_GROUP / spec->block_values; i++)
                spec->decode(blocks + i * spec->block_bytes, values + i * spec->block_values);
            for (size_t i = 0; i < MLM_GROUP; i++) {
                size_t part = i / MLM_PART;
                if (values[i] != 0x1p-12f * (float)(group.factors[part] * group.codes[i]))
                    fail_msg("%s: value %zu of group %u", spec->name, i, (unsigned)index);
            }
        }
    }
}

/* A value is off by half a step at most, and the largest one fits. */
static void rounding_takes_the_nearest(void **state)
{
    (void)state;
    static const struct {
        enum mlm_blocks format;
        float share; /* of the largest value */
    } kinds[] = {{MLM_BLOCKS_F16, 0x1p-11f}, {MLM_BLOCKS_Q8_0, 0.505f / 127}, {MLM_BLOCKS_Q4_0, 1.01f / 8}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint64_t round = 0; round < 500; round++) {
            float values[MLM_PART], back[MLM_PART], most = 0, scale = ldexpf(1, (int)(round % 20) - 10);
            uint8_t block[64];
            mlm_random_fill_floats(mlm_random_key(3, round), 0, values, MLM_PART);
            for (size_t i = 0; i < MLM_PART; i++) {
                values[i] *= scale;
                most = fmaxf(most, fabsf(values[i]));
            }
            mlm_blocks_specs[kinds[k].format].round(values, block);
            mlm_blocks_specs[kinds[k].format].decode(block, back);
            for (size_t i = 0; i < MLM_PART; i++)
                if (!(fabsf(values[i] - back[i]) <= kinds[k].share * most))
                    fail_msg("%s: %g became %g", mlm_blocks_specs[kinds[k].format].name, (double)values[i],
                        (double)back[i]);
        }
}

static void zeros_stay_zeros(void **state)
{
    (void)state;
    float zeros[MLM_PART] = {0}, back[MLM_PART];
    uint8_t block[64];
    for (unsigned f = 0; f < MLM_BLOCKS_COUNT; f++)
        if (mlm_blocks_specs[f].round) {
            mlm_blocks_specs[f].round(zeros, block);
            mlm_blocks_specs[f].decode(block, back);
            for (size_t i = 0; i < MLM_PART; i++)
                assert_true(back[i] == 0);
        }
}

struct rows {
    uint8_t bytes[ROWS * COLUMNS * 4], turns[ROWS * COLUMNS * 4];
    double expected[ROWS], magnitude;
};

/* Four rows, as in a file and taking turns, and their products with a vector. */
static void rows_make(enum mlm_blocks format, const float *x, struct rows *rows)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format];
    uint64_t row_bytes = mlm_blocks_bytes(format, COLUMNS), blocks = COLUMNS / spec->block_values;
    *rows = (struct rows){0};
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t g = 0; g < COLUMNS / MLM_GROUP; g++) {
            struct mlm_exact_group group;
            mlm_exact_group_draw(row, g, 0x1p-9f, &group);
            spec->encode(&group, rows->bytes + row * row_bytes + mlm_blocks_bytes(format, g * MLM_GROUP));
            for (size_t i = 0; i < MLM_GROUP; i++) {
                size_t part = i / MLM_PART;
                double product = 0x1p-9 * group.factors[part] * group.codes[i] * (double)x[g * MLM_GROUP + i];
                rows->expected[row] += product;
                rows->magnitude += fabs(product) / ROWS;
            }
        }
        for (uint64_t b = 0; b < blocks; b++)
            memcpy(rows->turns + (b * ROWS + row) * spec->block_bytes,
                rows->bytes + row * row_bytes + b * spec->block_bytes, spec->block_bytes);
    }
}

static void products_are_right(void **state)
{
    (void)state;
    static struct rows rows;
    float x[COLUMNS], scale, products[ROWS];
    int16_t whole[COLUMNS];
    int32_t part_sums[COLUMNS / MLM_PART];
    mlm_random_fill_floats(11, 0, x, COLUMNS);
    mlm_vector_round(x, COLUMNS, whole, part_sums, &scale);
    for (size_t i = 0; i < COLUMNS; i++)
        assert_true(fabsf((float)whole[i] * scale - x[i]) <= scale * 0.51f);
    const struct mlm_vector vector = {.values = x, .whole = whole, .part_sums = part_sums, .scale = scale};
    for (unsigned f = 0; f < MLM_BLOCKS_COUNT; f++) {
        enum mlm_blocks format = (enum mlm_blocks)f;
        const struct mlm_blocks_spec *spec = &mlm_blocks_specs[f];
        rows_make(format, x, &rows);
        uint64_t blocks = COLUMNS / spec->block_values;
        const struct mlm_four_rows ways[] = {
            {rows.bytes, blocks * spec->block_bytes, spec->block_bytes, blocks},
            {rows.turns, spec->block_bytes, (uint64_t)ROWS * spec->block_bytes, blocks},
        };
        for (unsigned way = 0; way < 2; way++)
            for (unsigned clone = MLM_CLONE_PLAIN; clone <= (unsigned)mlm_clone_best(); clone++) {
                mlm_four_products_of(format, (enum mlm_clone)clone)(&ways[way], &vector, products);
                for (size_t row = 0; row < ROWS; row++)
                    if (!(fabs((double)products[row] - rows.expected[row]) <= 1e-4 * rows.magnitude))
                        fail_msg("%s, clone %u, way %u: row %zu is %g, not %g", spec->name, clone, way, row,
                            (double)products[row], rows.expected[row]);
            }
    }
}

static void decoding_is_the_same_on_every_machine(void **state)
{
    (void)state;
    static const enum mlm_blocks formats[] = {MLM_BLOCKS_F16, MLM_BLOCKS_Q8_0, MLM_BLOCKS_Q4_0};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (uint64_t round = 0; round < 100; round++) {
            float values[MLM_PART], plain[MLM_PART], best[MLM_PART];
            uint8_t block[64];
            mlm_random_fill_floats(mlm_random_key(5, round), 0, values, MLM_PART);
            mlm_blocks_specs[formats[f]].round(values, block);
            mlm_blocks_decode_of(formats[f], MLM_CLONE_PLAIN)(block, 1, plain);
            mlm_blocks_decode_of(formats[f], mlm_clone_best())(block, 1, best);
            assert_memory_equal(plain, best, sizeof plain);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_sizes),
        cmocka_unit_test(check_q8_0),
        cmocka_unit_test(check_q4_0),
        cmocka_unit_test(check_q4_k),
        cmocka_unit_test(every_format_holds_the_same_weights),
        cmocka_unit_test(rounding_takes_the_nearest),
        cmocka_unit_test(zeros_stay_zeros),
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(decoding_is_the_same_on_every_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
