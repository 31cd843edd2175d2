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
#include "cage/path.h"
#include "cage/unit.h"

static bool exists(const struct mlm_cage_observer *o, const char *folder, const char *name)
{
    char path[PATH_MAX];
    return mlm_path_join(path, folder, name) && faccessat(o->root_fd, mlm_path_relative(path), F_OK, 0) == 0;
}

/* In a user namespace (unshare -Ur, rootless containers) root is another user outside. */
static bool is_root_in_name(const struct mlm_cage_observer *o)
{
    char map[256];
    unsigned inside, outside;
    return o->uid == 0 && mlm_file_read_into(o->root_fd, "proc/self/uid_map", map, sizeof map) > 0 &&
           sscanf(map, "%u %u", &inside, &outside) == 2 && inside == 0 && outside != 0;
}

static bool may_write(const struct mlm_cage_observer *o, const char *folder, const char *name)
{
    char path[PATH_MAX];
    if (!mlm_path_join(path, folder, name))
        return false;
    if (!o->recorded)
        return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
    struct stat st;
    return fstatat(o->root_fd, mlm_path_relative(path), &st, 0) == 0 &&
           ((o->uid == 0 && !is_root_in_name(o)) || (st.st_mode & S_IWOTH));
}

/* Lists of controllers are words separated by blanks. */
static bool lists_memory(const struct mlm_cage_observer *o, const char *folder, const char *file)
{
    char path[PATH_MAX], text[512];
    if (!mlm_path_join(path, folder, file) ||
        mlm_file_read_into(o->root_fd, mlm_path_relative(path), text, sizeof text) < 0)
        return false;
    char *rest = text;
    for (const char *word; (word = strsep(&rest, " \n"));)
        if (strcmp(word, "memory") == 0)
            return true;
    return false;
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

/* A tmpfs over the tree, as some sandboxes have it, hides all of it. */
static void refuse_covered(struct mlm_cage_site *site, const struct mlm_hierarchy *h)
{
    char why[sizeof site->why], remedy[sizeof site->remedy];
    snprintf(why, sizeof why, "the cgroup tree at %.150s is hidden by something that is mounted over it",
        h->mount_point);
    snprintf(remedy, sizeof remedy,
        "run it outside of this sandbox, or unmount that; it is the last line of: findmnt %.100s",
        h->mount_point);
    refuse(site, why, remedy);
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
    mlm_path_copy(site->path, h->own);
    site->swap_accounted = exists(o, site->path, mlm_dialect_v1.swap_limit);
    mlm_above_find(o->root_fd, site->path, h->mount_point, &mlm_dialect_v1, &site->above);
    if (!exists(o, site->path, mlm_dialect_v1.procs)) {
        refuse_covered(site, h);
    } else if (h->read_only) {
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
    return mlm_path_join(path, folder, mlm_dialect_v2.procs) &&
           mlm_file_read_into(o->root_fd, mlm_path_relative(path), text, sizeof text) >= 0 &&
           strcmp(text, own) == 0;
}

/* Returns true if the cgroup itself has a limit of any kind. */
static bool is_limited(const struct mlm_cage_observer *o, const char *folder)
{
    struct mlm_above above;
    bool limited = false;
    mlm_above_find(o->root_fd, folder, folder, &mlm_dialect_v2, &above);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        limited |= above.limits[kind].bytes != MLM_NO_LIMIT;
    return limited;
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

/* Returns true if systemd ends the unit of this cgroup when the kernel kills a process in it. */
static bool ended_by_oom(const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, const char *folder,
    char ret_unit[static PATH_MAX])
{
    return o->unit_ends_by_oom && mlm_unit_find(folder, h->mount_point, ret_unit) &&
           o->unit_ends_by_oom(ret_unit);
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
        mlm_path_copy(m->cgroup, h->mount_point);
    else if (snprintf(m->cgroup, sizeof m->cgroup, "%s/user.slice/user-%u.slice/user@%u.service",
                 h->mount_point, uid, uid) >= (int)sizeof m->cgroup)
        m->runs = false;
    m->has_memory = lists_memory(o, m->cgroup, "cgroup.controllers");
}

static void refuse_v2(const struct mlm_cage_observer *o, const struct mlm_hierarchy *h,
    const struct manager *m, struct mlm_cage_site *site)
{
    const bool systemd = exists(o, "/run", "systemd/system"); /* as sd_booted() asks */
    const bool has_memory = lists_memory(o, h->mount_point, "cgroup.controllers");
    if (!exists(o, h->mount_point, mlm_dialect_v2.procs)) {
        refuse_covered(site, h);
    } else if (is_real_root(o, h->mount_point) && !has_memory) {
        refuse(site, "this kernel runs with its memory controller off",
            "add cgroup_enable=memory to the kernel's command line (on a Raspberry Pi: "
            "/boot/firmware/cmdline.txt) and boot again");
    } else if (is_root_in_name(o)) {
        refuse(site, "in this user namespace root is an ordinary user, whom systemd does not obey",
            "start mlmembench outside of the namespace, and in it the command: mlmembench exec -- unshare -Ur COMMAND");
    } else if (!has_memory) {
        refuse(site, "this container was not given the memory controller",
            "run it on the host, or give the container the controller (systemd: Delegate=yes for its unit; by hand: "
            "+memory in cgroup.subtree_control above it)");
    } else if (o->uid && !m->runs && !systemd) {
        refuse(site,
            "only root can set a memory limit here, because no systemd runs that could do it for a user",
            "run it with sudo, or let root give you a cgroup of your own, with cgroup.procs and "
            "cgroup.subtree_control, and start it there");
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
            systemd
                ? "start it in a cgroup of its own that has the memory controller: systemd-run --scope -p "
                  "Delegate=yes mlmembench …"
                : "start it in a cgroup of its own that has the memory controller and no other process");
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

/* The scope is made in the slice that we are in, if that one is of the same systemd, so that the slice's
 * limits hold. Limits of our own cgroup are taken along. */
static void scope_plan(const struct mlm_cage_observer *o, const struct mlm_hierarchy *h,
    const struct manager *m, struct mlm_cage_site *site)
{
    char slice[PATH_MAX];
    struct mlm_above here;
    site->access = MLM_CAGE_SCOPE;
    mlm_path_copy(site->path, m->cgroup);
    if (mlm_unit_slice(h->own, h->mount_point, slice) && mlm_path_is_below(slice, m->cgroup) &&
        (o->uid || !strstr(slice, "/user@")))
        mlm_path_copy(site->path, slice);
    mlm_above_find(o->root_fd, site->path, h->mount_point, &mlm_dialect_v2, &site->above);
    mlm_above_find(o->root_fd, h->own, h->mount_point, &mlm_dialect_v2, &here);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++) {
        struct mlm_limit_above *there = &site->above.limits[kind];
        if (here.limits[kind].bytes >= there->bytes || !mlm_above_property((enum mlm_above_kind)kind))
            continue;
        *there = here.limits[kind];
        site->taken_along |= 1u << kind;
    }
}

/* Our own cgroup, one above it, or a scope. */
static void place_find(
    const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, bool inside, struct mlm_cage_site *site)
{
    struct manager manager = {.runs = false};
    manager_find(o, h, &manager);
    const bool scope = manager.runs && manager.has_memory && !is_root_in_name(o);
    bool found = takes_cages(o, h, site->path, inside);
    /* In a unit that systemd would end there, the first trial that is killed would be the last one. */
    site->ended_by_oom = found && inside && ended_by_oom(o, h, site->path, site->unit);
    if (site->ended_by_oom && scope) {
        site->ended_by_oom = false;
        scope_plan(o, h, &manager, site);
        return;
    }
    /* The cgroups above us have an owner: root may use them; a user must ask the user's systemd. */
    while (!found && !(scope && o->uid) && mlm_path_up(site->path, h->mount_point))
        found = takes_cages(o, h, site->path, false);
    if (found) {
        site->access = MLM_CAGE_DIRECT;
    } else if (scope) {
        scope_plan(o, h, &manager, site);
    } else {
        refuse_v2(o, h, &manager, site);
        mlm_path_copy(site->path, h->own);
    }
}

static void judge_v2(
    const struct mlm_cage_observer *o, const struct mlm_hierarchy *h, struct mlm_cage_site *site)
{
    mlm_path_copy(site->path, h->own);
    /* Another active run has moved the shell that started us into its home. The site of that run is ours
     * too. */
    char *last = strrchr(site->path, '/');
    bool inside = h->inside;
    if (inside && strcmp(h->own, h->mount_point) != 0 && strcmp(last + 1, MLM_CAGE_HOME) == 0) {
        *last = 0;
        inside = false;
    }
    site->access = MLM_CAGE_NONE;
    if (h->read_only)
        refuse_read_only(site, h);
    else
        place_find(o, h, inside, site);
    site->swap_accounted = swap_accounted_v2(o, site);
    if (site->access != MLM_CAGE_SCOPE)
        mlm_above_find(o->root_fd, site->path, h->mount_point, &mlm_dialect_v2, &site->above);
}

/* Notes what does not depend on the decision. No limit is known yet. */
static void place_note(const struct mlm_hierarchy *h, struct mlm_cage_site *site)
{
    mlm_path_copy(site->own, h->own);
    mlm_path_copy(site->mount_point, h->mount_point);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        site->above.limits[kind].bytes = MLM_NO_LIMIT;
}

int mlm_cage_site_judge(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    struct mlm_hierarchy v1, v2;
    int r = mlm_hierarchies_find(observer->root_fd, &v1, &v2, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "looking for the cgroup tree");
    struct mlm_cage_site site = {.version = 0};
    place_note(v1.in_use ? &v1 : &v2, &site);
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
    return mlm_path_join(path, folder, name) && faccessat(o->root_fd, mlm_path_relative(path), R_OK, 0) == 0;
}

int mlm_cage_site_judge_inherited(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error)
{
    struct mlm_hierarchy v1, v2;
    int r = mlm_hierarchies_find(observer->root_fd, &v1, &v2, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "looking for the cgroup tree");
    struct mlm_cage_site site = {.access = MLM_CAGE_INHERITED};
    const struct mlm_hierarchy *h = v1.in_use ? &v1 : &v2;
    place_note(h, &site);
    const struct mlm_dialect *dialect = v1.in_use ? &mlm_dialect_v1 : &mlm_dialect_v2;
    site.version = v1.in_use ? 1 : v2.in_use ? 2 : 0;
    site.hybrid = v1.in_use && v2.mounted;
    if (h->mounted) {
        mlm_path_copy(site.path, h->own);
        site.swap_accounted = exists(observer, site.path, dialect->swap_limit);
        mlm_above_find(observer->root_fd, site.path, h->mount_point, dialect, &site.above);
        site.ended_by_oom = ended_by_oom(observer, h, site.path, site.unit);
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
        .unit_ends_by_oom = opened < 0 ? NULL : mlm_unit_ends_by_oom,
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
