/* The page size of this machine, the unit in which its kernel counts memory. */
#pragma once

#include <stdint.h>

/* Bytes: 4096 on x86-64; 4096, 16384 or 65536 on arm64. */
uint64_t mlm_page_bytes(void);

/* Pages that a processor charges to a cgroup in advance: MEMCG_CHARGE_BATCH of Linux. */
#define MLM_CHARGE_BATCH_PAGES 64
