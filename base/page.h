/* The machine's page: what its kernel counts memory in. */
#pragma once

#include <stdint.h>

/* 4096 on x86-64; 4096, 16384 or 65536 on arm64. */
uint64_t mlm_page_bytes(void);
