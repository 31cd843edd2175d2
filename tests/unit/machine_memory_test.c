/* Tests the current memory, swap and disk space. */
#include "machine_tree.h"

#include <errno.h>
#include <sys/mman.h>

#include "machine/disk.h"
#include "machine/memory.h"
#include "machine/swap.h"

static struct mlm_memory_now memory_of(const struct tree *tree)
{
    struct mlm_memory_now memory;
    struct mlm_error error = {0};
    if (mlm_memory_now(tree->root_fd, &memory, &error) < 0)
        fail_msg("%s", error.text);
    return memory;
}

static void recorded_machines(void **state)
{
    (void)state;
    struct tree laptop = tree_load("laptop"), desktop = tree_load("desktop"), vm = tree_load("vm");
    struct mlm_memory_now memory = memory_of(&laptop);
    assert_int_equal(memory.total_bytes, UINT64_C(3906252) * 1024);
    assert_int_equal(memory.available_bytes, UINT64_C(1502208) * 1024);
    assert_int_equal(memory.swap_total_bytes, UINT64_C(1953120) * 1024);
    assert_int_equal(memory.swap_free_bytes, UINT64_C(1900000) * 1024);
    assert_true(memory.swap_is_zram);
    assert_false(memory.zswap);
    memory = memory_of(&desktop);
    assert_false(memory.swap_is_zram);
    assert_true(memory.zswap);
    /* Without MemAvailable, the sum of free and cached memory is used; SwapCached does not count. */
    memory = memory_of(&vm);
    assert_int_equal(memory.available_bytes, UINT64_C(860000) * 1024);
    assert_int_equal(memory.swap_total_bytes, 0);
    /* Zswap without swap has no effect. */
    tree_write(&vm, "/sys/module/zswap/parameters/enabled", "Y\n");
    assert_false(memory_of(&vm).zswap);
    tree_remove(&laptop);
    tree_remove(&desktop);
    tree_remove(&vm);
}

static void swaps_beyond_the_buffer_are_counted(void **state)
{
    (void)state;
    struct tree tree =
        tree_make("@/proc/swaps\nFilename Type Size Used Priority\n/dev/dm-1 partition 4 0 -2\n"
                  "/swap file 8 4 -3\nnonsense\n/dev/zram1 partition 16 0 100\n");
    struct mlm_swap swaps[2];
    assert_int_equal(mlm_swaps_read(tree.root_fd, swaps, 2, NULL), 3);
    assert_int_equal(swaps[0].kind, MLM_SWAP_PARTITION);
    assert_string_equal(swaps[1].path, "/swap");
    assert_int_equal(swaps[1].kind, MLM_SWAP_FILE);
    assert_int_equal(swaps[1].size_bytes, 8192);
    assert_int_equal(swaps[1].used_bytes, 4096);
    assert_int_equal(swaps[1].priority, -3);
    tree_remove(&tree);
}

static void missing_files_are_errors(void **state)
{
    (void)state;
    struct tree tree = tree_make("");
    struct mlm_memory_now memory = {.total_bytes = 7};
    struct mlm_swap swap;
    struct mlm_error error = {0};
    assert_int_equal(mlm_memory_now(tree.root_fd, &memory, &error), -ENOENT);
    assert_non_null(strstr(error.text, "/proc/meminfo"));
    assert_int_equal(memory.total_bytes, 7);
    assert_int_equal(mlm_swaps_read(tree.root_fd, &swap, 1, &error), -ENOENT);
    tree_write(&tree, "/proc/meminfo", "MemFree: 1 kB\n");
    assert_int_equal(mlm_memory_now(tree.root_fd, &memory, &error), -EINVAL);
    tree_remove(&tree);
}

static void this_machine(void **state)
{
    (void)state;
    struct mlm_memory_now memory;
    assert_int_equal(mlm_memory_now(AT_FDCWD, &memory, NULL), 0);
    assert_int_equal(memory.total_bytes, (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
    assert_in_range(memory.available_bytes, 1, memory.total_bytes);
    assert_true(memory.swap_free_bytes <= memory.swap_total_bytes);
    assert_true(memory.swap_total_bytes || !memory.swap_is_zram);
}

/* /proc has no free space, which shows whether the right folder was asked. */
static void free_disk_of_a_folder_to_be(void **state)
{
    (void)state;
    struct tree tree = tree_make("@/file\nx\n");
    char path[256];
    uint64_t bytes = 1;
    struct mlm_error error = {0};
    assert_int_equal(mlm_disk_free("/proc/none/of/these//", &bytes, &error), 0);
    assert_int_equal(bytes, 0);
    snprintf(path, sizeof path, "%s/not/yet/there", tree.folder);
    assert_int_equal(mlm_disk_free(path, &bytes, &error), 0);
    assert_true(bytes > 0);
    char *before = getcwd(NULL, 0);
    assert_non_null(before);
    assert_int_equal(chdir("/proc"), 0);
    static const char *const relative[] = {"none", "none/x", "./none//x/", ".", ""};
    for (size_t i = 0; i < sizeof relative / sizeof *relative; i++) {
        bytes = 1;
        assert_int_equal(mlm_disk_free(relative[i], &bytes, &error), 0);
        assert_int_equal(bytes, 0);
    }
    assert_int_equal(chdir(before), 0);
    free(before);
    snprintf(path, sizeof path, "%s/file/x", tree.folder);
    bytes = 1;
    assert_int_equal(mlm_disk_free(path, &bytes, &error), -ENOTDIR);
    assert_int_equal(bytes, 1);
    assert_non_null(strstr(error.text, "/file"));
    tree_remove(&tree);
}

/* An anonymous memory file is in the kernel's own tmpfs. */
static void files_in_memory_are_told(void **state)
{
    (void)state;
    int fd = memfd_create("mlm", MFD_CLOEXEC);
    char path[64];
    bool memory = false;
    assert_true(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_int_equal(mlm_disk_is_memory(path, &memory, NULL), 0);
    assert_true(memory);
    assert_int_equal(mlm_disk_is_memory("/proc/nothing/here", &memory, NULL), 0);
    assert_false(memory);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_machines),
        cmocka_unit_test(swaps_beyond_the_buffer_are_counted),
        cmocka_unit_test(missing_files_are_errors),
        cmocka_unit_test(this_machine),
        cmocka_unit_test(free_disk_of_a_folder_to_be),
        cmocka_unit_test(files_in_memory_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
