/* A record with every member set, and a temporary folder, for the tests of records and reports. */
#pragma once

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "record/record.h"

static inline json_t *sample_machine(const char *id)
{
    json_t *machine = json_pack("{s:s, s:s, s:i}", "id", id, "host", "a \"host\"", "cores", 2);
    assert_non_null(machine);
    return machine;
}

/* Makes an ok trial of storage/NAME; the caller releases it. */
static inline struct mlm_record sample_record(const char *name)
{
    struct mlm_record record;
    mlm_record_init(&record);
    record.run_id = strdup("m1-20260301T101500Z");
    record.time = strdup("2026-03-01T10:15:00Z");
    record.machine = sample_machine("m1");
    record.command = json_pack("[s,s]", "mlmembench", "run");
    record.suite = strdup("storage");
    assert_true(asprintf(&record.workload, "storage/%s", name) > 0);
    assert_int_equal(mlm_params_add(&record.params, "density", "0.01"), 0);
    assert_int_equal(mlm_params_add(&record.params, "a", "z"), 0);
    record.equal_work = strdup("storage density=0.01");
    record.limits.cap_bytes = UINT64_C(2) << 30;
    record.data_bytes = 2684354560;
    record.seed = 1;
    record.limits.timeout_ns = 60000000000;
    record.outcome = MLM_OUTCOME_OK;
    record.phase = strdup("done");
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        record.readings.values[i] = 1000 + i;
    record.readings.values[MLM_own_ns] = MLM_NULL; /* several threads: tests give run_ns */
    record.readings.values[MLM_blocked_ns] = MLM_NULL;
    record.readings.values[MLM_stall_full_ns] = MLM_NULL;
    record.readings.values[MLM_growth_bytes_per_s] = MLM_NULL;
    record.has_checksum = true;
    record.data_checksum = UINT64_C(0x00c0ffee12345678);
    record.answer_count = 2;
    record.answer[0] = 0.1;
    record.answer[1] = 42;
    return record;
}

#define SAMPLE_PATH 128

/* Makes a new folder in /tmp. */
static inline void sample_folder(char path[SAMPLE_PATH])
{
    strcpy(path, "/tmp/mlmembench-test-XXXXXX");
    assert_non_null(mkdtemp(path));
}

/* Returns a whole file, which the caller frees; NULL where there is none. */
static inline char *sample_read(const char *path)
{
    char *text = NULL;
    return mlm_file_read(AT_FDCWD, path, &text, NULL) < 0 ? NULL : text;
}

static inline void sample_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}
