/* Splits from histograms, as LightGBM, XGBoost and HistGradientBoosting of scikit-learn find them. A column
 * has at most 256 values, so that the number of a value fits in a byte. A histogram has the sum of the
 * residuals for each value; that of one child is its parent's less the other child's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "classical/boost.h"

#define BINS 256u
#define SLOTS 1024u      /* of a table that finds a value's number */
#define BLOCK_ROWS 1024u /* rows that stay in the cache while columns are read from them */

struct slot {
    uint32_t bits; /* of the value */
    uint16_t number;
    uint16_t used;
};

/* The values of a column, ascending. */
struct levels {
    uint32_t count;
    float values[BINS];
};

struct own {
    uint8_t *bins; /* [width][rows] */
    struct levels *levels;
    struct slot *slots;          /* [width][SLOTS] */
    uint32_t *order, *spare;     /* rows, those of a node side by side */
    int32_t *ordered;            /* residuals in the order of a node's rows */
    struct boost_cell *cells[2]; /* [nodes of a level][width][BINS], of this level and the one before */
    uint64_t begins[(2u << BOOST_DEPTH_MOST)]; /* first row of each node in the order */
};

static uint64_t cells_bytes(const struct classical_config *config)
{
    return (UINT64_C(1) << (config->depth - 1)) * config->width * BINS * sizeof(struct boost_cell);
}

static uint64_t histogram_core(const struct classical_config *config)
{
    return config->rows * config->width;
}

static uint64_t histogram_more(const struct classical_config *config)
{
    uint64_t column = sizeof(struct levels) + SLOTS * sizeof(struct slot);
    uint64_t row = 2 * sizeof(uint32_t) + sizeof(int32_t);
    uint64_t before = config->depth > 1 ? cells_bytes(config) / 2 : 0; /* the last level has no successor */
    return sizeof(struct own) + config->width * column + config->rows * row + cells_bytes(config) + before;
}

static struct slot *slot_find(struct slot *slots, uint32_t bits)
{
    uint32_t at = bits * UINT32_C(2654435761) >> 22;
    while (slots[at].used && slots[at].bits != bits)
        at = (at + 1) % SLOTS;
    return &slots[at];
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Notes the values of a block of rows in one column. */
static int values_note(
    const struct boost *boost, uint64_t first, uint64_t count, uint64_t column, struct mlm_scoreboard *sb)
{
    const struct own *own = boost->own;
    uint64_t width = boost->config.width;
    struct levels *levels = &own->levels[column];
    for (uint64_t r = first; r < first + count; r++) {
        float value = boost->rows[r * width + column];
        struct slot *slot = slot_find(own->slots + column * SLOTS, bits_of(value));
        if (slot->used)
            continue;
        if (levels->count == BINS)
            return mlm_fail(sb, -ENOTSUP, "a column has more than %u values", BINS);
        *slot = (struct slot){.bits = bits_of(value), .used = 1};
        levels->values[levels->count++] = value;
    }
    return 0;
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void values_number(const struct own *own, uint64_t column)
{
    struct levels *levels = &own->levels[column];
    qsort(levels->values, levels->count, sizeof *levels->values, compare_floats);
    for (uint32_t i = 0; i < levels->count; i++)
        slot_find(own->slots + column * SLOTS, bits_of(levels->values[i]))->number = (uint16_t)i;
}

static void bins_fill(const struct boost *boost, uint64_t first, uint64_t count, uint64_t column)
{
    const struct own *own = boost->own;
    uint64_t width = boost->config.width;
    uint8_t *bins = own->bins + column * boost->config.rows;
    for (uint64_t r = first; r < first + count; r++)
        bins[r] =
            (uint8_t)slot_find(own->slots + column * SLOTS, bits_of(boost->rows[r * width + column]))->number;
}

static int bins_make(struct boost *boost, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &boost->config;
    int r = 0;
    mlm_progress_begin(sb, 2 * config->rows);
    for (int numbered = 0; numbered < 2; numbered++) {
        for (uint64_t first = 0, some; first < config->rows; first += some) {
            some = classical_smaller(config->rows - first, BLOCK_ROWS);
            for (uint64_t j = 0; j < config->width && r == 0; j++)
                if (numbered)
                    bins_fill(boost, first, some, j);
                else
                    r = values_note(boost, first, some, j, sb);
            if (r < 0)
                return r;
            mlm_progress_add(sb, some);
        }
        for (uint64_t j = 0; j < config->width && !numbered; j++)
            values_number(boost->own, j);
    }
    return 0;
}

static int histogram_open(struct boost *boost, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &boost->config;
    struct classical_memory *memory = &boost->memory;
    struct own *own = boost->own = classical_map(memory, sizeof *own, "the nodes", sb);
    if (!own)
        return -ENOMEM;
    own->bins = classical_map(memory, config->rows * config->width, "the bins", sb);
    own->levels = classical_map(memory, config->width * sizeof *own->levels, "the values", sb);
    own->slots = classical_map(memory, config->width * SLOTS * sizeof *own->slots, "the values", sb);
    own->order = classical_map(memory, config->rows * sizeof *own->order, "the order", sb);
    own->spare = classical_map(memory, config->rows * sizeof *own->spare, "the order", sb);
    own->ordered = classical_map(memory, config->rows * sizeof *own->ordered, "ordered residuals", sb);
    own->cells[0] = classical_map(memory, cells_bytes(config), "the histograms", sb);
    own->cells[1] = classical_map(memory, cells_bytes(config), "the histograms", sb);
    if (!own->bins || !own->levels || !own->slots || !own->order || !own->spare || !own->ordered ||
        !own->cells[0] || !own->cells[1])
        return -ENOMEM;
    return bins_make(boost, sb);
}

static void histogram_tree_begin(struct boost *boost)
{
    struct own *own = boost->own;
    for (uint64_t r = 0; r < boost->config.rows; r++)
        own->order[r] = (uint32_t)r;
    own->begins[0] = 0;
}

static struct boost_cell *cells_of(const struct boost *boost, uint32_t level, uint32_t node)
{
    const struct own *own = boost->own;
    uint64_t each = boost->config.width * BINS;
    return own->cells[level % 2] + (node - boost_level_begin(level)) * each;
}

/* Adds up the residuals of a node's rows, a column at a time. */
static void cells_build(struct boost *boost, uint32_t level, uint32_t node)
{
    struct own *own = boost->own;
    const struct classical_config *config = &boost->config;
    uint64_t count = boost->nodes[node].all.count;
    const uint32_t *order = own->order + own->begins[node];
    struct boost_cell *cells = cells_of(boost, level, node);
    memset(cells, 0, config->width * BINS * sizeof *cells);
    for (uint64_t i = 0; i < count; i++)
        own->ordered[i] = boost->residuals[order[i]];
    for (uint64_t j = 0; j < config->width; j++, cells += BINS) {
        const uint8_t *bins = own->bins + j * config->rows;
        for (uint64_t i = 0; i < count; i++) {
            struct boost_cell *cell = &cells[bins[order[i]]];
            cell->sum += own->ordered[i];
            cell->count++;
        }
    }
}

static void cells_subtract(struct boost *boost, uint32_t level, uint32_t node, uint32_t sibling)
{
    const struct boost_cell *parent = cells_of(boost, level - 1, (node - 1) / 2);
    const struct boost_cell *other = cells_of(boost, level, sibling);
    struct boost_cell *cells = cells_of(boost, level, node);
    for (uint64_t i = 0; i < boost->config.width * BINS; i++) {
        cells[i].sum = parent[i].sum - other[i].sum;
        cells[i].count = parent[i].count - other[i].count;
    }
}

/* A value that no row of the node has makes no split of its own. */
static void node_find(struct boost *boost, uint32_t level, uint32_t number)
{
    const struct own *own = boost->own;
    struct boost_node *node = &boost->nodes[number];
    const struct boost_cell *cells = cells_of(boost, level, number);
    for (uint32_t j = 0; j < boost->config.width; j++, cells += BINS) {
        struct boost_cell left = {0};
        for (uint32_t b = 0; b < own->levels[j].count; b++) {
            if (!cells[b].count)
                continue;
            left.sum += cells[b].sum;
            left.count += cells[b].count;
            boost_consider(node, &left, j, own->levels[j].values[b]);
        }
    }
}

static void histogram_level_find(struct boost *boost, uint32_t level)
{
    if (level == 0) {
        cells_build(boost, 0, 0);
        node_find(boost, 0, 0);
        return;
    }
    for (uint32_t parent = boost_level_begin(level - 1); parent < boost_level_begin(level); parent++) {
        uint32_t left = 2 * parent + 1, right = left + 1;
        if (!boost->nodes[left].all.count)
            continue;
        bool left_is_smaller = boost->nodes[left].all.count < boost->nodes[right].all.count;
        uint32_t smaller = left_is_smaller ? left : right, larger = left_is_smaller ? right : left;
        cells_build(boost, level, smaller);
        cells_subtract(boost, level, larger, smaller);
        node_find(boost, level, left);
        node_find(boost, level, right);
    }
}

static uint32_t bin_of(const struct levels *levels, float value)
{
    const float *found =
        bsearch(&value, levels->values, levels->count, sizeof *levels->values, compare_floats);
    return found ? (uint32_t)(found - levels->values) : 0;
}

/* Moves the rows of the left child to the front, and keeps the order on both sides. */
static void node_split(struct boost *boost, uint32_t number)
{
    struct own *own = boost->own;
    const struct boost_node *node = &boost->nodes[number];
    const struct boost_split *split = &node->split;
    const uint8_t *bins = own->bins + split->feature * boost->config.rows;
    uint32_t most = bin_of(&own->levels[split->feature], split->threshold);
    uint32_t *order = own->order + own->begins[number];
    uint64_t left = 0, right = 0;
    for (uint64_t i = 0; i < node->all.count; i++) {
        uint32_t row = order[i];
        if (bins[row] <= most)
            order[left++] = row;
        else
            own->spare[right++] = row;
    }
    memcpy(order + left, own->spare, right * sizeof *order);
    own->begins[2 * number + 1] = own->begins[number];
    own->begins[2 * number + 2] = own->begins[number] + left;
}

static void histogram_level_split(struct boost *boost, uint32_t level)
{
    for (uint32_t i = boost_level_begin(level); i < boost_level_begin(level + 1); i++)
        if (boost->nodes[i].all.count && boost_is_split(&boost->nodes[i]))
            node_split(boost, i);
}

static void histogram_leaves_subtract(struct boost *boost)
{
    const struct own *own = boost->own;
    for (uint32_t i = 0; i < boost_level_begin((uint32_t)boost->config.depth + 1); i++) {
        const struct boost_node *node = &boost->nodes[i];
        if (!node->all.count || boost_is_split(node))
            continue;
        int32_t value = boost_leaf(node);
        for (uint64_t k = own->begins[i]; k < own->begins[i] + node->all.count; k++)
            boost->residuals[own->order[k]] -= value;
    }
}

const struct boost_way boost_histogram_way = {.core_bytes = histogram_core,
    .more_bytes = histogram_more,
    .split_ns = 1.5,
    .open = histogram_open,
    .tree_begin = histogram_tree_begin,
    .level_find = histogram_level_find,
    .level_split = histogram_level_split,
    .leaves_subtract = histogram_leaves_subtract};
