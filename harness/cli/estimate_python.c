/* Asks a Python for the version of a library, without importing it. */
#include "cli/estimate_python.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/python.h"
#include "estimate/versions.h"

#define LIMIT_NS UINT64_C(20000000000)

static const char code[] = "import importlib.metadata as m, sys\n"
                           "for name in sys.argv[1].split():\n"
                           "    try:\n"
                           "        print(m.version(name))\n"
                           "        break\n"
                           "    except m.PackageNotFoundError:\n"
                           "        pass\n";

/* Reads the first line that the child prints. */
static int line_read(int fd, char *line, size_t size)
{
    size_t length = 0;
    ssize_t n;
    while (length < size - 1 && (n = read(fd, line + length, size - 1 - length)) != 0) {
        if (n > 0)
            length += (size_t)n;
        else if (errno != EINTR)
            return -errno;
    }
    line[length] = 0;
    line[strcspn(line, "\n")] = 0;
    return 0;
}

static int version_ask(const char *path, const char *packages, char *number, size_t size)
{
    const char *const words[] = {path, "-c", code, packages, NULL};
    char *argv[sizeof words / sizeof *words];
    int ends[2], status = 0;
    pid_t pid = 0;
    memcpy(argv, words, sizeof words);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    mlm_auto_close int from = ends[0];
    mlm_auto_close int to = ends[1];
    const struct mlm_child_order order = {
        .program = path, .argv = argv, .stdin_fd = -1, .stdout_fd = to, .stderr_fd = -1};
    int r = mlm_child_start(&order, &pid);
    if (r < 0)
        return r;
    (void)close(mlm_take_fd(&to));
    r = line_read(from, number, size);
    const int waited = mlm_child_wait(pid, -1, LIMIT_NS, &status);
    if (waited < 0)
        mlm_child_end(pid, 15);
    return r < 0 ? r : waited;
}

int mlm_estimate_python_ask(
    const char *said, uint32_t runtime, struct mlm_estimate_python *ret_python, struct mlm_error *error)
{
    const char *packages = mlm_libraries[runtime].packages;
    *ret_python = (struct mlm_estimate_python){.path = ""};
    if (!packages)
        return said ? mlm_error_set(error, -EINVAL, "--python is about a library of Python, and %s is none",
                          mlm_libraries[runtime].name)
                    : 0;
    int r = mlm_python_find(said, ret_python->path, error);
    /* Without any Python the estimate is for the newest known version. */
    if (r == -ENOENT && !said) {
        ret_python->path[0] = 0;
        return 0;
    }
    if (r < 0)
        return r;
    r = version_ask(ret_python->path, packages, ret_python->number, sizeof ret_python->number);
    if (r < 0)
        return mlm_error_errno(error, -EINVAL, "%s", ret_python->path);
    return 0;
}
