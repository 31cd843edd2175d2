/* clone3() for a child that shares our memory and therefore needs its own stack. The C library has such a
 * function but does not export it. Internal to cage/. */
#pragma once

#include <linux/sched.h>

/* Calls run(argument) in the child; `run` must not return. Returns the child's pid, or a negative errno:
 * -ENOSYS where the kernel has no clone3() or this file has no assembly for the architecture. */
long mlm_clone3(const struct clone_args *args, int (*run)(void *), void *argument);
