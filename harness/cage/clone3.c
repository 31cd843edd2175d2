/* The system call clone3() in assembly, because the C library has no function for it. */
#include "cage/clone3.h"

#include <errno.h>
#include <sys/syscall.h>

/* The child returns from the system call on another stack, where the compiler's local variables do not exist.
 * Until it is inside `run` it uses only registers, which the kernel passes on unchanged. */

#if defined __x86_64__ && defined SYS_clone3

long mlm_clone3(const struct clone_args *args, int (*run)(void *), void *argument)
{
    register int (*run_register)(void *) __asm__("r8") = run;
    register void *argument_register __asm__("r9") = argument;
    long result = SYS_clone3;
    __asm__ volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "mov %[argument], %%rdi\n\t"
        "call *%[run]\n\t"
        "hlt\n"
        "1:"
        : "+a"(result)
        : "D"(args), "S"(sizeof *args), [run] "r"(run_register), [argument] "r"(argument_register)
        : "rcx", "r11", "cc", "memory");
    return result;
}

#elif defined __aarch64__ && defined SYS_clone3

long mlm_clone3(const struct clone_args *args, int (*run)(void *), void *argument)
{
    register long number __asm__("x8") = SYS_clone3;
    register long result __asm__("x0") = (long)args;
    register unsigned long size __asm__("x1") = sizeof *args;
    register int (*run_register)(void *) __asm__("x10") = run;
    register void *argument_register __asm__("x11") = argument;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x0, %[argument]\n\t"
                     "blr %[run]\n\t"
                     "brk #0\n"
                     "1:"
                     : "+r"(result)
                     : "r"(number), "r"(size), [run] "r"(run_register), [argument] "r"(argument_register)
                     : "cc", "memory");
    return result;
}

#else

long mlm_clone3(const struct clone_args *args, int (*run)(void *), void *argument)
{
    (void)args, (void)run, (void)argument;
    return -ENOSYS;
}

#endif
