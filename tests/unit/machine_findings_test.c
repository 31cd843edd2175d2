/* Tests the findings of doctor on recorded machines. */
#include "machine_tree.h"

#include <sys/mman.h>

#include "machine/findings.h"

struct said {
    struct mlm_finding findings[MLM_FINDINGS_MOST];
    size_t count;
};

/* Checks every finding: no text is empty, and a poor one has a remedy. */
static struct said listen(const struct mlm_findings_view *view)
{
    struct said said;
    said.count = mlm_machine_findings(view, said.findings, MLM_FINDINGS_MOST);
    assert_true(said.count < MLM_FINDINGS_MOST);
    for (size_t i = 0; i < said.count; i++) {
        const struct mlm_finding *finding = &said.findings[i];
        assert_true(finding->subject[0] && finding->fact[0]);
        if (finding->grade == MLM_FINDING_POOR && !finding->remedy[0])
            fail_msg("no remedy for %s: %s", finding->subject, finding->fact);
        if (finding->grade == MLM_FINDING_GOOD && finding->remedy[0])
            fail_msg("a remedy for %s, which is good", finding->subject);
    }
    return said;
}

static struct said listen_to(const struct tree *tree)
{
    return listen(&(struct mlm_findings_view){.root_fd = tree->root_fd, .presence_fd = -1});
}

static const struct mlm_finding *about(const struct said *said, const char *subject)
{
    for (size_t i = 0; i < said->count; i++)
        if (strcmp(said->findings[i].subject, subject) == 0)
            return &said->findings[i];
    return NULL;
}

static void assert_said(const struct said *said, const char *subject, enum mlm_finding_grade grade,
    const char *fact, const char *remedy)
{
    const struct mlm_finding *finding = about(said, subject);
    if (!finding) {
        fail_msg("nothing about %s", subject);
        return;
    }
    if (finding->grade != grade || !strstr(finding->fact, fact) || !strstr(finding->remedy, remedy))
        fail_msg("%s: grade %d, %s; %s", subject, (int)finding->grade, finding->fact, finding->remedy);
}

static void assert_silent(const struct said *said, const char *subject)
{
    const struct mlm_finding *finding = about(said, subject);
    if (finding)
        fail_msg("%s: %s", subject, finding->fact);
}

static void a_laptop_on_battery(void **state)
{
    (void)state;
    struct tree tree = tree_load("laptop");
    struct said said = listen_to(&tree);
    assert_said(&said, "memory", MLM_FINDING_POOR, "1.43 GiB of 3.73 GiB", "close programs");
    assert_said(&said, "swap", MLM_FINDING_NOTE, "zram /dev/zram0, 1.86 GiB", "swapoff /dev/zram0");
    assert_said(&said, "swappiness", MLM_FINDING_NOTE, "180", "sysctl vm.swappiness");
    assert_said(&said, "overcommit", MLM_FINDING_GOOD, "0", "");
    assert_said(&said, "huge pages", MLM_FINDING_NOTE, "always", "");
    assert_said(&said, "kernel", MLM_FINDING_NOTE, "6.1.0-18-amd64 keeps no peak of a cgroup's swap", "6.5");
    assert_said(&said, "pressure", MLM_FINDING_GOOD, "", "");
    assert_said(&said, "killer", MLM_FINDING_POOR, "systemd-oomd", "systemctl stop systemd-oomd");
    assert_said(&said, "governor", MLM_FINDING_POOR, "powersave", "cpupower frequency-set -g performance");
    assert_said(&said, "boost", MLM_FINDING_NOTE, "on", "/sys/devices/system/cpu/cpufreq/boost");
    assert_said(&said, "battery", MLM_FINDING_POOR, "41 %", "plug in");
    assert_said(&said, "load", MLM_FINDING_POOR, "1.82", "top");
    assert_silent(&said, "swap in use");
    assert_silent(&said, "zswap");
    assert_silent(&said, "disk");
    assert_silent(&said, "fresh memory");

    tree_write(&tree, "/sys/class/power_supply/AC/online", "1\n");
    tree_write(&tree, "/sys/class/power_supply/BAT0/status", "Not charging\n");
    tree_write(&tree, "/sys/devices/system/cpu/cpufreq/policy0/scaling_driver", "intel_pstate\n");
    tree_write(&tree, "/proc/612/comm", "firefox\n");
    tree_write(&tree, "/proc/pressure/memory", "some avg10=12.50 avg60=0.02 avg300=0.00 total=1\n");
    said = listen_to(&tree);
    assert_said(&said, "battery", MLM_FINDING_GOOD, "plugged in", "");
    assert_said(&said, "governor", MLM_FINDING_NOTE, "powersave of intel_pstate", "cpupower");
    assert_said(&said, "pressure", MLM_FINDING_POOR, "12 %", "close programs");
    assert_silent(&said, "killer");
    tree_remove(&tree);
}

static void a_desktop(void **state)
{
    (void)state;
    struct tree tree = tree_load("desktop");
    struct said said = listen_to(&tree);
    assert_said(&said, "memory", MLM_FINDING_GOOD, "available", "");
    assert_said(&said, "swap", MLM_FINDING_GOOD, "partition /dev/nvme0n1p3, 8.00 GiB", "");
    assert_said(&said, "zswap", MLM_FINDING_NOTE, "on", "/sys/module/zswap/parameters/enabled");
    assert_said(&said, "swappiness", MLM_FINDING_GOOD, "60", "");
    assert_said(&said, "overcommit", MLM_FINDING_POOR, "2", "sysctl vm.overcommit_memory=0");
    assert_said(&said, "huge pages", MLM_FINDING_GOOD, "madvise", "");
    assert_said(&said, "kernel", MLM_FINDING_GOOD, "6.8.0-31-generic", "");
    assert_said(&said, "governor", MLM_FINDING_NOTE, "performance+powersave", "cpupower");
    assert_said(&said, "boost", MLM_FINDING_GOOD, "off", "");
    assert_said(&said, "load", MLM_FINDING_GOOD, "0.05", "");
    assert_silent(&said, "battery");
    assert_silent(&said, "killer");

    tree_write(&tree, "/proc/meminfo",
        "MemTotal: 32768000 kB\nMemAvailable: 30000000 kB\nSwapTotal: 8388604 kB\nSwapFree: 1048576 kB\n");
    tree_write(&tree, "/sys/devices/system/cpu/cpufreq/policy10/scaling_governor", "performance\n");
    said = listen_to(&tree);
    assert_said(&said, "swap in use", MLM_FINDING_POOR, "7.00 GiB", "swapoff -a");
    assert_said(&said, "governor", MLM_FINDING_GOOD, "performance", "");
    tree_remove(&tree);
}

static void a_virtual_machine(void **state)
{
    (void)state;
    struct tree tree = tree_load("vm");
    struct said said = listen_to(&tree);
    assert_said(&said, "swap", MLM_FINDING_NOTE, "killed rather than slowed", "swapon /swapfile");
    assert_said(&said, "swappiness", MLM_FINDING_POOR, "0", "sysctl");
    assert_said(&said, "pressure", MLM_FINDING_NOTE, "stall is null", "psi=1");
    assert_said(&said, "kernel", MLM_FINDING_NOTE, "memory (from 5.19) nor of its swap (from 6.5)", "6.5");
    assert_said(&said, "governor", MLM_FINDING_NOTE, "not known", "");
    assert_said(&said, "huge pages", MLM_FINDING_GOOD, "never", "");
    assert_said(&said, "load", MLM_FINDING_NOTE, "0.45", "top");
    assert_silent(&said, "boost");
    assert_silent(&said, "battery");

    /* v1 has always had the kernel's peaks. */
    tree_write(&tree, "/sys/fs/cgroup/cgroup.controllers", "cpu pids\n");
    said = listen_to(&tree);
    assert_said(&said, "kernel", MLM_FINDING_GOOD, "5.10", "");
    tree_remove(&tree);
}

static void nothing_known_is_nothing_poor(void **state)
{
    (void)state;
    struct tree tree = tree_make("");
    struct said said = listen_to(&tree);
    for (size_t i = 0; i < said.count; i++)
        if (strcmp(said.findings[i].subject, "other runs") != 0)
            assert_int_equal(said.findings[i].grade, MLM_FINDING_NOTE);
    assert_said(&said, "memory", MLM_FINDING_NOTE, "not known", "");
    assert_said(&said, "swap", MLM_FINDING_NOTE, "not known", "");
    assert_said(&said, "kernel", MLM_FINDING_NOTE, "not known", "");
    assert_said(&said, "load", MLM_FINDING_NOTE, "not known", "");
    tree_remove(&tree);
}

static void fresh_memory_and_disk(void **state)
{
    (void)state;
    struct tree tree = tree_load("desktop");
    struct mlm_fresh_memory fresh = {
        .bytes = 1 << 28, .first_ns_per_byte = 2.25, .warm_ns_per_byte = 0.4, .slow = true};
    struct mlm_findings_view view = {
        .root_fd = tree.root_fd, .folder = "/proc/no/room", .fresh = &fresh, .presence_fd = -1};
    struct said said = listen(&view);
    assert_said(&said, "fresh memory", MLM_FINDING_NOTE, "2.25 ns a byte, then 0.40", "touch");
    assert_said(&said, "disk", MLM_FINDING_POOR, "0 B free in /proc/no/room", "--data");

    fresh = (struct mlm_fresh_memory){.bytes = 1 << 28, .first_ns_per_byte = 0.5, .warm_ns_per_byte = 0.4};
    char path[64];
    int fd = memfd_create("mlm", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    view.folder = path;
    said = listen(&view);
    assert_said(&said, "fresh memory", MLM_FINDING_GOOD, "0.40", "");
    assert_said(&said, "disk", MLM_FINDING_POOR, "lies in memory", "on a disk");
    (void)close(fd);

    view.folder = "/proc/version/x";
    said = listen(&view);
    assert_said(&said, "disk", MLM_FINDING_NOTE, "not known", "");
    tree_remove(&tree);
}

static void a_short_list_is_filled_and_no_more(void **state)
{
    (void)state;
    struct tree tree = tree_load("laptop");
    struct mlm_finding findings[3];
    memset(findings, 0, sizeof findings);
    struct mlm_findings_view view = {.root_fd = tree.root_fd, .presence_fd = -1};
    assert_int_equal(mlm_machine_findings(&view, findings, 2), 2);
    assert_string_equal(findings[0].subject, "memory");
    assert_string_equal(findings[1].subject, "swap");
    assert_string_equal(findings[2].subject, "");
    assert_int_equal(mlm_machine_findings(&view, findings, 0), 0);
    tree_remove(&tree);
}

static void this_machine(void **state)
{
    (void)state;
    struct said said =
        listen(&(struct mlm_findings_view){.root_fd = AT_FDCWD, .folder = ".", .presence_fd = -1});
    static const char *const always[] = {
        "memory", "swap", "swappiness", "overcommit", "disk", "kernel", "load"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        const struct mlm_finding *finding = about(&said, always[i]);
        assert_true(finding && !strstr(finding->fact, "not known"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_laptop_on_battery),
        cmocka_unit_test(a_desktop),
        cmocka_unit_test(a_virtual_machine),
        cmocka_unit_test(nothing_known_is_nothing_poor),
        cmocka_unit_test(fresh_memory_and_disk),
        cmocka_unit_test(a_short_list_is_filled_and_no_more),
        cmocka_unit_test(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
