/* Marks qualify a trial's figures; a reader shows them as footnotes. To add one, add a line. */
#pragma once

#include <stdint.h>

/* clang-format off */
#define MLM_MARKS(X)                                                                                                  \
    X(peak_rss_lower_bound,  "the worker was killed: its peak RSS is the last one seen, the true one is higher")      \
    X(peak_rss_sampled,      "peak RSS is the highest of any process that was seen; the true one may be a little higher") \
    X(swap_peak_sampled,     "the kernel keeps no peak of what was in swap alone: sampled")                                               \
    X(cage_peak_sampled,     "the memory peak was sampled: the kernel kept none of this trial's own, or a lower one")                       \
    X(needs_peak_sampled,    "memory and swap together were sampled; the true peak may be a little higher")           \
    X(cache_not_evicted,     "a file stayed in the page cache, or could not be checked: reads may not have been cold")  \
    X(tmpfs_not_cleared,     "the trial before left memory in tmpfs, in files that could not be found: this trial may have used it without being charged") \
    X(swap_is_zram,          "swap is compressed memory, outside the cap")                                            \
    X(swap_is_zswap,         "zswap keeps swapped pages compressed in memory, outside the cap")                       \
    X(zswap_is_charged,      "zswap keeps swapped pages compressed in memory, and counts them within the cap")        \
    X(swap_changed,          "swap was added or taken away while the run went on; the heading says what there was at its start") \
    X(inherited_cage,        "it had no cage of its own and ran in the cgroup that mlmembench was started in: memory that others take or free there meanwhile is in its figures") \
    X(processes_summed,      "no cgroup could be read: memory is the sum over the processes (PSS), sampled")          \
    X(machine_binds_first,   "the machine had less memory available than the cap")                                    \
    X(ancestor_binds_first,  "a cgroup above has a tighter limit than the cap")                                       \
    X(ancestor_slows,        "a cgroup above has a memory.high or memory.swap.high below the trial's own limits: beyond it the kernel slows the job down and swaps it out") \
    X(ancestor_limits_swap,  "a cgroup above allows less swap than the trial does")                                 \
    X(killed_for_another_limit, "the kernel killed it before its cap was reached: for the limit of a cgroup above, or because the machine had no memory left") \
    X(swap_ran_out,          "swap was full with other things, was taken away, or is limited above: the kernel killed earlier than with all the swap that the trial allows") \
    X(not_repeated,          "an earlier repetition timed out, so this row was not repeated")                         \
    X(noisy,                 "other programs used the CPU, or another run went on at the same time")                  \
    X(fresh_memory_slow,     "memory fresh from the machine was slow at the start; it was touched before each trial") \
    X(background_died,       "the background process ended before the worker")                                       \
    X(children_left,         "the command left processes behind when it ended; they were ended") \
    X(left_cage,             "the command, or one of its processes, moved out of its cage: what it did elsewhere was neither limited nor counted") \
    X(hugetlb_pages,         "the command had huge pages of the machine's pool (hugetlb), which lie outside the cap and are in no figure") \
    X(disturbed,             "other work took more of its time than can be taken out") \
    X(paused,                "mlmembench itself was stopped during the trial (Ctrl-Z, a debugger, a freezer): its time is not known") \
    X(heap_scaled,           "predict lowered glibc's threshold for large arrays (MALLOC_MMAP_THRESHOLD_), so that a small run gives back what the full one would") \
    X(preview,               "a preview: one trial, so how far its figures may be off is not known") \
    X(plain_copy,            "the dataset is not plain: trials read a copy of it that holds nothing but numbers")

enum mlm_mark {
#define MLM_MARK_ENUM(key, help) MLM_MARK_##key,
    MLM_MARKS(MLM_MARK_ENUM)
#undef MLM_MARK_ENUM
    MLM_MARK_COUNT
};
/* clang-format on */

struct mlm_mark_info {
    const char *key, *help;
};

extern const struct mlm_mark_info mlm_marks[MLM_MARK_COUNT];

/* A set of marks. */
typedef uint32_t mlm_mark_set;
#define MLM_MARK_BIT(mark) (UINT32_C(1) << (MLM_MARK_##mark))

/* With one of these, the cap was not the limit that the job met. */
#define MLM_MARKS_OF_ANOTHER_LIMIT                                                                           \
    (MLM_MARK_BIT(machine_binds_first) | MLM_MARK_BIT(ancestor_binds_first) | MLM_MARK_BIT(ancestor_slows) | \
        MLM_MARK_BIT(killed_for_another_limit) | MLM_MARK_BIT(swap_ran_out))
