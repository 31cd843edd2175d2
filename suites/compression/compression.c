/* The suite compression: its workloads. */
#include "compression/compression.h"

static const struct mlm_workload *const workloads[] = {&compression_quantised, &compression_pruned,
    &compression_lowrank, &compression_checkpointed, &compression_snapshots, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "compression",
    .summary = "can the same model be smaller?",
    .item = "samples",
    .workloads = workloads,
};
