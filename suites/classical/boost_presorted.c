/* Splits from presorted columns, as exact methods find them: each column holds its values in order, with the
 * row of each. A level of a tree reads every column once, and adds up each node's residuals on the way. */
#include <errno.h>
#include <string.h>

#include "classical/boost.h"

#define DIGITS 256u

/* A value as a number that sorts alike, and its row. */
struct entry {
    uint32_t key, row;
};

struct own {
    struct entry *columns; /* [width][rows] */
    uint16_t *nodes;       /* of each row */
    struct entry *spare;   /* [rows], while columns are sorted */
    struct boost_cell left[1u << BOOST_DEPTH_MOST];
    uint32_t last[1u << BOOST_DEPTH_MOST];
};

static uint64_t presorted_core(const struct classical_config *config)
{
    return config->rows * config->width * sizeof(struct entry);
}

static uint64_t presorted_more(const struct classical_config *config)
{
    return sizeof(struct own) + config->rows * (sizeof(uint16_t) + sizeof(struct entry));
}

static uint32_t key_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (bits >> 31 ? UINT32_MAX : UINT32_C(1) << 31);
}

static float value_of(uint32_t key)
{
    uint32_t bits = key ^ (key >> 31 ? UINT32_C(1) << 31 : UINT32_MAX);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* One digit of a radix sort; equal digits stay in order. */
static void digit_sort(const struct entry *from, struct entry *to, uint64_t count, unsigned shift)
{
    uint64_t starts[DIGITS] = {0}, at = 0;
    for (uint64_t i = 0; i < count; i++)
        starts[from[i].key >> shift & (DIGITS - 1)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        uint64_t some = starts[d];
        starts[d] = at;
        at += some;
    }
    for (uint64_t i = 0; i < count; i++)
        to[starts[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

static int presorted_open(struct boost *boost, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &boost->config;
    struct classical_memory *memory = &boost->memory;
    struct own *own = boost->own = classical_map(memory, sizeof *own, "the nodes", sb);
    if (!own)
        return -ENOMEM;
    own->columns = classical_map(memory, presorted_core(config), "the sorted columns", sb);
    own->nodes = classical_map(memory, config->rows * sizeof *own->nodes, "the rows' nodes", sb);
    own->spare = classical_map(memory, config->rows * sizeof *own->spare, "a column", sb);
    if (!own->columns || !own->nodes || !own->spare)
        return -ENOMEM;
    mlm_progress_begin(sb, config->width);
    for (uint64_t j = 0; j < config->width; j++) {
        struct entry *column = own->columns + j * config->rows;
        for (uint64_t r = 0; r < config->rows; r++)
            column[r] = (struct entry){key_of(boost->rows[r * config->width + j]), (uint32_t)r};
        for (unsigned shift = 0; shift < 32; shift += 16) {
            digit_sort(column, own->spare, config->rows, shift);
            digit_sort(own->spare, column, config->rows, shift + 8);
        }
        mlm_progress_add(sb, 1);
    }
    return 0;
}

static void presorted_tree_begin(struct boost *boost)
{
    const struct own *own = boost->own;
    memset(own->nodes, 0, boost->config.rows * sizeof *own->nodes);
}

/* Where a value changes within a node, the node can be split between the two. */
static void column_find(struct boost *boost, uint32_t level, uint32_t feature)
{
    struct own *own = boost->own;
    const struct entry *column = own->columns + feature * boost->config.rows;
    uint32_t begin = boost_level_begin(level);
    memset(own->left, 0, (size_t)(1u << level) * sizeof *own->left);
    for (uint64_t i = 0; i < boost->config.rows; i++) {
        uint32_t row = column[i].row, node = own->nodes[row];
        if (node < begin)
            continue; /* a leaf of an earlier level */
        struct boost_cell *left = &own->left[node - begin];
        if (left->count && column[i].key != own->last[node - begin])
            boost_consider(&boost->nodes[node], left, feature, value_of(own->last[node - begin]));
        left->sum += boost->residuals[row];
        left->count++;
        own->last[node - begin] = column[i].key;
    }
}

static void presorted_level_find(struct boost *boost, uint32_t level)
{
    for (uint32_t feature = 0; feature < boost->config.width; feature++)
        column_find(boost, level, feature);
}

static void presorted_level_split(struct boost *boost, uint32_t level)
{
    struct own *own = boost->own;
    const struct classical_config *config = &boost->config;
    for (uint64_t r = 0; r < config->rows; r++) {
        uint32_t node = own->nodes[r];
        if (node < boost_level_begin(level) || !boost_is_split(&boost->nodes[node]))
            continue;
        const struct boost_split *split = &boost->nodes[node].split;
        bool right = boost->rows[r * config->width + split->feature] > split->threshold;
        own->nodes[r] = (uint16_t)(2 * node + 1 + right);
    }
}

static void presorted_leaves_subtract(struct boost *boost)
{
    const struct own *own = boost->own;
    for (uint64_t r = 0; r < boost->config.rows; r++)
        boost->residuals[r] -= boost_leaf(&boost->nodes[own->nodes[r]]);
}

const struct boost_way boost_presorted_way = {.core_bytes = presorted_core,
    .more_bytes = presorted_more,
    .split_ns = 6,
    .open = presorted_open,
    .tree_begin = presorted_tree_begin,
    .level_find = presorted_level_find,
    .level_split = presorted_level_split,
    .leaves_subtract = presorted_leaves_subtract};
