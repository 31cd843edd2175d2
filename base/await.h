/* Waiting for something that takes seconds, while the user can interrupt and is shown that it goes on. */
#pragma once

struct mlm_await {
    int interrupt_fd;            /* readable when the user wants to stop; -1: never */
    void (*tick)(void *context); /* called several times a second meanwhile; may be NULL */
    void *context;
};

/* Waits until the descriptor is readable, or is closed at its other end. -EINTR: the user wants to stop.
 * `await` NULL: waits without either. */
int mlm_await_readable(const struct mlm_await *await, int fd);
