/* Tests filling memory in a child: results, errors, and that nothing is left behind. */
#include "machine_tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "machine/fresh.h"

#define MIB (UINT64_C(1) << 20)

static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void a_probe_tells_both_paces(void **state)
{
    (void)state;
    struct mlm_fresh_memory fresh;
    struct mlm_error error = {0};
    if (mlm_fresh_memory_probe(8 * MIB, NULL, &fresh, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(fresh.bytes, 8 * MIB);
    /* Plausible limits: no machine fills 100 bytes in a nanosecond, nor needs a millisecond for one. */
    assert_true(fresh.first_ns_per_byte > 0.01 && fresh.first_ns_per_byte < 1e6);
    assert_true(fresh.warm_ns_per_byte > 0.01 && fresh.warm_ns_per_byte < 1e6);
    assert_int_equal(fresh.slow, fresh.first_ns_per_byte > 1.5 * fresh.warm_ns_per_byte);
    assert_no_child();
}

/* Touched page by page, without huge pages: there are as many faults as pages. */
static void touching_leaves_nothing(void **state)
{
    (void)state;
    struct mlm_error error = {0};
    static const uint64_t sizes[] = {0, 1, 4 * MIB, 5 * MIB + 1};
    struct rusage before, after;
    (void)getrusage(RUSAGE_CHILDREN, &before);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (mlm_fresh_memory_touch(sizes[i], 0, NULL, &error) < 0)
            fail_msg("%s", error.text);
    assert_int_equal(mlm_fresh_memory_touch(4 * MIB, 1e9, NULL, &error), 0);
    (void)getrusage(RUSAGE_CHILDREN, &after);
    /* Less than a MiB counts as a MiB. */
    assert_true(after.ru_minflt - before.ru_minflt >= (long)((1 + 4 + 5 + 4) * MIB) / sysconf(_SC_PAGESIZE));
    assert_no_child();
}

static void what_cannot_be_had_is_an_error(void **state)
{
    (void)state;
    struct mlm_fresh_memory fresh = {.bytes = 7};
    struct mlm_error error = {0};
    assert_int_equal(mlm_fresh_memory_probe(1, NULL, &fresh, &error), -EINVAL);
    /* Limits the address space to what is used already (sanitizers reserve very much) and a little more. */
    struct rlimit limit, tight;
    unsigned long long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    assert_true(statm && fscanf(statm, "%llu", &pages) == 1 && fclose(statm) == 0);
    assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
    tight = limit;
    tight.rlim_cur = pages * (unsigned long long)getpagesize() + 16 * MIB;
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    int r = mlm_fresh_memory_probe(64 * MIB, NULL, &fresh, &error);
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    assert_int_equal(r, -ENOMEM);
    assert_int_equal(fresh.bytes, 7);
    assert_true(error.text[0]);
    assert_no_child();
}

/* Returns the first process whose parent is `parent`, or 0. */
static pid_t child_of(pid_t parent)
{
    char path[64], text[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    return mlm_file_read_into(AT_FDCWD, path, text, sizeof text) > 0 ? atoi(text) : 0;
}

/* Returns the state letter of /proc/PID/stat, or NUL for a process that is gone. */
static char state_of(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0)
        return '\0';
    const char *name_end = strrchr(text, ')');
    if (!name_end || !name_end[1])
        return '\0';
    return name_end[2];
}

/* Returns true once the child has made itself the kernel's first choice, right before it fills memory. */
static bool fills(pid_t pid)
{
    char path[64];
    uint64_t adjustment;
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", pid);
    return mlm_file_read_number(AT_FDCWD, path, &adjustment, NULL) == 0 && adjustment == 1000;
}

static void nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Stops a child of `parent` in the middle of its work; if it just ends, takes the next one. The naps leave
 * the processor to both. */
static pid_t child_stop(pid_t parent)
{
    for (;; nap()) {
        pid_t child = child_of(parent);
        if (child <= 0 || !fills(child) || kill(child, SIGSTOP) < 0)
            continue;
        char letter;
        while ((letter = state_of(child)) && letter != 'Z' && letter != 'T')
            nap();
        if (letter == 'T')
            return child;
    }
}

/* A child that was stopped in the middle of its work must not continue after its parent's death. */
static void it_dies_with_its_parent(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0)
        for (;;)
            (void)mlm_fresh_memory_touch(64 * MIB, 1e-9, NULL, NULL);
    pid_t child = child_stop(parent);
    int status;
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    (void)kill(child, SIGCONT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_no_child();
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_tells_both_paces),
        cmocka_unit_test(touching_leaves_nothing),
        cmocka_unit_test(what_cannot_be_had_is_an_error),
        cmocka_unit_test(it_dies_with_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
