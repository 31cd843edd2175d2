/* One poll for every wait that belongs to no trial: those have their own, with readings in between. */
#include "base/await.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>

/* Often enough for a bar that moves, too seldom to disturb what is waited for. */
#define TICK_MS 200

int mlm_await_readable(const struct mlm_await *await, int fd)
{
    struct pollfd polled[] = {
        {.fd = fd, .events = POLLIN}, {.fd = await ? await->interrupt_fd : -1, .events = POLLIN}};
    const int timeout_ms = await && await->tick ? TICK_MS : -1;
    for (;;) {
        int n = poll(polled, 2, timeout_ms);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            return polled[0].revents ? 0 : -EINTR;
        if (n == 0 && await && await->tick)
            await->tick(await->context);
    }
}
