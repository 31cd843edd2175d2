/* Parses "some avg10=0.00 avg60=0.00 avg300=0.00 total=123", in microseconds, and the same for "full". */
#include "base/pressure.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t total_ns(const char *text, const char *kind)
{
    static const char key[] = "total=";
    const char *line = strstr(text, kind);
    const char *total = line ? strstr(line, key) : NULL;
    return total ? strtoull(total + sizeof key - 1, NULL, 10) * 1000 : MLM_PRESSURE_UNKNOWN;
}

uint64_t mlm_pressure_some_ns(const char *text)
{
    return total_ns(text, "some ");
}

uint64_t mlm_pressure_full_ns(const char *text)
{
    return total_ns(text, "full ");
}

uint64_t mlm_pressure_read_some_ns(int fd)
{
    char text[256];
    ssize_t n = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : -1;
    if (n <= 0)
        return MLM_PRESSURE_UNKNOWN;
    text[n] = 0;
    return mlm_pressure_some_ns(text);
}
