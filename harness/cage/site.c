/* Decides where cages can be made: in our own cgroup, in one above it, in a systemd scope, or nowhere, and
 * then why and with which remedy. It only looks; home.c makes the changes. */
#include "cage/site.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/hierarchy.h"
#include "cage/tree.h"

/* v1 expresses "no limit" as the largest number of pages that its counter holds. */
#define UNLIMITED_FROM (UINT64_C(1) << 62)

/* Paths are kept absolute, as people know them, and are opened relative to the observer's root. */
static const char *relative(const char *path)
{
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

static void copy(char path[static PATH_MAX], const char *from)
{
    snprintf(path, PATH_MAX, "%s", from);
}

static bool join(char path[static PATH_MAX], const char *folder, const char *name)
{
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

static bool exists(const struct mlm_cage_observer *o, const char *folder, const char *name)
{
    char path[PATH_MAX];
    return join(path, folder, name) && faccessat(o->root_fd, relative(path), F_OK, 0) == 0;
}

static bool may_write(const struct mlm_cage_observer *o, const char *folder, const char *name)
{
    char path[PATH_MAX];
    if (!join(path, folder, name))
        return false;
    if (!o->recorded)
        return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
    struct stat st;
    return fstatat(o->root_fd, relative(path), &st, 0) == 0 && (o->uid == 0 || (st.st_mode & S_IWOTH));
}

/* Lists of controllers are words separated by blanks. */
static bool lists_memory(const struct mlm_cage_observer *o, const char *folder, const char *file)
{
    char path[PATH_MAX], text[512];
    if (!join(path, folder, file) || mlm_file_read_into(o->root_fd, relative(path), text, sizeof text) < 0)
        return false;
    char *rest = text;
    for (const char *word; (word = strsep(&rest, " \n"));)
        if (strcmp(word, "memory") == 0)
            return true;
    return false;
}

/* Removes the last part of a path; returns false at the mount point. */
static bool up(char *path, const char *mount_point)
{
    if (strlen(path) <= strlen(mount_point))
        return false;
    *strrchr(path, '/') = 0;
    return true;
}

static void find_limit_above(const struct mlm_cage_observer *o, const struct mlm_hierarchy *h,
    const struct mlm_dialect *dialect, struct mlm_cage_site *site)
{
    char folder[PATH_MAX], path[PATH_MAX];
    uint64_t limit, grouped;
    copy(folder, site->path);
    site->limit_above_bytes = MLM_NO_LIMIT;
    do {
        if (dialect->oom_group && join(path, folder, dialect->oom_group) &&
            mlm_file_read_number(o->root_fd, relative(path), &grouped, NULL) == 0)
            site->all_killed |= grouped != 0;
        if (join(path, folder, dialect->memory_limit) &&
            mlm_file_read_number(o->root_fd, relative(path), &limit, NULL) == 0 && limit < UNLIMITED_FROM &&
            limit < site->limit_above_bytes) {
            site->limit_above_bytes = limit;
            copy(site->limit_above_path, folder);
            site->limit_above_waits = join(path, folder, dialect->oom_file) &&
                                      mlm_cgroup_kills_nobody(o->root_fd, relative(path), dialect);
        }
    } while (up(folder, h->mount_point));

    /* A container may not see the cgroup that limits it, but `stat` reports the limit. */
    mlm_auto_free char *stat = NULL;
    if (dialect->limit_above_key && join(path, site->path, dialect->stat) &&
        mlm_file_read(o->root_fd, relative(path), &stat, NULL) >= 0 &&
        mlm_keyed_number(stat, dialect->limit_above_key, &limit) == 0 && limit < UNLIMITED_FROM &&
        limit < site->limit_above_bytes) {
        site->limit_above_bytes = limit;
        copy(site->limit_above_path, h->mount_point);
    }
}

static void refuse(struct mlm_cage_site *site, const char *why, const char *remedy)
{
    site->access = MLM_CAGE_NONE;
    snprintf(site->why, sizeof site->why, "%s", why);
    snprintf(site->remedy, sizeof site->remedy, "%s", remedy);
}

static void refuse_read_only(struct mlm_cage_site *site, const struct mlm_hierarchy *h)
{
    char why[sizeof site->why];
    snprintf(why, sizeof why, "the cgroup tree at %.150s is mounted read-only, as containers have it",
        h->mount_point);
    refuse(site, why,
        "run it on the host, or start the container with a writable cgroup tree "
        "(docker run --privileged, podman run --privileged)");
}

static void judge_v1(
    const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, struct mlm_cage_site *site)
{
    if (!h->mounted) {
        refuse(site, "cgroup v1 has the memory controller, but it is not mounted where we could use it",
            "as root: mkdir -p /sys/fs/cgroup/memory && mount -t cgroup -o memory none "
            "/sys/fs/cgroup/memory");
        return;
    }
    copy(site->path, h->own);
    site->swap_accounted = exists(o, site->path, mlm_dialect_v1.swap_limit);
    find_limit_above(o, h, &mlm_dialect_v1, site);
    if (h->read_only) {
        refuse_read_only(site, h);
    } else if (!may_write(o, site->path, ".")) {
        refuse(site, "cgroup v1 lets root alone set a memory limit",
            "run it with sudo, or boot with cgroup v2 (kernel parameter "
            "systemd.unified_cgroup_hierarchy=1)");
    } else {
        site->access = MLM_CAGE_DIRECT;
    }
}

/* True for the root of all cgroups (not of a namespace). Only it may have processes and limited children at
 * once. */
static bool is_real_root(const struct mlm_cage_observer *o, const char *folder)
{
    return !exists(o, folder, "cgroup.type");
}

static bool alone_in(const struct mlm_cage_observer *o, const char *folder)
{
    char path[PATH_MAX], text[64], own[32];
    snprintf(own, sizeof own, "%d\n", (int)o->pid);
    return join(path, folder, mlm_dialect_v2.procs) &&
           mlm_file_read_into(o->root_fd, relative(path), text, sizeof text) >= 0 && strcmp(text, own) == 0;
}

static bool is_limited(const struct mlm_cage_observer *o, const char *folder)
{
    char path[PATH_MAX];
    uint64_t limit;
    return join(path, folder, mlm_dialect_v2.memory_limit) &&
           mlm_file_read_number(o->root_fd, relative(path), &limit, NULL) == 0 && limit != MLM_NO_LIMIT;
}

/* Decides whether cages can be made in this cgroup, which is ours or one above ours. Moving a process needs
 * write permission for cgroup.procs of the nearest common parent, which is this cgroup then. */
static bool takes_cages(
    const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, const char *folder, bool ours)
{
    if (!may_write(o, folder, ".") || !may_write(o, folder, mlm_dialect_v2.procs))
        return false;
    if (lists_memory(o, folder, "cgroup.subtree_control"))
        return true;
    if (!lists_memory(o, folder, "cgroup.controllers") || !may_write(o, folder, "cgroup.subtree_control"))
        return false;
    if (is_real_root(o, folder))
        return true;
    /* The processes of the cgroup would have to move into a child. Allowed if we are alone in it; if it is
     * all that a container shows; or if it has a limit, which cages elsewhere would escape. */
    return ours && (alone_in(o, folder) || strcmp(folder, h->mount_point) == 0 || is_limited(o, folder));
}

/* The systemd that would make a scope for this user, and whether it delegates the memory controller. */
struct manager {
    char cgroup[PATH_MAX];
    bool runs, has_memory;
};

static void manager_find(const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, struct manager *m)
{
    unsigned uid = (unsigned)o->uid;
    char run[32] = "/run";
    if (uid)
        snprintf(run, sizeof run, "/run/user/%u", uid);
    m->runs = exists(o, run, "systemd/private") || (uid && exists(o, run, "bus"));
    if (!uid)
        copy(m->cgroup, h->mount_point);
    else if (snprintf(m->cgroup, sizeof m->cgroup, "%s/user.slice/user-%u.slice/user@%u.service",
                 h->mount_point, uid, uid) >= (int)sizeof m->cgroup)
        m->runs = false;
    m->has_memory = lists_memory(o, m->cgroup, "cgroup.controllers");
}

static void refuse_v2(const struct mlm_cage_observer *o, const struct mlm_hierarchy *h,
    const struct manager *m, struct mlm_cage_site *site)
{
    if (is_real_root(o, h->mount_point) && !lists_memory(o, h->mount_point, "cgroup.controllers")) {
        refuse(site, "this kernel runs with its memory controller off",
            "add cgroup_enable=memory to the kernel's command line (on a Raspberry Pi: "
            "/boot/firmware/cmdline.txt) and boot again");
    } else if (o->uid && !m->runs) {
        char why[sizeof site->why];
        snprintf(why, sizeof why,
            "an ordinary user needs a systemd of their own for a memory limit; /run/user/%u/systemd/private "
            "is not there",
            (unsigned)o->uid);
        refuse(site, why,
            "log in anew (su and sudo -u start none), or as root: loginctl enable-linger USER; or run it "
            "with sudo");
    } else if (o->uid && !m->has_memory) {
        refuse(site, "your systemd was not given the memory controller",
            "as root: systemctl edit user@.service, add the lines [Service] and Delegate=yes, log in "
            "anew; or run it with sudo");
    } else {
        refuse(site, "no cgroup at or above ours takes children with a memory limit",
            "start it in a cgroup of its own that has the memory controller: systemd-run --scope -p "
            "Delegate=yes mlmembench …");
    }
}

static bool swap_accounted_v2(const struct mlm_cage_observer *o, const struct mlm_cage_site *site)
{
    if (!is_real_root(o, site->path))
        return exists(o, site->path, mlm_dialect_v2.swap_limit);
    /* The root has no such file. Its children have one, unless the kernel has no swap or swap accounting is
     * off. */
    char line[4096];
    return exists(o, "/proc", "swaps") &&
           (mlm_file_read_into(o->root_fd, "proc/cmdline", line, sizeof line) < 0 ||
               !strstr(line, "swapaccount=0"));
}

static void judge_v2(
    const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, struct mlm_cage_site *site)
{
    struct manager manager = {.runs = false};
    copy(site->path, h->own);
    /* Another active run has moved the shell that started us into its home. The site of that run is ours
     * too. */
    char *last = strrchr(site->path, '/');
    bool inside = h->inside;
    if (inside && strcmp(h->own, h->mount_point) != 0 && strcmp(last + 1, MLM_CAGE_HOME) == 0) {
        *last = 0;
        inside = false;
    }
    site->access = MLM_CAGE_NONE;
    if (h->read_only) {
        refuse_read_only(site, h);
    } else if (takes_cages(o, h, site->path, inside)) {
        site->access = MLM_CAGE_DIRECT;
    } else {
        manager_find(o, h, &manager);
        bool scope = manager.runs && manager.has_memory;
        /* The cgroups above us have an owner: root may use them; a user must ask the user's systemd. */
        while (!(scope && o->uid) && site->access == MLM_CAGE_NONE && up(site->path, h->mount_point))
            if (takes_cages(o, h, site->path, false))
                site->access = MLM_CAGE_DIRECT;
        if (site->access == MLM_CAGE_NONE && scope) {
            site->access = MLM_CAGE_SCOPE;
            copy(site->path, manager.cgroup);
        } else if (site->access == MLM_CAGE_NONE) {
            refuse_v2(o, h, &manager, site);
            copy(site->path, h->own);
        }
    }
    site->swap_accounted = swap_accounted_v2(o, site);
    find_limit_above(o, h, &mlm_dialect_v2, site);
}

int mlm_cage_site_judge(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    struct mlm_hierarchy v1, v2;
    int r = mlm_hierarchies_find(observer->root_fd, &v1, &v2, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "looking for the cgroup tree");
    struct mlm_cage_site site = {.limit_above_bytes = MLM_NO_LIMIT};
    if (v1.in_use) {
        site.version = 1;
        site.hybrid = v2.mounted;
        judge_v1(observer, &v1, &site);
    } else if (v2.in_use && v2.mounted) {
        site.version = 2;
        judge_v2(observer, &v2, &site);
    } else {
        refuse(&site,
            v2.in_use ? "no cgroup tree that holds our own cgroup is mounted here"
                      : "this kernel has no control groups",
            v2.in_use ? "as root: mount -t cgroup2 none /sys/fs/cgroup"
                      : "run it on a kernel with CONFIG_CGROUPS and CONFIG_MEMCG");
    }
    *ret_site = site;
    return 0;
}

static bool may_read(const struct mlm_cage_observer *o, const char *folder, const char *name)
{
    char path[PATH_MAX];
    return join(path, folder, name) && faccessat(o->root_fd, relative(path), R_OK, 0) == 0;
}

int mlm_cage_site_judge_inherited(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    struct mlm_hierarchy v1, v2;
    int r = mlm_hierarchies_find(observer->root_fd, &v1, &v2, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "looking for the cgroup tree");
    struct mlm_cage_site site = {.access = MLM_CAGE_INHERITED, .limit_above_bytes = MLM_NO_LIMIT};
    const struct mlm_hierarchy *h = v1.in_use ? &v1 : &v2;
    const struct mlm_dialect *dialect = v1.in_use ? &mlm_dialect_v1 : &mlm_dialect_v2;
    site.version = v1.in_use ? 1 : v2.in_use ? 2 : 0;
    site.hybrid = v1.in_use && v2.mounted;
    if (h->mounted) {
        copy(site.path, h->own);
        site.swap_accounted = exists(observer, site.path, dialect->swap_limit);
        find_limit_above(observer, h, dialect, &site);
        /* In the root of all cgroups is the whole machine. */
        bool is_root = dialect->only_in_root && exists(observer, site.path, dialect->only_in_root);
        if (!h->inside || is_root || !may_read(observer, site.path, dialect->memory_current))
            site.path[0] = 0;
    }
    *ret_site = site;
    return 0;
}

static int find(int root_fd,
    int (*judge)(const struct mlm_cage_observer *, struct mlm_cage_site *, struct mlm_error *),
    struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    mlm_auto_close int opened = -1;
    if (root_fd == AT_FDCWD) {
        opened = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (opened < 0)
            return mlm_error_errno(error, -errno, "cannot open /");
    }
    struct mlm_cage_observer observer = {
        .root_fd = opened >= 0 ? opened : root_fd,
        .recorded = opened < 0,
        .uid = geteuid(),
        .pid = getpid(),
    };
    return judge(&observer, ret_site, error);
}

int mlm_cage_site_find(int root_fd, struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    return find(root_fd, mlm_cage_site_judge, ret_site, error);
}

int mlm_cage_site_inherit(int root_fd, struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    return find(root_fd, mlm_cage_site_judge_inherited, ret_site, error);
}
