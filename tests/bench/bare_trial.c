/* The least that a trial can cost: makes a cgroup, sets a limit, starts a program in it, waits, reads the
 * peak, removes the cgroup. `bare_trial FOLDER COUNT PROGRAM [ARGUMENT…]` prints the milliseconds a round,
 * median and mean. Works on cgroup v1 and v2 alike; FOLDER is a memory cgroup that takes children. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void write_to(int dir_fd, const char *name, const char *text)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        perror(name);
        exit(1);
    }
    (void)close(fd);
}

static void one_round(const char *cage, char **argv)
{
    if (mkdir(cage, 0755) < 0) {
        perror(cage);
        exit(1);
    }
    int dir_fd = open(cage, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    bool v2 = faccessat(dir_fd, "memory.max", F_OK, 0) == 0;
    write_to(dir_fd, v2 ? "memory.max" : "memory.limit_in_bytes", "2147483648");
    pid_t pid = vfork();
    if (pid == 0) {
        int fd = openat(dir_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1)
            _exit(126);
        int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(null_fd, STDOUT_FILENO);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    int status;
    char peak[64];
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "the program did not end well\n");
        exit(1);
    }
    int fd = openat(dir_fd, v2 ? "memory.peak" : "memory.max_usage_in_bytes", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, peak, sizeof peak) <= 0)
        perror("peak");
    (void)close(fd);
    (void)close(dir_fd);
    while (rmdir(cage) < 0 && errno == EBUSY)
        continue;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bare_trial FOLDER COUNT PROGRAM [ARGUMENT…]\n");
        return 2;
    }
    char cage[4096];
    int count = atoi(argv[2]);
    double *times = calloc((size_t)count, sizeof *times);
    snprintf(cage, sizeof cage, "%s/bare-trial-%d", argv[1], (int)getpid());
    double sum = 0;
    for (int i = 0; i < count; i++) {
        double begin = now_ms();
        one_round(cage, argv + 3);
        times[i] = now_ms() - begin;
        sum += times[i];
    }
    qsort(times, (size_t)count, sizeof *times, by_size);
    printf("%.3f %.3f\n", times[count / 2], sum / count);
    free(times);
    return 0;
}
