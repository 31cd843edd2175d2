/* Tests where cages can be made, on recorded cgroup trees (tests/fixtures/cage). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/site.h"

#define GIB (UINT64_C(1) << 30)
#define NONE MLM_NO_LIMIT
#define US 4242 /* our pid in the trees */

struct expectation {
    const char *tree;
    uid_t uid;
    enum mlm_cage_access access;
    int version;
    bool hybrid, swap_accounted;
    const char *path; /* NULL: any path */
    uint64_t limit_above;
    const char *limit_path;   /* below the site's tree */
    const char *why, *remedy; /* parts of the texts */
};

#define CG "/sys/fs/cgroup"
#define USER_SLICE CG "/user.slice/user-1000.slice"
#define USER_SERVICE USER_SLICE "/user@1000.service"

static const struct expectation expectations[] = {
    /* A desktop: a user asks systemd; root uses the nearest place that is ready. */
    {"systemd_desktop_v2", 1000, MLM_CAGE_SCOPE, 2, false, true, USER_SERVICE "/app.slice", NONE, "", "", ""},
    {"systemd_desktop_v2", 0, MLM_CAGE_DIRECT, 2, false, true, USER_SERVICE "/app.slice", NONE, "", "", ""},
    {"systemd_scope_v2", 1000, MLM_CAGE_DIRECT, 2, false, true, USER_SERVICE "/app.slice/run-u71.scope", NONE,
        "", "", ""},
    {"systemd_limited_v2", 1000, MLM_CAGE_DIRECT, 2, false, true, USER_SERVICE "/app.slice/run-u71.scope",
        GIB, USER_SERVICE "/app.slice/run-u71.scope", "", ""},
    {"systemd_ssh_v2", 1000, MLM_CAGE_SCOPE, 2, false, true, USER_SERVICE, GIB, USER_SLICE, "", ""},
    {"systemd_ssh_v2", 0, MLM_CAGE_DIRECT, 2, false, true, USER_SLICE, GIB, USER_SLICE, "", ""},
    {"systemd_no_memory_v2", 1000, MLM_CAGE_NONE, 2, false, false, NULL, NONE, "",
        "not given the memory controller", "Delegate=yes"},
    {"systemd_no_memory_v2", 0, MLM_CAGE_DIRECT, 2, false, true, CG "/user.slice", NONE, "", "", ""},
    {"systemd_su_v2", 1000, MLM_CAGE_NONE, 2, false, true, NULL, NONE, "", "systemd of their own",
        "enable-linger"},
    {"systemd_su_v2", 0, MLM_CAGE_DIRECT, 2, false, true, CG "/user.slice/user-0.slice", NONE, "", "", ""},
    {"home_v2", 1000, MLM_CAGE_DIRECT, 2, false, true, CG "/lab", NONE, "", "", ""},
    {"bare_root_v2", 0, MLM_CAGE_DIRECT, 2, false, true, CG, NONE, "", "", ""},
    {"bare_root_v2", 1000, MLM_CAGE_NONE, 2, false, true, NULL, NONE, "", "no systemd runs", "sudo"},
    {"container_bare_v2", 0, MLM_CAGE_NONE, 2, false, false, NULL, NONE, "", "container was not given",
        "on the host"},
    {"container_bare_v2", 1000, MLM_CAGE_NONE, 2, false, false, NULL, NONE, "", "container was not given",
        "on the host"},
    {"covered_v2", 0, MLM_CAGE_NONE, 2, false, true, NULL, NONE, "", "hidden by something", "findmnt"},
    {"covered_v2", 1000, MLM_CAGE_NONE, 2, false, true, NULL, NONE, "", "hidden by something", "findmnt"},
    {"memory_off_v2", 1000, MLM_CAGE_NONE, 2, false, false, NULL, NONE, "", "memory controller off",
        "cgroup_enable=memory"},
    {"memory_off_v2", 0, MLM_CAGE_NONE, 2, false, false, NULL, NONE, "", "memory controller off",
        "cgroup_enable=memory"},
    /* Containers. */
    {"container_read_only_v2", 0, MLM_CAGE_NONE, 2, false, true, NULL, GIB, CG, "read-only", "--privileged"},
    {"container_writable_v2", 0, MLM_CAGE_DIRECT, 2, false, true, CG, GIB, CG, "", ""},
    {"namespace_outside_mount_v2", 0, MLM_CAGE_DIRECT, 2, false, true, CG, NONE, "", "", ""},
    {"nothing_mounted", 0, MLM_CAGE_NONE, 0, false, false, NULL, NONE, "", "no cgroup tree",
        "mount -t cgroup2"},
    {"no_cgroups", 0, MLM_CAGE_NONE, 0, false, false, NULL, NONE, "", "no control groups", "CONFIG_CGROUPS"},
    /* v1: only root can make cages, and never in a scope, because there the scope has no memory
     * controller. */
    {"hybrid_v1", 0, MLM_CAGE_DIRECT, 1, true, true, CG "/memory/process_api/38250fc79b6b", NONE, "", "", ""},
    {"hybrid_v1", 1000, MLM_CAGE_NONE, 1, true, true, NULL, NONE, "", "root alone", "sudo"},
    {"hybrid_systemd_v1", 1000, MLM_CAGE_NONE, 1, true, true, NULL, 4 * GIB, CG "/memory/user.slice",
        "root alone", "sudo"},
    {"hybrid_systemd_v1", 0, MLM_CAGE_DIRECT, 1, true, true,
        CG "/memory/user.slice/user-1000.slice/session-3.scope", 4 * GIB, CG "/memory/user.slice", "", ""},
    {"no_swapaccount_v1", 0, MLM_CAGE_DIRECT, 1, false, false, "/srv/cgroup trees/cpu,memory/lab", NONE, "",
        "", ""},
    {"container_v1", 0, MLM_CAGE_DIRECT, 1, false, true, CG "/memory", GIB / 2, CG "/memory", "", ""},
};

/* ---- Building a tree ---- */

static void make_parents(int root_fd, const char *path)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        assert_true(mkdirat(root_fd, part, 0755) == 0 || errno == EEXIST);
    }
}

/* A file's lines follow its "=== path" (or "=w= path") until the next one; a path that ends in '/' is a
 * folder. */
static int tree_open(const char *name, char folder[static 32])
{
    char path[PATH_MAX];
    mlm_auto_free char *text = NULL;
    struct mlm_error error;
    snprintf(path, sizeof path, "%s/cage/%s.tree", MLM_FIXTURES, name);
    if (mlm_file_read(AT_FDCWD, path, &text, &error) < 0)
        fail_msg("%s", error.text);
    snprintf(folder, 32, "/tmp/mlm_cage_XXXXXX");
    assert_non_null(mkdtemp(folder));
    int root_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(root_fd >= 0);

    mlm_auto_fclose FILE *file = NULL;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) && (*line || rest);) {
        bool writable = strncmp(line, "=w= ", 4) == 0;
        if (!writable && strncmp(line, "=== ", 4) != 0) {
            if (file)
                assert_true(fprintf(file, "%s\n", line) >= 0);
            continue;
        }
        mlm_fclose_p(&file);
        file = NULL;
        line += 4;
        make_parents(root_fd, line);
        if (line[strlen(line) - 1] != '/') {
            int fd = openat(root_fd, line, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
            file = fd < 0 ? NULL : fdopen(fd, "w");
            assert_non_null(file);
        }
        assert_int_equal(fchmodat(root_fd, line, writable ? 0777 : 0755, 0), 0);
    }
    return root_fd;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void tree_close(int root_fd, const char *folder)
{
    (void)close(root_fd);
    assert_int_equal(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

typedef int judge_fn(const struct mlm_cage_observer *, struct mlm_cage_site *, struct mlm_error *);

static void judge_by(judge_fn *judge, const char *tree, uid_t uid, pid_t pid, struct mlm_cage_site *ret_site)
{
    char folder[32];
    struct mlm_error error = {0};
    int root_fd = tree_open(tree, folder);
    const struct mlm_cage_observer observer = {.root_fd = root_fd, .recorded = true, .uid = uid, .pid = pid};
    int r = judge(&observer, ret_site, &error);
    tree_close(root_fd, folder);
    if (r < 0)
        fail_msg("%s: %s", tree, error.text);
}

static void judge(const char *tree, uid_t uid, pid_t pid, struct mlm_cage_site *ret_site)
{
    judge_by(mlm_cage_site_judge, tree, uid, pid, ret_site);
}

/* ---- Tests ---- */

static void recorded_trees_are_judged(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        const struct expectation *e = &expectations[i];
        struct mlm_cage_site site;
        judge(e->tree, e->uid, US, &site);
        bool right = site.access == e->access && site.version == e->version && site.hybrid == e->hybrid &&
                     site.swap_accounted == e->swap_accounted &&
                     (!e->path || strcmp(site.path, e->path) == 0) &&
                     site.above.limits[MLM_ABOVE_MEMORY].bytes == e->limit_above &&
                     strcmp(site.above.limits[MLM_ABOVE_MEMORY].path, e->limit_path) == 0 &&
                     strstr(site.why, e->why) && strstr(site.remedy, e->remedy);
        /* A refusal has a reason and a remedy, each on one line; an access has neither. */
        right = right && (*site.why != 0) == (e->access == MLM_CAGE_NONE) &&
                (*site.remedy != 0) == (e->access == MLM_CAGE_NONE) && !strchr(site.why, '\n') &&
                strlen(site.why) < sizeof site.why - 1 && strlen(site.remedy) < sizeof site.remedy - 1;
        if (!right)
            fail_msg("%s as user %u: access %d, version %d, hybrid %d, swap %d, path '%s', limit %" PRIu64
                     " at '%s', why '%s', remedy '%s'",
                e->tree, (unsigned)e->uid, site.access, site.version, site.hybrid, site.swap_accounted,
                site.path, site.above.limits[MLM_ABOVE_MEMORY].bytes,
                site.above.limits[MLM_ABOVE_MEMORY].path, site.why, site.remedy);
    }
}

static void company_in_a_delegated_cgroup_matters(void **unused)
{
    (void)unused;
    struct mlm_cage_site site;
    /* 4242 is the only process in the scope: for 4243 it is another process. */
    judge("systemd_scope_v2", 1000, US, &site);
    assert_int_equal(site.access, MLM_CAGE_DIRECT);
    judge("systemd_scope_v2", 1000, US + 1, &site);
    assert_int_equal(site.access, MLM_CAGE_SCOPE);
}

static void another_root_is_looked_at_through_its_descriptor(void **unused)
{
    (void)unused;
    char folder[32];
    struct mlm_error error = {0};
    struct mlm_cage_site site;
    int root_fd = tree_open("container_read_only_v2", folder);
    assert_int_equal(mlm_cage_site_find(root_fd, &site, &error), 0);
    assert_int_equal(site.access, MLM_CAGE_NONE);
    assert_string_equal(site.above.limits[MLM_ABOVE_MEMORY].path, CG);
    assert_int_equal(unlinkat(root_fd, "proc/self/mountinfo", 0), 0);
    assert_int_equal(mlm_cage_site_find(root_fd, &site, &error), -ENOENT);
    assert_non_null(strstr(error.text, "proc/self/mountinfo"));
    tree_close(root_fd, folder);
}

static bool ends_always(const char *unit)
{
    (void)unit;
    return true;
}

static bool ends_never(const char *unit)
{
    (void)unit;
    return false;
}

static void judge_unit(const char *tree, uid_t uid, bool (*ends)(const char *unit), judge_fn *judged,
    struct mlm_cage_site *ret_site)
{
    char folder[32];
    struct mlm_error error = {0};
    int root_fd = tree_open(tree, folder);
    const struct mlm_cage_observer observer = {
        .root_fd = root_fd, .recorded = true, .uid = uid, .pid = US, .unit_ends_by_oom = ends};
    assert_int_equal(judged(&observer, ret_site, &error), 0);
    tree_close(root_fd, folder);
}

/* systemd would end the unit with the first trial that is killed. */
static void a_unit_that_an_oom_ends_is_left_with_its_limits(void **unused)
{
    (void)unused;
    struct mlm_cage_site site;
    const char *scope = USER_SERVICE "/app.slice/run-u71.scope";
    judge_unit("systemd_limited_v2", 1000, ends_never, mlm_cage_site_judge, &site);
    assert_int_equal(site.access, MLM_CAGE_DIRECT);
    assert_string_equal(site.path, scope);
    judge_unit("systemd_limited_v2", 1000, ends_always, mlm_cage_site_judge, &site);
    assert_int_equal(site.access, MLM_CAGE_SCOPE);
    assert_string_equal(site.path, USER_SERVICE "/app.slice");
    assert_int_equal(site.taken_along, 1 << MLM_ABOVE_MEMORY);
    assert_int_equal(site.above.limits[MLM_ABOVE_MEMORY].bytes, GIB);
    assert_string_equal(site.above.limits[MLM_ABOVE_MEMORY].path, scope);
    assert_false(site.ended_by_oom);
    /* Where no scope can be made, it is said. */
    judge_unit("systemd_limited_v2", 0, ends_always, mlm_cage_site_judge, &site);
    assert_int_equal(site.access, MLM_CAGE_DIRECT);
    assert_true(site.ended_by_oom);
    assert_string_equal(site.unit, scope);
    judge_unit("systemd_limited_v2", 1000, ends_always, mlm_cage_site_judge_inherited, &site);
    assert_true(site.ended_by_oom);
    judge_unit("container_writable_v2", 0, ends_always, mlm_cage_site_judge, &site);
    assert_false(site.ended_by_oom); /* a namespace hides which unit it is */
}

static void limits_of_every_kind_are_found(void **unused)
{
    (void)unused;
    struct mlm_cage_site site;
    judge("systemd_soft_v2", 1000, US, &site);
    const struct mlm_limit_above *limits = site.above.limits;
    assert_int_equal(limits[MLM_ABOVE_MEMORY].bytes, GIB);
    assert_int_equal(limits[MLM_ABOVE_SLOW].bytes, 200 << 20);
    assert_string_equal(limits[MLM_ABOVE_SLOW].path, USER_SLICE);
    assert_int_equal(limits[MLM_ABOVE_SWAP].bytes, 20 << 20);
    assert_string_equal(limits[MLM_ABOVE_SWAP].path, USER_SERVICE "/app-small.slice");
    assert_int_equal(limits[MLM_ABOVE_SWAP_SLOW].bytes, NONE);
    assert_true(site.above.all_seen);
    /* Another process in the scope: a user asks for a new scope. The slice's limits hold there, too; those of
     * the old scope are taken along. */
    judge_unit("systemd_soft_v2", 1000, ends_always, mlm_cage_site_judge, &site);
    assert_int_equal(site.access, MLM_CAGE_SCOPE);
    assert_string_equal(site.path, USER_SERVICE "/app-small.slice");
    assert_int_equal(site.taken_along, 1 << MLM_ABOVE_MEMORY);
    assert_int_equal(limits[MLM_ABOVE_SWAP].bytes, 20 << 20);
    judge("container_writable_v2", 0, US, &site);
    assert_false(site.above.all_seen);
    judge("hybrid_systemd_v1", 0, US, &site);
    assert_int_equal(limits[MLM_ABOVE_SLOW].bytes, NONE);
}

static void a_limit_binds_where_it_is_tighter(void **unused)
{
    (void)unused;
    struct mlm_above above = {.limits = {[MLM_ABOVE_MEMORY] = {.bytes = GIB},
                                  [MLM_ABOVE_SLOW] = {.bytes = GIB / 4},
                                  [MLM_ABOVE_SWAP] = {.bytes = GIB / 8},
                                  [MLM_ABOVE_SWAP_SLOW] = {.bytes = NONE}}};
    static const struct {
        const struct mlm_dialect *dialect;
        uint64_t cap, swap, machine_swap;
        unsigned binding;
    } cases[] = {
        {&mlm_dialect_v2, GIB / 8, 0, GIB, 0},
        {&mlm_dialect_v2, GIB / 4, GIB / 8, GIB, 0},
        {&mlm_dialect_v2, GIB / 2, 0, GIB, 1 << MLM_ABOVE_SLOW},
        {&mlm_dialect_v2, 2 * GIB, 0, GIB, 1 << MLM_ABOVE_MEMORY | 1 << MLM_ABOVE_SLOW},
        {&mlm_dialect_v2, GIB / 8, NONE, GIB, 1 << MLM_ABOVE_SWAP},
        {&mlm_dialect_v2, GIB / 8, NONE, 0, 0}, /* the machine has no swap */
        {&mlm_dialect_v2, NONE, NONE, GIB, 0},
        /* Memory and swap together are limited to an eighth. */
        {&mlm_dialect_v1, GIB / 16, GIB / 32, GIB, 0},
        {&mlm_dialect_v1, GIB / 16, NONE, GIB, 1 << MLM_ABOVE_SWAP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mlm_limits own = {.cap_bytes = cases[i].cap, .swap_limit_bytes = cases[i].swap};
        assert_int_equal(
            mlm_above_binding(&above, cases[i].dialect, &own, cases[i].machine_swap), cases[i].binding);
    }
    /* A limit that changes while a run goes on: the tighter one counts. */
    const struct mlm_above later = {.limits = {[MLM_ABOVE_MEMORY] = {.bytes = GIB / 2, .path = "/later"},
                                        [MLM_ABOVE_SLOW] = {.bytes = NONE},
                                        [MLM_ABOVE_SWAP] = {.bytes = NONE},
                                        [MLM_ABOVE_SWAP_SLOW] = {.bytes = NONE}}};
    mlm_above_tighten(&above, &later);
    assert_int_equal(above.limits[MLM_ABOVE_MEMORY].bytes, GIB / 2);
    assert_string_equal(above.limits[MLM_ABOVE_MEMORY].path, "/later");
    assert_int_equal(above.limits[MLM_ABOVE_SLOW].bytes, GIB / 4);
}

static void the_cgroup_whose_limit_was_reached_is_named(void **unused)
{
    (void)unused;
    struct mlm_above before = {.hits = {1, 0, 7}}, after = {.hits = {1, 0, 7}};
    char path[PATH_MAX];
    enum mlm_above_kind kind;
    assert_false(mlm_above_hit(&before, &after, "/a/b/c", &kind, path));
    after.hits[2] = 8;
    assert_true(mlm_above_hit(&before, &after, "/a/b/c", &kind, path));
    assert_string_equal(path, "/a");
    assert_int_equal(kind, MLM_ABOVE_MEMORY);
    after.hits[0] = 2;
    assert_true(mlm_above_hit(&before, &after, "/a/b/c", &kind, path));
    assert_string_equal(path, "/a/b/c");
    after.swap_hits[0] = 1;
    assert_true(mlm_above_hit(&before, &after, "/a/b/c", &kind, path));
    assert_int_equal(kind, MLM_ABOVE_SWAP);
}

/* unshare -Ur: root in name only; systemd does not take its orders. */
static void root_of_a_user_namespace_is_told(void **unused)
{
    (void)unused;
    char folder[32];
    struct mlm_error error = {0};
    struct mlm_cage_site site;
    int root_fd = tree_open("systemd_ssh_v2", folder);
    int fd = openat(root_fd, "proc/self/uid_map", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0 && write(fd, "         0       1000          1\n", 33) == 33 && close(fd) == 0);
    const struct mlm_cage_observer observer = {.root_fd = root_fd, .recorded = true, .uid = 0, .pid = US};
    assert_int_equal(mlm_cage_site_judge(&observer, &site, &error), 0);
    tree_close(root_fd, folder);
    assert_int_equal(site.access, MLM_CAGE_NONE);
    assert_non_null(strstr(site.why, "user namespace"));
    assert_non_null(strstr(site.remedy, "outside"));
}

/* With hundreds of containers there are megabytes of other mounts before and after ours. */
static void mounts_may_be_many(void **unused)
{
    (void)unused;
    char folder[32];
    struct mlm_error error = {0};
    struct mlm_cage_site site;
    mlm_auto_free char *own = NULL;
    int root_fd = tree_open("bare_root_v2", folder);
    assert_true(mlm_file_read(root_fd, "proc/self/mountinfo", &own, &error) > 0);
    int fd = openat(root_fd, "proc/self/mountinfo", O_WRONLY | O_TRUNC | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    assert_non_null(file);
    if (!file) /* the analyzer of clang 19 does not know that an assertion does not return */
        return;
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 6000; i++)
            fprintf(file,
                "%d 27 0:%d / /var/lib/docker/overlay2/%0128d/merged rw,relatime - overlay overlay "
                "rw,lowerdir=%0128d\n",
                1000 + i, 100 + i, i, i);
        if (!half)
            fputs(own, file);
    }
    assert_true(ftell(file) > 3 << 20);
    assert_int_equal(fclose(file), 0);
    int r = mlm_cage_site_find(root_fd, &site, &error);
    tree_close(root_fd, folder);
    if (r < 0)
        fail_msg("%s", error.text);
    assert_int_equal(site.version, 2);
    assert_string_equal(site.path, CG);
}

static void an_inherited_cage_is_our_own_cgroup(void **unused)
{
    (void)unused;
    static const struct {
        const char *tree;
        int version;
        const char *path; /* "": its memory cannot be read */
        uint64_t limit_above;
        const char *limit_path;
        bool all_killed;
    } inherited[] = {
        {"container_read_only_v2", 2, CG, GIB, CG, true},
        {"container_v1", 1, CG "/memory", GIB / 2, CG "/memory", false},
        {"systemd_su_v2", 2, CG "/user.slice/user-0.slice/session-1.scope", NONE, "", false},
        {"hybrid_systemd_v1", 1, CG "/memory/user.slice/user-1000.slice/session-3.scope", 4 * GIB,
            CG "/memory/user.slice", false},
        /* In the root of all is the whole machine. */
        {"bare_root_v1", 1, "", NONE, "", false},
        {"bare_root_v2", 2, "", NONE, "", false},
        /* Only a cgroup above ours can be seen. */
        {"namespace_outside_mount_v2", 2, "", NONE, "", false},
        {"nothing_mounted", 2, "", NONE, "", false},
        {"no_cgroups", 0, "", NONE, "", false},
    };
    for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) {
        struct mlm_cage_site site;
        judge_by(mlm_cage_site_judge_inherited, inherited[i].tree, 1000, US, &site);
        if (site.access != MLM_CAGE_INHERITED || site.version != inherited[i].version ||
            strcmp(site.path, inherited[i].path) != 0 ||
            site.above.limits[MLM_ABOVE_MEMORY].bytes != inherited[i].limit_above ||
            strcmp(site.above.limits[MLM_ABOVE_MEMORY].path, inherited[i].limit_path) != 0 ||
            site.above.all_killed != inherited[i].all_killed)
            fail_msg("%s: access %d, version %d, path '%s', limit %" PRIu64 " at '%s', all killed %d",
                inherited[i].tree, site.access, site.version, site.path,
                site.above.limits[MLM_ABOVE_MEMORY].bytes, site.above.limits[MLM_ABOVE_MEMORY].path,
                site.above.all_killed);
    }
}

static void a_refusal_is_passed_on_by_open(void **unused)
{
    (void)unused;
    struct mlm_cage_site site;
    struct mlm_error error = {0};
    struct mlm_cages *cages = NULL;
    judge("container_read_only_v2", 0, US, &site);
    assert_int_equal(mlm_cages_open(&site, &cages, &error), -EPERM);
    assert_null(cages);
    assert_non_null(strstr(error.text, "read-only"));
    assert_non_null(strstr(error.text, "--privileged"));
    judge("systemd_desktop_v2", 1000, US, &site);
    assert_int_equal(mlm_cages_open(&site, &cages, &error), -EPERM);
    assert_non_null(strstr(error.text, "scope"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_trees_are_judged),
        cmocka_unit_test(company_in_a_delegated_cgroup_matters),
        cmocka_unit_test(another_root_is_looked_at_through_its_descriptor),
        cmocka_unit_test(a_unit_that_an_oom_ends_is_left_with_its_limits),
        cmocka_unit_test(limits_of_every_kind_are_found),
        cmocka_unit_test(a_limit_binds_where_it_is_tighter),
        cmocka_unit_test(the_cgroup_whose_limit_was_reached_is_named),
        cmocka_unit_test(root_of_a_user_namespace_is_told),
        cmocka_unit_test(mounts_may_be_many),
        cmocka_unit_test(an_inherited_cage_is_our_own_cgroup),
        cmocka_unit_test(a_refusal_is_passed_on_by_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
