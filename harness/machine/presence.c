/* Finds other runs through sockets in a private folder. A socket disappears for its callers as soon as its
 * process dies, which a file with a PID in it does not. */
#include "machine/presence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A socket that nobody answers is left by a killed run, if it is older than this; a younger one may answer
 * soon. */
#define LEFT_AFTER_S 60

#define FOLDER "mlmembench"
#define NAME_SIZE 24
#define TRIES 3

/* Opens the folder if it belongs to `owner` and nobody else can create files in it. */
static int folder_open(int parent_fd, const char *name, uid_t owner)
{
    mlm_auto_close int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return -errno;
    if (status.st_uid != owner || status.st_mode & (S_IWGRP | S_IWOTH))
        return -EPERM;
    return mlm_take_fd(&fd);
}

/* Opens the folder in which the user's own folder lies, and names that. */
static int parent_of(uid_t owner, char name[static NAME_SIZE])
{
    char run[32];
    snprintf(run, sizeof run, "/run/user/%u", (unsigned)owner);
    int fd = folder_open(AT_FDCWD, owner ? run : "/run", owner);
    if (fd >= 0) {
        snprintf(name, NAME_SIZE, FOLDER);
        return fd;
    }
    snprintf(name, NAME_SIZE, FOLDER "-%u", (unsigned)owner);
    fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Opens the user's own folder; creates it where `make` is set. */
static int folder_of(uid_t owner, bool make)
{
    char name[NAME_SIZE];
    mlm_auto_close int parent_fd = parent_of(owner, name);
    if (parent_fd < 0)
        return parent_fd;
    /* Everybody may read root's folder, to find root's runs. */
    if (make && mkdirat(parent_fd, name, owner ? 0700 : 0755) < 0 && errno != EEXIST)
        return -errno;
    return folder_open(parent_fd, name, owner);
}

/* Removes the user's own folder if nobody else is announced in it. */
static void folder_leave(uid_t owner)
{
    char name[NAME_SIZE];
    mlm_auto_close int parent_fd = parent_of(owner, name);
    if (parent_fd >= 0)
        (void)unlinkat(parent_fd, name, AT_REMOVEDIR);
}

static int socket_open(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd < 0 ? -errno : fd;
}

/* Goes through the descriptor, because the address of a socket holds only a short path. */
static struct sockaddr_un address_of(int folder_fd, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(
        address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%.*s", folder_fd, NAME_SIZE - 1, name);
    return address;
}

static bool answers(int folder_fd, const char *name)
{
    mlm_auto_close int fd = socket_open();
    struct sockaddr_un address = address_of(folder_fd, name);
    return fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

/* The name that the socket was bound to; "" where it was not bound. */
static void own_name(int fd, char name[static NAME_SIZE])
{
    struct sockaddr_un address = {0};
    socklen_t size = sizeof address;
    const char *slash = NULL;
    if (fd >= 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        slash = strrchr(address.sun_path, '/');
    snprintf(name, NAME_SIZE, "%.*s", NAME_SIZE - 1, slash ? slash + 1 : "");
}

static bool is_left(int folder_fd, const char *name)
{
    struct stat status;
    return fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode) &&
           time(NULL) - status.st_mtime > LEFT_AFTER_S && !answers(folder_fd, name);
}

/* Returns true if any socket of the folder answers, except `own`. With `sweep`, removes left sockets
 * instead. */
static bool look(int folder_fd, const char *own, bool sweep)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool any = false;
    if (!dir)
        mlm_close_p(&fd);
    for (const struct dirent *entry; dir && !any && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= NAME_SIZE || strcmp(entry->d_name, own) == 0)
            continue;
        if (!sweep)
            any = answers(folder_fd, entry->d_name);
        else if (is_left(folder_fd, entry->d_name))
            (void)unlinkat(folder_fd, entry->d_name, 0);
    }
    if (dir)
        (void)closedir(dir);
    return any;
}

static int announce(void)
{
    mlm_auto_close int folder_fd = folder_of(geteuid(), true);
    if (folder_fd < 0)
        return folder_fd;
    unsigned long long number = 0;
    char name[NAME_SIZE];
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return -errno;
    snprintf(name, sizeof name, "%016llx", number);
    (void)look(folder_fd, "", true);
    mlm_auto_close int fd = socket_open();
    struct sockaddr_un address = address_of(folder_fd, name);
    if (fd < 0)
        return fd;
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        return -errno;
    /* Connecting to a socket needs write permission. */
    (void)fchmodat(folder_fd, name, 0666, 0);
    return mlm_take_fd(&fd);
}

int mlm_presence_announce(void)
{
    /* Another run that ends may remove the folder between two steps of ours. */
    int fd = -ENOENT;
    for (int i = 0; i < TRIES && fd == -ENOENT; i++)
        fd = announce();
    return fd;
}

/* Returns the user who called sudo, otherwise `owner`. */
static uid_t caller_of(uid_t owner)
{
    const char *text = owner == 0 ? getenv("SUDO_UID") : NULL;
    return text ? (uid_t)strtoul(text, NULL, 10) : owner;
}

bool mlm_presence_others(int own_fd)
{
    char own[NAME_SIZE];
    const uid_t owners[] = {0, geteuid(), caller_of(geteuid())};
    own_name(own_fd, own);
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || owners[k] == owners[i];
        mlm_auto_close int folder_fd = again ? -1 : folder_of(owners[i], false);
        if (folder_fd >= 0 && look(folder_fd, own, false))
            return true;
    }
    return false;
}

void mlm_presence_end(const int *fd)
{
    char name[NAME_SIZE];
    own_name(*fd, name);
    mlm_auto_close int folder_fd = *name ? folder_of(geteuid(), false) : -1;
    if (folder_fd >= 0 && unlinkat(folder_fd, name, 0) == 0)
        folder_leave(geteuid());
    mlm_close_p(fd);
}
