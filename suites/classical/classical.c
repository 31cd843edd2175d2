/* The suite classical: its list of workloads. Each method has a file with its own. */
#include "classical/classical.h"

static const struct mlm_workload *const workloads[] = {&classical_kmeans_all, &classical_kmeans_blocks,
    &classical_kmeans_minibatch, &classical_knn_all, &classical_knn_blocks, &classical_pca_svd,
    &classical_pca_covariance, &classical_pca_randomized, &classical_pca_incremental,
    &classical_boost_presorted, &classical_boost_histogram, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "classical",
    .summary = "all at once, in blocks, or as a stream?",
    .item = "rows",
    .workloads = workloads,
};
