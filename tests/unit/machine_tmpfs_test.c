/* Tests which files of tmpfs are found, by their times, sizes and mounts. The mounts are folders of a
 * recorded tree. */
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "machine/tmpfs.h"
#include "machine_tree.h"

#define SEGMENTS_HEAD "key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap\n"
/* 2100-01-01: nothing is younger but segment 9. */
#define FUTURE 4102444800

static struct tree made(const char *point, const char *options)
{
    struct tree tree =
        tree_make("@/shm/old.bin\n@/shm/deep/a b.bin\n@/other/file.bin\n"
                  "@/proc/sysvipc/shm\n" SEGMENTS_HEAD "0 7 600 4096 1 1 0 0 0 0 0 0 0 5 8192 4096\n"
                  "0 9 600 4096 1 1 0 0 0 0 0 0 0 4102444801 400000000 0\n");
    struct stat status;
    char text[512];
    assert_int_equal(fstatat(tree.root_fd, "shm", &status, 0), 0);
    snprintf(text, sizeof text,
        "21 1 %u:%u / /other rw - ext4 disk rw\n"
        "22 1 %u:%u / %s %s,nosuid shared:3 - tmpfs tmpfs rw,size=1k\n"
        "23 1 %u:%u / %s %s - tmpfs tmpfs rw\n",
        major(status.st_dev), minor(status.st_dev), major(status.st_dev), minor(status.st_dev), point,
        options, major(status.st_dev), minor(status.st_dev), point, options);
    tree_write(&tree, "/proc/self/mountinfo", text);
    return tree;
}

/* Fills a file with blocks, and gives it a time. */
static void fill(const struct tree *tree, const char *path, size_t pages, time_t modified)
{
    static const char page[4096] = {1};
    int fd = openat(tree->root_fd, path, O_WRONLY);
    assert_true(fd >= 0);
    for (size_t i = 0; i < pages; i++)
        assert_int_equal(write(fd, page, sizeof page), sizeof page);
    assert_int_equal(fsync(fd), 0);
    assert_int_equal(futimens(fd, (struct timespec[]){{modified, 0}, {modified, 0}}), 0);
    assert_int_equal(close(fd), 0);
}

static void test_finds_what_changed(void **state)
{
    (void)state;
    struct tree tree = made("/shm", "rw");
    fill(&tree, "shm/deep/a b.bin", 50, FUTURE + 5);
    fill(&tree, "shm/old.bin", 20, 1);
    fill(&tree, "other/file.bin", 90, FUTURE + 5);
    struct mlm_tmpfs_files files;
    mlm_tmpfs_changed_since(tree.root_fd, &(struct timespec){.tv_sec = FUTURE}, &files);
    assert_int_equal(files.count, 2);
    assert_string_equal(files.items[0].path, "System V shared memory segment 9");
    assert_int_equal(files.items[0].bytes, 400000000);
    assert_string_equal(files.items[1].path, "/shm/deep/a b.bin");
    assert_true(files.items[1].bytes >= (uint64_t)50 * 4096);
    assert_int_equal(mlm_tmpfs_file_bytes_now(tree.root_fd, &files.items[0]), 400000000);
    assert_int_equal(mlm_tmpfs_file_bytes_now(tree.root_fd, &files.items[1]), files.items[1].bytes);
    /* A segment that is gone, a file that was replaced, and one that is gone. */
    tree_write(&tree, "/proc/sysvipc/shm", SEGMENTS_HEAD);
    assert_int_equal(mlm_tmpfs_file_bytes_now(tree.root_fd, &files.items[0]), 0);
    assert_int_equal(renameat(tree.root_fd, "shm/old.bin", tree.root_fd, "shm/deep/a b.bin"), 0);
    assert_int_equal(mlm_tmpfs_file_bytes_now(tree.root_fd, &files.items[1]), 0);
    assert_int_equal(unlinkat(tree.root_fd, "shm/deep/a b.bin", 0), 0);
    assert_int_equal(mlm_tmpfs_file_bytes_now(tree.root_fd, &files.items[1]), 0);
    mlm_tmpfs_files_release(&files);
    tree_remove(&tree);
}

static void test_follows_no_link_and_reads_no_other_mount(void **state)
{
    (void)state;
    struct tree tree = made("/shm", "rw");
    fill(&tree, "other/file.bin", 90, FUTURE + 5);
    assert_int_equal(symlinkat("../other", tree.root_fd, "shm/link"), 0);
    assert_int_equal(symlinkat("../other/file.bin", tree.root_fd, "shm/file"), 0);
    struct mlm_tmpfs_files files;
    mlm_tmpfs_changed_since(tree.root_fd, &(struct timespec){.tv_sec = FUTURE + 2}, &files);
    assert_int_equal(files.count, 0);
    tree_remove(&tree);
    tree = made("/shm", "ro");
    fill(&tree, "shm/old.bin", 20, FUTURE + 5);
    mlm_tmpfs_changed_since(tree.root_fd, &(struct timespec){.tv_sec = FUTURE + 2}, &files);
    assert_int_equal(files.count, 0);
    tree_remove(&tree);
}

static void test_keeps_the_largest(void **state)
{
    (void)state;
    struct tree tree = made("/shm", "rw");
    for (int i = 1; i <= 2 * MLM_TMPFS_FILES_MAX; i++) {
        char path[64];
        snprintf(path, sizeof path, "/shm/%d", i);
        tree_write(&tree, path, "");
        fill(&tree, path + 1, (size_t)(i * 7 % 17) * 16, FUTURE + 5);
    }
    struct mlm_tmpfs_files files;
    mlm_tmpfs_changed_since(tree.root_fd, &(struct timespec){.tv_sec = FUTURE + 2}, &files);
    assert_int_equal(files.count, MLM_TMPFS_FILES_MAX);
    for (size_t i = 0; i < files.count; i++)
        assert_true(files.items[i].bytes >= (16 - i) * (size_t)16 * 4096);
    mlm_tmpfs_files_release(&files);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_what_changed),
        cmocka_unit_test(test_follows_no_link_and_reads_no_other_mount),
        cmocka_unit_test(test_keeps_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
