/* Fuzzes the parsers of sizes, limits and durations: any text gives a number in range or an error with a
 * text, and printed values can be read back. */
#include <string.h>

#include "base/size.h"
#include "fuzz.h"

static void check_error(int r, const struct mlm_error *error)
{
    fuzz_assert(r < 0 && error->code == r && error->text[0]);
}

static void check_size(const char *text)
{
    struct mlm_error error = {0};
    uint64_t bytes = 0, again = 0;
    char spelled[MLM_SIZE_TEXT], shown[MLM_SIZE_TEXT];
    int r = mlm_limit_parse(text, &bytes, &error);
    if (r < 0) {
        check_error(r, &error);
        return;
    }
    fuzz_assert(bytes == MLM_NO_LIMIT || bytes < UINT64_C(1) << 63);
    mlm_size_spell(bytes, spelled);
    fuzz_assert(mlm_limit_parse(spelled, &again, &error) == 0 && again == bytes);
    fuzz_assert(mlm_size_show((double)bytes, shown)[0]);
}

static void check_duration(const char *text)
{
    struct mlm_error error = {0};
    uint64_t ns = 0;
    char shown[MLM_SIZE_TEXT];
    int r = mlm_duration_parse(text, &ns, &error);
    if (r < 0) {
        check_error(r, &error);
        return;
    }
    fuzz_assert(ns >= 1 && ns < UINT64_C(1) << 63);
    fuzz_assert(mlm_duration_show((double)ns, shown)[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    fuzz_assert(text);
    memcpy(text, data, size);
    text[size] = 0;
    check_size(text);
    check_duration(text);
    free(text);
    return 0;
}
