/* Knows systemd's units by the names of their cgroups, and asks systemctl what it does with them. */
#include "cage/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cage/path.h"

#define ORIGINS "user.mlmembench.origins"
/* systemd answers at once, unless it is ill. */
#define ANSWER_NS (UINT64_C(10) * MLM_SECOND_NS)

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_unit(const char *path)
{
    return ends_with(path, ".service") || ends_with(path, ".scope");
}

static bool is_slice(const char *path)
{
    return ends_with(path, ".slice");
}

static bool find(
    const char *path, const char *mount_point, bool (*is)(const char *path), char found[static PATH_MAX])
{
    char folder[PATH_MAX];
    mlm_path_copy(folder, path);
    /* The mount point has no name of a unit: a namespace may hide it. */
    while (strcmp(folder, mount_point) != 0) {
        if (is(folder)) {
            mlm_path_copy(found, folder);
            return true;
        }
        if (!mlm_path_up(folder, mount_point))
            return false;
    }
    return false;
}

bool mlm_unit_find(const char *path, const char *mount_point, char ret_unit[static PATH_MAX])
{
    return find(path, mount_point, is_unit, ret_unit);
}

bool mlm_unit_slice(const char *path, const char *mount_point, char ret_slice[static PATH_MAX])
{
    return find(path, mount_point, is_slice, ret_slice);
}

/* Units below user@UID.service belong to the user's systemd. */
static bool is_of_user(const char *unit)
{
    const char *manager = strstr(unit, "/user@");
    return manager && strchr(manager + 1, '/');
}

/* Lets systemctl write its answer into a file in memory. */
static bool systemctl_ask(const char *unit, char *answer, size_t size)
{
    const char *name = strrchr(unit, '/') + 1;
    const char *words[] = {"systemctl", is_of_user(unit) ? "--user" : "--system", "show",
        "--property=OOMPolicy", "--value", "--", name, NULL};
    mlm_auto_close int fd = memfd_create("systemctl", MFD_CLOEXEC);
    const struct mlm_child_order order = {.program = words[0],
        .argv = (char *const *)(void *)words,
        .stdin_fd = -1,
        .stdout_fd = fd,
        .stderr_fd = -1};
    pid_t pid;
    int status;
    if (fd < 0 || mlm_child_start(&order, &pid) < 0)
        return false;
    if (mlm_child_wait(pid, -1, ANSWER_NS, &status) < 0) {
        mlm_child_end(pid, SIGTERM);
        return false;
    }
    ssize_t n = pread(fd, answer, size - 1, 0);
    answer[n > 0 ? n : 0] = 0;
    return n > 0;
}

static bool is_ours(const char *unit)
{
    return getxattr(unit, ORIGINS, NULL, 0) >= 0;
}

bool mlm_unit_ends_by_oom(const char *unit)
{
    char answer[64];
    if (is_ours(unit))
        return false;
    if (is_of_user(unit))
        mlm_unit_name_bus(geteuid());
    /* Scopes have this property from systemd 253 on; before, an oom does not end them. */
    return systemctl_ask(unit, answer, sizeof answer) &&
           (strncmp(answer, "stop", 4) == 0 || strncmp(answer, "kill", 4) == 0);
}

void mlm_unit_keep_origins(const char *scope, const char *lines)
{
    (void)setxattr(scope, ORIGINS, lines, strlen(lines), 0);
}

void mlm_unit_name_origin(int root_fd, int kind, char path[static PATH_MAX])
{
    char lines[MLM_UNIT_ORIGINS];
    mlm_auto_close int fd = openat(root_fd, mlm_path_relative(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ssize_t n = fd < 0 || !*path ? -1 : fgetxattr(fd, ORIGINS, lines, sizeof lines - 1);
    if (n < 0)
        return;
    lines[n] = 0;
    char *rest = lines;
    for (const char *line; (line = strsep(&rest, "\n"));)
        if (line[0] == '0' + kind && line[1] == ' ')
            mlm_path_copy(path, line + 2);
}

void mlm_unit_name_bus(uid_t uid)
{
    char folder[64], address[96];
    snprintf(folder, sizeof folder, "/run/user/%u", (unsigned)uid);
    snprintf(address, sizeof address, "unix:path=%s/bus", folder);
    if (!uid || access(folder, X_OK) < 0)
        return;
    (void)setenv("XDG_RUNTIME_DIR", folder, 0);
    const char *used = getenv("XDG_RUNTIME_DIR");
    if (used && strcmp(used, folder) == 0)
        (void)setenv("DBUS_SESSION_BUS_ADDRESS", address, 0);
}
