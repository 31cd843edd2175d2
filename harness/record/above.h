/* Names the limits of cgroups above a trial, which the kernel kills, slows down or swaps out for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "record/record.h"

#define MLM_ABOVE_TEXT 512

/* Writes "memory.high of /sys/fs/cgroup/user.slice is 200M". */
void mlm_above_text(const char *file, const char *path, uint64_t bytes, char text[static MLM_ABOVE_TEXT]);

/* Writes all limits of the record's limits_above so, with commas. Returns false where there are none. */
bool mlm_above_put(FILE *out, const struct mlm_record *record);
