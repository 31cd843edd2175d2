/* Makes the mounts of one process. Files come from a tmpfs that is mounted for a moment, in the new namespace
 * alone: so they have no name on the machine that could remain after a crash. */
#include "cage/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* See spawn.c. */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread")))
/* Exists everywhere. The mount covers it only until the files are in their places. */
#define STAGE "/tmp"
/* A chroot may lie so many folders below the root of the machine. */
#define ABOVE_MOST 128

int mlm_mounting_begin(
    const struct mlm_job_mounts *mounts, struct mlm_mounting *ret_mounting, struct mlm_error *error)
{
    struct mlm_mounting mounting = {.mounts = mounts, .namespaces = CLONE_NEWNS, .ends = {-1, -1}};
    snprintf(mounting.uid_map, sizeof mounting.uid_map, "%u %u 1", geteuid(), geteuid());
    snprintf(mounting.gid_map, sizeof mounting.gid_map, "%u %u 1", getegid(), getegid());
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, mounting.ends) < 0)
        return mlm_error_errno(error, -errno, "cannot make a socket for the files that a job sees");
    *ret_mounting = mounting;
    return 0;
}

IN_CHILD static int put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    ssize_t n = write(fd, text, strlen(text));
    int error = n < 0 ? errno : 0;
    (void)close(fd);
    return error;
}

/* A user may map the own uid and gid alone, and the gid only after giving up setgroups(). */
IN_CHILD static int identity_keep(struct mlm_mounting *mounting)
{
    int error;
    if ((error = put(mounting->failed = "/proc/self/setgroups", "deny")) ||
        (error = put(mounting->failed = "/proc/self/uid_map", mounting->uid_map)))
        return error;
    return put(mounting->failed = "/proc/self/gid_map", mounting->gid_map);
}

IN_CHILD static int hand_over(int socket, int fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    char byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof fd);
    *(int *)(void *)CMSG_DATA(&control.header) = fd;
    return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? errno : 0;
}

IN_CHILD static int file_put(
    const struct mlm_mounting *mounting, const struct mlm_job_mount *mount_, char *name)
{
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (fd < 0)
        return errno;
    int error = 0;
    for (size_t done = 0; !error && done < mount_->size;) {
        ssize_t n = write(fd, mount_->from + done, mount_->size - done);
        error = n < 0 ? errno : 0;
        done += n < 0 ? 0 : (size_t)n;
    }
    if (!error && (fchmod(fd, 0444) < 0 || mount(name, mount_->at, NULL, MS_BIND, NULL) < 0))
        error = errno;
    if (!error && mount_->ret_fd)
        error = hand_over(mounting->ends[1], fd);
    (void)close(fd);
    return error;
}

IN_CHILD static int files_put(struct mlm_mounting *mounting)
{
    char name[] = STAGE "/0";
    mounting->failed = STAGE;
    if (mount("mlmembench", STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
        return errno;
    for (size_t i = 0; i < mounting->mounts->count; i++) {
        const struct mlm_job_mount *item = &mounting->mounts->items[i];
        name[sizeof STAGE] = (char)('0' + i);
        mounting->failed = item->at;
        int error = item->kind == MLM_MOUNT_FILE ? file_put(mounting, item, name) : 0;
        if (error)
            return error;
    }
    mounting->failed = STAGE;
    return umount2(STAGE, MNT_DETACH) < 0 ? errno : 0;
}

/* Otherwise our mounts would appear in the namespace that we come from. The root of a chroot need not be a
 * mount point: then the mounts are those of the root above it, which a process outside its own root reaches
 * by "..". */
IN_CHILD static int all_private(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        return 0;
    if (errno != EINVAL)
        return errno;
    int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC),
        root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool done = here >= 0 && root >= 0 && chroot(STAGE) == 0 && fchdir(root) == 0;
    for (int i = 0; done && i < ABOVE_MOST; i++)
        done = chdir("..") == 0;
    done = done && mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && fchdir(root) == 0 &&
           chroot(".") == 0 && fchdir(here) == 0;
    int error = done ? 0 : errno;
    if (here >= 0)
        (void)close(here);
    if (root >= 0)
        (void)close(root);
    return error;
}

IN_CHILD int mlm_mounting_do(struct mlm_mounting *mounting)
{
    int error = mounting->namespaces & CLONE_NEWUSER ? identity_keep(mounting) : 0;
    if (error)
        return error;
    mounting->failed = "/";
    if ((error = all_private()) || (error = files_put(mounting)))
        return error;
    for (size_t i = 0; i < mounting->mounts->count; i++) {
        const struct mlm_job_mount *item = &mounting->mounts->items[i];
        int r = 0;
        mounting->failed = item->at;
        if (item->kind == MLM_MOUNT_TMPFS)
            r = mount("tmpfs", item->at, "tmpfs", MS_NOSUID | MS_NODEV, item->from);
        else if (item->kind == MLM_MOUNT_FOLDER)
            r = mount(item->from, item->at, NULL, MS_BIND, NULL);
        if (r < 0)
            return errno;
    }
    mounting->failed = NULL;
    return 0;
}

static int take(int socket)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
        return -errno;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    return header && header->cmsg_type == SCM_RIGHTS ? *(const int *)(const void *)CMSG_DATA(header) : -EIO;
}

int mlm_mounting_take(struct mlm_mounting *mounting)
{
    for (size_t i = 0; i < mounting->mounts->count; i++) {
        const struct mlm_job_mount *item = &mounting->mounts->items[i];
        if (item->kind != MLM_MOUNT_FILE || !item->ret_fd)
            continue;
        int fd = take(mounting->ends[0]);
        if (fd < 0)
            return fd;
        *item->ret_fd = fd;
    }
    return 0;
}

void mlm_mounting_end(struct mlm_mounting *mounting)
{
    for (int i = 0; i < 2; i++) {
        mlm_close_p(&mounting->ends[i]);
        mounting->ends[i] = -1;
    }
}

static bool setting_is(const char *path, uint64_t wanted)
{
    uint64_t value;
    return mlm_file_read_number(AT_FDCWD, path, &value, NULL) == 0 && value == wanted;
}

/* What forbids namespaces here, and what permits them. */
static const char *why_refused(int error)
{
    if (geteuid() && setting_is("/proc/sys/kernel/unprivileged_userns_clone", 0))
        return "this system lets no user make namespaces; run mlmembench with sudo, or allow them: sudo sysctl "
               "kernel.unprivileged_userns_clone=1";
    if (setting_is("/proc/sys/user/max_user_namespaces", 0) || error == ENOSPC || error == EUSERS)
        return "this system allows no more namespaces; allow more: sudo sysctl user.max_user_namespaces=10000";
    if (geteuid() && setting_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1))
        return "AppArmor forbids users to mount in a namespace; run mlmembench with sudo, or allow it: sudo sysctl "
               "kernel.apparmor_restrict_unprivileged_userns=0";
    if (error == EPERM || error == EACCES)
        return "namespaces are not allowed here, as in most containers; run mlmembench on the host, or start the "
               "container with more rights (docker run --privileged)";
    return NULL;
}

int mlm_mounting_explain(
    const struct mlm_mounting *mounting, const char *program, int r, struct mlm_error *error)
{
    static const char need[] = "--laptop, --cpus and --private-tmp need mounts that only the job sees";
    const char *why = why_refused(-r);
    if (why)
        return mlm_error_set(error, r, "cannot start %s: %s, but %s", program, need, why);
    return mlm_error_errno(error, r, "cannot start %s: %s; it failed at %s", program, need,
        mounting->failed ? mounting->failed : "making a namespace");
}
