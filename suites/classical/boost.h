/* A boosted ensemble of trees for a squared loss, grown level by level. The ways differ in how they find the
 * best split of a node. Residuals are whole numbers (in 1/256), so that their sums are exact in any order,
 * and all ways grow the same trees. */
#pragma once

#include "classical/classical.h"

#define BOOST_DEPTH_MOST 10u

/* Rows on one side of a split. */
struct boost_cell {
    int64_t sum; /* of their residuals */
    uint64_t count;
};

struct boost_split {
    double gain; /* 0: there is none */
    uint32_t feature;
    float threshold; /* values up to it go to the left child */
    struct boost_cell left;
};

struct boost_node {
    struct boost_cell all;
    struct boost_split split;
};

struct boost;

struct boost_way {
    uint64_t (*core_bytes)(const struct classical_config *config); /* beside the rows */
    uint64_t (*more_bytes)(const struct classical_config *config);
    double split_ns; /* for each value and level, about */
    /* Prepares the columns: a part of the timed job, as in a library's fit(). */
    int (*open)(struct boost *boost, struct mlm_scoreboard *sb);
    void (*tree_begin)(struct boost *boost);
    void (*level_find)(struct boost *boost, uint32_t level);  /* fills the splits of the level's nodes */
    void (*level_split)(struct boost *boost, uint32_t level); /* moves the rows to the children */
    void (*leaves_subtract)(struct boost *boost); /* from each row's residual, what boost_leaf() says */
};

struct boost {
    struct classical_config config;
    const struct boost_way *way;
    struct classical_memory memory;
    float *rows;
    int32_t *targets, *residuals;
    /* The tree that is grown. Node i has the children 2i + 1 and 2i + 2; level l begins at node 2^l - 1. */
    struct boost_node nodes[(2u << BOOST_DEPTH_MOST) - 1];
    void *own; /* the way's */
    uint64_t leaves, done;
    int64_t leaf_sum, feature_sum; /* over all trees */
};

extern const struct boost_way boost_presorted_way, boost_histogram_way;

static inline uint32_t boost_level_begin(uint32_t level)
{
    return (1u << level) - 1;
}

/* Takes the split if it gains more than what the node has. */
void boost_consider(
    struct boost_node *node, const struct boost_cell *left, uint32_t feature, float threshold);

static inline bool boost_is_split(const struct boost_node *node)
{
    return node->split.gain > 0;
}

/* By how much a leaf changes the predictions of its rows. */
int32_t boost_leaf(const struct boost_node *node);
