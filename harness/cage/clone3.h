/* clone3() for a child that shares our memory and so needs a stack of its own: what the C library has, but
 * keeps to itself. Internal to cage/. */
#pragma once

#include <linux/sched.h>

/* Calls run(argument) in the child, which must not return; gives its pid, or a negative errno: -ENOSYS where
 * the kernel has no clone3() or this architecture no few lines of assembly here. */
long mlm_clone3(const struct clone_args *args, int (*run)(void *), void *argument);
