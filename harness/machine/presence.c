#include "machine/presence.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"

enum { PLACES = 16 };

/* An abstract name begins with a NUL, and is as long as its address says. */
static socklen_t place_name(int place, struct sockaddr_un *ret_name)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "mlmembench-run-%02d", place);
    *ret_name = name;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

static int socket_open(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd < 0 ? -errno : fd;
}

int mlm_presence_announce(void)
{
    mlm_auto_close int fd = socket_open();
    if (fd < 0)
        return fd;
    for (int place = 0; place < PLACES; place++) {
        struct sockaddr_un name;
        socklen_t size = place_name(place, &name);
        if (bind(fd, (const struct sockaddr *)&name, size) == 0)
            return mlm_take_fd(&fd);
        if (errno != EADDRINUSE)
            return -errno;
    }
    return -EADDRINUSE;
}

bool mlm_presence_others(int own_fd)
{
    mlm_auto_close int fd = socket_open();
    if (fd < 0)
        return false;
    struct sockaddr_un own = {0};
    socklen_t own_size = sizeof own;
    if (own_fd < 0 || getsockname(own_fd, (struct sockaddr *)&own, &own_size) < 0)
        own_size = 0;
    for (int place = 0; place < PLACES; place++) {
        struct sockaddr_un name;
        socklen_t size = place_name(place, &name);
        bool ours = size == own_size && memcmp(&name, &own, size) == 0;
        if (!ours && connect(fd, (const struct sockaddr *)&name, size) == 0)
            return true;
    }
    return false;
}
