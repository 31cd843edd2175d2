/* Tests the noise of other programs, and the presence of other runs. */
#include "machine_tree.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "machine/noise.h"
#include "machine/presence.h"

static void stat_write(const struct tree *tree, const char *text)
{
    tree_write(tree, "/proc/stat", text);
}

/* 100 s in the past, so that the duration of the test itself does not matter. */
static struct mlm_noise begin_long_ago(const struct tree *tree)
{
    struct mlm_noise noise;
    mlm_noise_begin(tree->root_fd, &noise);
    noise.begin_ns -= UINT64_C(100000000000);
    return noise;
}

static void assert_noise(const struct mlm_noise *noise, uint64_t own_cpu_ns, double expected)
{
    struct mlm_noise_seen seen;
    assert_true(mlm_noise_end(noise, own_cpu_ns, &seen));
    if (fabs(seen.others_cores - expected) > 0.05)
        fail_msg("%g should be %g", seen.others_cores, expected);
}

static void what_counts(void **state)
{
    (void)state;
    struct tree tree = tree_load("laptop");
    long hz = sysconf(_SC_CLK_TCK);
    char text[256];
    /* user nice system idle iowait irq softirq steal guest guest_nice */
    stat_write(&tree, "cpu  100 100 100 100 100 100 100 100 100 100\ncpu0 1 2 3\n");
    struct mlm_noise noise = begin_long_ago(&tree);
    snprintf(text, sizeof text, "cpu  %ld %ld %ld %ld %ld %ld %ld %ld 900 900\n", 100 + 50 * hz,
        100 + 10 * hz, 100 + 30 * hz, 100 + 999 * hz, 100 + 999 * hz, 100 + 999 * hz, 100 + 999 * hz,
        100 + 20 * hz);
    stat_write(&tree, text);
    assert_noise(&noise, 0, 1.1);
    assert_noise(&noise, UINT64_C(60000000000), 0.5);
    assert_noise(&noise, UINT64_C(110000000000), 0);
    assert_noise(&noise, UINT64_C(999000000000), 0);
    struct mlm_noise_seen seen;
    assert_true(mlm_noise_end(&noise, 0, &seen));
    assert_int_equal(seen.stolen_ns, INT64_C(20000000000));
    tree_remove(&tree);
}

static void unknown_is_unknown(void **state)
{
    (void)state;
    struct tree tree = tree_make("");
    struct mlm_noise noise = begin_long_ago(&tree);
    struct mlm_noise_seen seen;
    assert_false(mlm_noise_end(&noise, 0, &seen));
    stat_write(&tree, "cpu 1 2 three\n");
    noise = begin_long_ago(&tree);
    assert_false(mlm_noise_end(&noise, 0, &seen));
    stat_write(&tree, "cpu  1 2 3 4 5 6 7 8 9 10\n");
    assert_false(mlm_noise_end(&noise, 0, &seen));
    noise = begin_long_ago(&tree);
    assert_noise(&noise, 0, 0);
    mlm_noise_begin(tree.root_fd, &noise);
    assert_false(mlm_noise_end(&noise, 0, &seen));
    tree_remove(&tree);
}

/* While a child never sleeps, at least one processor is busy, however busy the machine is. */
static void a_spinning_child_is_heard(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        for (;;)
            __asm__ volatile("");
    struct mlm_noise noise;
    mlm_noise_begin(AT_FDCWD, &noise);
    struct timespec t = {.tv_nsec = 400000000};
    (void)nanosleep(&t, NULL);
    struct mlm_noise_seen seen;
    bool known = mlm_noise_end(&noise, 0, &seen);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(known);
    if (!(seen.others_cores > 0.3))
        fail_msg("a spinning child shows as %g", seen.others_cores);
}

static void write_line(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line));
    (void)close(fd);
}

/* Uses a /run and a network of its own, so that this test and real runs at the same time do not disturb each
 * other. That is not possible everywhere (an ordinary user on some distributions; a chroot whose root is no
 * mount point); there, only a run at the same moment would disturb. */
static int namespace_enter(void **state)
{
    (void)state;
    char map[64];
    snprintf(map, sizeof map, "0 %u 1", (unsigned)geteuid());
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) == 0)
        write_line("/proc/self/uid_map", map);
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0)
        return 0;
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0) {
        assert_int_equal(errno, EINVAL);
        return 0;
    }
    return mount("none", "/run", "tmpfs", 0, "mode=755");
}

static void a_run_does_not_see_itself(void **state)
{
    (void)state;
    assert_false(mlm_presence_others(-1));
    int fd = mlm_presence_announce();
    assert_true(fd >= 0);
    assert_false(mlm_presence_others(fd));
    assert_true(mlm_presence_others(-1));
    assert_int_equal(close(fd), 0);
    assert_false(mlm_presence_others(-1));
}

static void two_runs_see_each_other(void **state)
{
    (void)state;
    int first = mlm_presence_announce(), second = mlm_presence_announce();
    assert_true(first >= 0 && second >= 0);
    assert_true(mlm_presence_others(first));
    assert_true(mlm_presence_others(second));
    /* The first one ends before the second. */
    assert_int_equal(close(first), 0);
    assert_false(mlm_presence_others(second));
    int third = mlm_presence_announce();
    assert_true(mlm_presence_others(second));
    assert_true(mlm_presence_others(third));
    (void)close(second);
    (void)close(third);
}

static void another_process_is_seen_until_it_dies(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    int own = mlm_presence_announce();
    assert_true(own >= 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(own);
        if (mlm_presence_announce() < 0)
            _exit(1);
        (void)mlm_write_all(ends[1], "x", 1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_true(mlm_presence_others(own));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(mlm_presence_others(own));
    (void)close(own);
    (void)close(ends[0]);
}

/* A socket that anybody could make is not believed: neither an abstract one, nor one in a folder that is not
 * the user's own. */
static void what_anybody_can_make_is_not_believed(void **state)
{
    (void)state;
    int fds[16];
    for (int i = 0; i < 16; i++) {
        struct sockaddr_un name = {.sun_family = AF_UNIX};
        int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "mlmembench-run-%02d", i);
        fds[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fds[i], (const struct sockaddr *)&name,
                             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)),
            0);
    }
    assert_false(mlm_presence_others(-1));
    int own = mlm_presence_announce();
    assert_true(own >= 0);
    assert_false(mlm_presence_others(own));
    (void)close(own);
    for (int i = 0; i < 16; i++)
        (void)close(fds[i]);
}

static void a_folder_that_others_can_write_is_not_believed(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    int fd = mlm_presence_announce();
    assert_true(fd >= 0);
    assert_true(mlm_presence_others(-1));
    assert_int_equal(chmod("/run/mlmembench", 0777), 0);
    assert_false(mlm_presence_others(-1));
    assert_int_equal(chmod("/run/mlmembench", 0755), 0);
    assert_int_equal(chown("/run/mlmembench", 12345, 12345), 0);
    assert_false(mlm_presence_others(-1));
    assert_int_equal(chown("/run/mlmembench", 0, 0), 0);
    mlm_presence_end(&fd);
}

/* The next run removes what a killed run has left; a run that ends normally leaves nothing. */
static void nothing_is_left(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    int killed = mlm_presence_announce();
    assert_true(killed >= 0);
    (void)close(killed);
    const struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    DIR *dir = opendir("/run/mlmembench");
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir));)
        (void)utimensat(dirfd(dir), entry->d_name, past, AT_SYMLINK_NOFOLLOW);
    int fd = mlm_presence_announce();
    assert_true(fd >= 0);
    mlm_presence_end(&fd);
    (void)closedir(dir);
    assert_int_equal(access("/run/mlmembench", F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest noise[] = {
        cmocka_unit_test(what_counts),
        cmocka_unit_test(unknown_is_unknown),
        cmocka_unit_test(a_spinning_child_is_heard),
    };
    const struct CMUnitTest presence[] = {
        cmocka_unit_test(a_run_does_not_see_itself),
        cmocka_unit_test(two_runs_see_each_other),
        cmocka_unit_test(another_process_is_seen_until_it_dies),
        cmocka_unit_test(what_anybody_can_make_is_not_believed),
        cmocka_unit_test(a_folder_that_others_can_write_is_not_believed),
        cmocka_unit_test(nothing_is_left),
    };
    int failed = cmocka_run_group_tests(noise, NULL, NULL);
    return failed + cmocka_run_group_tests(presence, namespace_enter, NULL);
}
