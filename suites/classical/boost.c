/* The workloads of boosting, and how an ensemble grows, whatever finds the splits. */
#include "classical/boost.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 0.1
#define LEAF_ROWS_LEAST 20u /* as in scikit-learn */

static const struct boost_way *way_of(const struct classical_config *config)
{
    return config->job.workload->variant;
}

static uint64_t rows_bytes(const struct classical_config *config)
{
    return config->rows * config->width * sizeof(float);
}

/* Presorted columns take 8 bytes a value, beside 4 of the rows. */
static int derive(void *p, struct mlm_error *error)
{
    struct classical_config *config = p;
    config->rows = config->job.data_bytes / (12 * config->width);
    if (config->rows < UINT64_C(2) * LEAF_ROWS_LEAST || config->rows > UINT32_MAX)
        return mlm_error_set(
            error, -ERANGE, "%" PRIu64 " rows are too few or too many for trees", config->rows);
    return 0;
}

static uint64_t core(const void *p)
{
    const struct classical_config *config = p;
    return rows_bytes(config) + way_of(config)->core_bytes(config);
}

/* A target and a residual for each row, and the tree. */
static uint64_t peak(const void *p)
{
    const struct classical_config *config = p;
    uint64_t more = 2 * config->rows * sizeof(int32_t) + sizeof(struct boost);
    return classical_process_bytes(&config->job, core(p) + more + way_of(config)->more_bytes(config), 0);
}

/* Assumes 2 ns to make a value, and 12 ns to sort it or to find its bin. */
static uint64_t rough(const void *p)
{
    const struct classical_config *config = p;
    double values = (double)config->rows * (double)config->width;
    return (
        uint64_t)(20e6 + values * (14 + way_of(config)->split_ns * (double)(config->trees * config->depth)));
}

static void destroy(void *p)
{
    struct boost *boost = p;
    if (boost)
        classical_unmap(&boost->memory);
    free(boost);
}

static int prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    const struct classical_config *config = p;
    struct boost *boost = calloc(1, sizeof *boost);
    if (!boost)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    boost->config = *config;
    boost->way = way_of(config);
    struct classical_memory *memory = &boost->memory;
    boost->rows = classical_map(memory, rows_bytes(config), "the rows", sb);
    boost->targets = classical_map(memory, config->rows * sizeof(int32_t), "the targets", sb);
    boost->residuals = classical_map(memory, config->rows * sizeof(int32_t), "the residuals", sb);
    if (!boost->rows || !boost->targets || !boost->residuals) {
        destroy(boost);
        return -ENOMEM;
    }
    classical_levels_make(config, boost->rows, boost->targets);
    sb->data_checksum = classical_rows_checksum(config, 0, config->rows, boost->rows);
    *ret_state = boost;
    return 0;
}

static double score(const struct boost_cell *cell)
{
    return (double)cell->sum * (double)cell->sum / (double)cell->count;
}

void boost_consider(struct boost_node *node, const struct boost_cell *left, uint32_t feature, float threshold)
{
    struct boost_cell right = {node->all.sum - left->sum, node->all.count - left->count};
    if (left->count < LEAF_ROWS_LEAST || right.count < LEAF_ROWS_LEAST)
        return;
    double gain = score(left) + score(&right) - score(&node->all);
    if (gain > node->split.gain)
        node->split = (struct boost_split){gain, feature, threshold, *left};
}

int32_t boost_leaf(const struct boost_node *node)
{
    return (int32_t)lround(RATE * (double)node->all.sum / (double)node->all.count);
}

static void children_make(struct boost *boost, uint32_t level)
{
    for (uint32_t i = boost_level_begin(level); i < boost_level_begin(level + 1); i++) {
        const struct boost_node *node = &boost->nodes[i];
        if (!node->all.count || !boost_is_split(node))
            continue;
        const struct boost_cell *all = &node->all, *left = &node->split.left;
        boost->nodes[2 * i + 1].all = *left;
        boost->nodes[2 * i + 2].all = (struct boost_cell){all->sum - left->sum, all->count - left->count};
        boost->feature_sum += (int64_t)(node->split.feature + 1) * (i + 1);
    }
}

static void leaves_count(struct boost *boost)
{
    for (uint32_t i = 0; i < boost_level_begin((uint32_t)boost->config.depth + 1); i++)
        if (boost->nodes[i].all.count && !boost_is_split(&boost->nodes[i])) {
            boost->leaves++;
            boost->leaf_sum += (int64_t)boost_leaf(&boost->nodes[i]) * (i + 1);
        }
}

static void tree_grow(struct boost *boost, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &boost->config;
    memset(boost->nodes, 0, sizeof boost->nodes);
    boost->nodes[0].all.count = config->rows;
    for (uint64_t r = 0; r < config->rows; r++)
        boost->nodes[0].all.sum += boost->residuals[r];
    boost->way->tree_begin(boost);
    for (uint32_t level = 0; level < config->depth; level++) {
        boost->way->level_find(boost, level);
        children_make(boost, level);
        boost->way->level_split(boost, level);
        mlm_progress_add(sb, 1);
    }
    leaves_count(boost);
    boost->way->leaves_subtract(boost);
    boost->done += config->rows;
}

/* The first prediction is the mean of the targets. */
static void residuals_begin(struct boost *boost)
{
    int64_t sum = 0;
    for (uint64_t r = 0; r < boost->config.rows; r++)
        sum += boost->targets[r];
    int32_t mean = (int32_t)lround((double)sum / (double)boost->config.rows);
    for (uint64_t r = 0; r < boost->config.rows; r++)
        boost->residuals[r] = boost->targets[r] - mean;
}

static int run(void *p, struct mlm_scoreboard *sb)
{
    struct boost *boost = p;
    const struct classical_config *config = &boost->config;
    residuals_begin(boost);
    int r = boost->way->open(boost, sb);
    mlm_progress_begin(sb, config->trees * config->depth);
    for (uint64_t tree = 0; tree < config->trees && r == 0; tree++)
        tree_grow(boost, sb);
    sb->items = boost->done;
    return r;
}

static int verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct boost *boost = p;
    const struct classical_config *config = &boost->config;
    double squares = 0;
    for (uint64_t r = 0; r < config->rows; r++)
        squares += (double)boost->residuals[r] * (double)boost->residuals[r];
    mlm_answer_add(sb, squares);
    mlm_answer_add(sb, (double)boost->leaves);
    mlm_answer_add(sb, (double)boost->leaf_sum);
    mlm_answer_add(sb, (double)boost->feature_sum);
    return boost->done == config->trees * config->rows
               ? 0
               : mlm_fail(sb, -EBADMSG, "the trees had %" PRIu64 " rows, not %" PRIu64, boost->done,
                     config->trees * config->rows);
}

static const struct mlm_param params[] = {
    CLASSICAL_WIDTH("32", 5),
    {CLASSICAL_COUNT(trees, "4", 1, 1000, "trees of the ensemble"), .equal_work = true},
    {CLASSICAL_COUNT(depth, "5", 1, BOOST_DEPTH_MOST, "levels of a tree"), .equal_work = true},
    {.name = NULL},
};

#define COMMON                                                                                               \
    .config_size = sizeof(struct classical_config), .max_threads = 1, .work = "boost", .params = params,     \
    .derive = derive, .core_bytes = core, .peak_bytes = peak, .rough_ns = rough, .prepare = prepare,         \
    .run = run, .verify = verify, .destroy = destroy

const struct mlm_workload classical_boost_presorted = {COMMON, .name = "boost_presorted",
    .variant = &boost_presorted_way,
    .summary = "boosted trees from columns that are sorted once: 8 bytes a value"};
const struct mlm_workload classical_boost_histogram = {COMMON, .name = "boost_histogram",
    .variant = &boost_histogram_way, .summary = "the same trees from histograms: one byte a value"};
