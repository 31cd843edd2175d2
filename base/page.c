#include "base/page.h"

#include <unistd.h>

uint64_t mlm_page_bytes(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}
