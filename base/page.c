/* Asks libc for the page size, so that no formula assumes 4096 bytes. */
#include "base/page.h"

#include <unistd.h>

uint64_t mlm_page_bytes(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}
