/* The checks of `doctor`: each function looks at one thing, judges it and names the remedy. Only facts that
 * change figures or outcomes are listed. */
#include "machine/findings.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "machine/disk.h"
#include "machine/memory.h"
#include "machine/presence.h"
#include "machine/root.h"
#include "machine/settings.h"
#include "machine/swap.h"

#define DISK_SHORT_BYTES (UINT64_C(4) << 30) /* a dataset for a 2 GiB cap, with some reserve */

/* The growing list, and the data that the checks share. */
struct look {
    const struct mlm_findings_view *view;
    struct mlm_settings settings;
    struct mlm_memory_now memory;
    bool memory_known;
    struct mlm_finding *findings;
    size_t size, count;
};

/* Adds a finding. `remedy` NULL: nothing needs to be done. */
static __attribute__((format(printf, 5, 6))) void say(struct look *look, enum mlm_finding_grade grade,
    const char *subject, const char *remedy, const char *format, ...)
{
    if (look->count == look->size)
        return;
    struct mlm_finding *finding = &look->findings[look->count++];
    *finding = (struct mlm_finding){.grade = grade};
    snprintf(finding->subject, sizeof finding->subject, "%s", subject);
    snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy ? remedy : "");
    va_list args;
    va_start(args, format);
    vsnprintf(finding->fact, sizeof finding->fact, format, args);
    va_end(args);
}

static void memory_look(struct look *look)
{
    char available[MLM_SIZE_TEXT], total[MLM_SIZE_TEXT];
    const struct mlm_memory_now *memory = &look->memory;
    if (!look->memory_known) {
        say(look, MLM_FINDING_NOTE, "memory", NULL, "not known: /proc/meminfo cannot be read");
        return;
    }
    mlm_size_show((double)memory->available_bytes, available);
    mlm_size_show((double)memory->total_bytes, total);
    if (memory->available_bytes < memory->total_bytes / 2)
        say(look, MLM_FINDING_POOR, "memory",
            "close programs, a browser first (top -o RES shows the largest); or set a smaller --cap",
            "%s of %s available: a cap above that is bound by the machine first", available, total);
    else
        say(look, MLM_FINDING_GOOD, "memory", NULL, "%s of %s available", available, total);
}

static void swap_device_say(struct look *look, const struct mlm_swap *swap)
{
    char size[MLM_SIZE_TEXT], remedy[256];
    mlm_size_show((double)swap->size_bytes, size);
    if (swap->kind != MLM_SWAP_ZRAM) {
        say(look, MLM_FINDING_GOOD, "swap", NULL, "%s %.160s, %s", mlm_swap_kind_name(swap->kind), swap->path,
            size);
        return;
    }
    snprintf(remedy, sizeof remedy, "to measure swap on a disk: sudo swapoff %.100s, and add a swap file",
        swap->path);
    say(look, MLM_FINDING_NOTE, "swap", remedy,
        "zram %.80s, %s: what is swapped stays in memory, compressed and outside the cap; figures are marked",
        swap->path, size);
}

static bool older_than(const struct mlm_settings *settings, int major, int minor)
{
    return settings->kernel_major < major ||
           (settings->kernel_major == major && settings->kernel_minor < minor);
}

/* cgroup v2 charges compressed pages to the cgroup whose they are, from Linux 5.19 on. */
static bool zswap_is_charged(const struct mlm_settings *settings)
{
    return settings->v2_memory == MLM_YES && settings->kernel_major >= 0 && !older_than(settings, 5, 19);
}

static void swap_look(struct look *look)
{
    struct mlm_swap swaps[8];
    int count = mlm_swaps_read(look->view->root_fd, swaps, sizeof swaps / sizeof *swaps, NULL);
    if (count < 0) {
        say(look, MLM_FINDING_NOTE, "swap", NULL, "not known: /proc/swaps cannot be read");
        return;
    }
    if (count == 0) {
        say(look, MLM_FINDING_NOTE, "swap",
            "to see what swapping costs: sudo sh -c 'dd if=/dev/zero of=/swapfile bs=1M count=4096 && "
            "chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile'",
            "none: a job over its cap is killed rather than slowed");
        return;
    }
    for (int i = 0; i < count && i < (int)(sizeof swaps / sizeof *swaps); i++)
        swap_device_say(look, &swaps[i]);
    const struct mlm_memory_now *memory = &look->memory;
    if (look->memory_known && memory->swap_total_bytes &&
        memory->swap_free_bytes < memory->swap_total_bytes / 2) {
        char used[MLM_SIZE_TEXT];
        mlm_size_show((double)(memory->swap_total_bytes - memory->swap_free_bytes), used);
        say(look, MLM_FINDING_POOR, "swap in use", "close programs, then: sudo swapoff -a && sudo swapon -a",
            "%s of it is taken already: trials get what is left", used);
    }
    if (look->settings.zswap == MLM_YES)
        say(look, MLM_FINDING_NOTE, "zswap", "echo N | sudo tee /sys/module/zswap/parameters/enabled",
            "on: swapped pages stay in memory, compressed and %s the cap, before they reach the disk",
            zswap_is_charged(&look->settings) ? "within" : "outside");
}

static void swappiness_look(struct look *look)
{
    int swappiness = look->settings.swappiness;
    if (swappiness < 0)
        return;
    if (swappiness == 0)
        say(look, MLM_FINDING_POOR, "swappiness", "sudo sysctl vm.swappiness=60",
            "0: the kernel swaps only when nothing else is left, so a job over its cap may be killed all the "
            "same");
    else if (swappiness < 10 || swappiness > 100)
        say(look, MLM_FINDING_NOTE, "swappiness", "sudo sysctl vm.swappiness=60 (the kernel's default)",
            "%d: the kernel %s, which shapes swapped trials", swappiness,
            swappiness < 10 ? "drops file pages long before it swaps" : "swaps before it drops file pages");
    else
        say(look, MLM_FINDING_GOOD, "swappiness", NULL, "%d", swappiness);
}

static void overcommit_look(struct look *look)
{
    int mode = look->settings.overcommit_memory;
    if (mode < 0)
        return;
    if (mode == 2)
        say(look, MLM_FINDING_POOR, "overcommit", "sudo sysctl vm.overcommit_memory=0",
            "2: the kernel refuses allocations beyond its commit limit, so jobs fail before they reach their "
            "cap");
    else
        say(look, MLM_FINDING_GOOD, "overcommit", NULL, "%d: allocations are %s", mode,
            mode == 1 ? "always granted" : "granted unless absurd");
}

static void thp_look(struct look *look)
{
    const char *mode = look->settings.thp;
    if (!mode[0])
        return;
    say(look, strcmp(mode, "always") == 0 ? MLM_FINDING_NOTE : MLM_FINDING_GOOD, "huge pages", NULL,
        "%s: the worker turns them off for itself, so figures do not depend on this%s", mode,
        strcmp(mode, "always") == 0 ? "; the same code run by hand here would get them" : "");
}

static void fresh_look(struct look *look)
{
    const struct mlm_fresh_memory *fresh = look->view->fresh;
    if (!fresh)
        return;
    if (fresh->slow)
        say(look, MLM_FINDING_NOTE, "fresh memory",
            "none needed: trials touch what they need first; turn off ballooning and free page reporting "
            "in the virtual machine to be rid of it",
            "slow at first: %.2f ns a byte, then %.2f (a virtual machine's host takes free pages back)",
            fresh->first_ns_per_byte, fresh->warm_ns_per_byte);
    else
        say(look, MLM_FINDING_GOOD, "fresh memory", NULL, "as fast at first as later: %.2f ns a byte",
            fresh->warm_ns_per_byte);
}

static void disk_look(struct look *look)
{
    const char *folder = look->view->folder;
    uint64_t free_bytes;
    bool memory;
    char free_text[MLM_SIZE_TEXT];
    struct mlm_error error = {0};
    if (!folder)
        return;
    if (mlm_disk_free(folder, &free_bytes, &error) < 0) {
        say(look, MLM_FINDING_NOTE, "disk", NULL, "not known: %.200s", error.text);
        return;
    }
    mlm_size_show((double)free_bytes, free_text);
    if (mlm_disk_is_memory(folder, &memory, NULL) == 0 && memory)
        say(look, MLM_FINDING_POOR, "disk", "give a folder on a disk",
            "%.160s lies in memory (tmpfs): datasets take memory there, and reads are never cold", folder);
    else if (free_bytes < DISK_SHORT_BYTES)
        say(look, MLM_FINDING_POOR, "disk", "free some, give another folder, or set a smaller --data",
            "%s free in %.160s: little for datasets", free_text, folder);
    else
        say(look, MLM_FINDING_GOOD, "disk", NULL, "%s free in %.160s", free_text, folder);
}

static void kernel_look(struct look *look)
{
    const struct mlm_settings *settings = &look->settings;
    if (settings->kernel_major < 0)
        say(look, MLM_FINDING_NOTE, "kernel", NULL, "release not known");
    else if (settings->v2_memory == MLM_YES && older_than(settings, 5, 19))
        say(look, MLM_FINDING_NOTE, "kernel", "boot Linux 6.5 or later",
            "%s keeps no peak of a cgroup's memory (from 5.19) nor of its swap (from 6.5): both are sampled",
            settings->kernel);
    else if (settings->v2_memory == MLM_YES && older_than(settings, 6, 5))
        say(look, MLM_FINDING_NOTE, "kernel", "boot Linux 6.5 or later",
            "%s keeps no peak of a cgroup's swap (from 6.5): it is sampled", settings->kernel);
    else
        say(look, MLM_FINDING_GOOD, "kernel", NULL, "%s", settings->kernel);
}

static void pressure_look(struct look *look)
{
    char text[256];
    double percent;
    if (look->settings.psi == MLM_NO)
        say(look, MLM_FINDING_NOTE, "pressure", "boot with psi=1, where the kernel has CONFIG_PSI",
            "not measured by this kernel: stall is null");
    if (look->settings.psi != MLM_YES)
        return;
    mlm_root_text(look->view->root_fd, "/proc/pressure/memory", text, sizeof text);
    bool parsed = sscanf(text, "some avg10=%lf", &percent) == 1;
    if (parsed && percent >= 1)
        say(look, MLM_FINDING_POOR, "pressure", "close programs until memory is free again",
            "programs here wait %.0f %% of the time for memory already", percent);
    else
        say(look, MLM_FINDING_GOOD, "pressure", NULL, "measured by the kernel");
}

/* Looks at whether a trial's blocked time can be split into memory, storage and the rest. */
static void waits_look(struct look *look)
{
    const struct mlm_settings *settings = &look->settings;
    if (settings->v2_memory == MLM_YES && settings->psi == MLM_YES)
        say(look, MLM_FINDING_GOOD, "waits", NULL, "pressure files tell memory from storage");
    else if (settings->delays == MLM_YES)
        say(look, MLM_FINDING_GOOD, "waits", NULL, "delay accounting tells memory from storage, for root");
    else if (settings->delays == MLM_NO)
        say(look, MLM_FINDING_NOTE, "waits",
            "sudo sysctl kernel.task_delayacct=1, and run mlmembench as root; or boot with cgroup v2",
            "blocked time of a trial cannot be split into memory and storage");
}

/* Programs that kill others when memory is short, by their name in /proc/PID/comm. */
static const struct killer {
    const char *name, *remedy;
} killers[] = {
    {"earlyoom", "sudo systemctl stop earlyoom"},
    {"systemd-oomd", "sudo systemctl stop systemd-oomd.socket systemd-oomd.service"},
    {"nohang", "sudo systemctl stop nohang nohang-desktop"},
    {"oomd", "sudo systemctl stop oomd"},
};
enum { KILLERS = sizeof killers / sizeof *killers };

struct killer_search {
    int root_fd;
    bool found[KILLERS];
};

static void process_see(const char *name, void *data)
{
    struct killer_search *search = data;
    char path[300], comm[32];
    if (!isdigit((unsigned char)name[0]))
        return;
    snprintf(path, sizeof path, "/proc/%.255s/comm", name);
    mlm_root_value(search->root_fd, path, comm, sizeof comm);
    for (size_t i = 0; i < KILLERS; i++)
        search->found[i] |= strcmp(comm, killers[i].name) == 0;
}

bool mlm_machine_killers(int root_fd, char *text, size_t size)
{
    struct killer_search search = {.root_fd = root_fd};
    size_t length = 0;
    (void)mlm_root_each(root_fd, "/proc", "", process_see, &search);
    for (size_t i = 0; i < KILLERS; i++)
        if (search.found[i] && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s runs (%s)", length ? ", " : "",
                killers[i].name, killers[i].remedy);
    return length != 0;
}

static void killers_look(struct look *look)
{
    struct killer_search search = {.root_fd = look->view->root_fd};
    (void)mlm_root_each(search.root_fd, "/proc", "", process_see, &search);
    for (size_t i = 0; i < KILLERS; i++)
        if (search.found[i])
            say(look, MLM_FINDING_POOR, "killer", killers[i].remedy,
                "%s runs: it may kill a trial that uses much memory, which then ends as 'killed'",
                killers[i].name);
}

static void governor_look(struct look *look)
{
    const char *governor = look->settings.governor, *driver = look->settings.scaling_driver;
    static const char remedy[] = "sudo cpupower frequency-set -g performance";
    if (!governor[0]) {
        say(look, MLM_FINDING_NOTE, "governor", NULL,
            "not known: the kernel does not govern frequency here, as in most virtual machines");
        return;
    }
    /* With these drivers "powersave" still raises the frequency under load; with others it is the lowest
     * one. */
    bool adaptive = strcmp(driver, "intel_pstate") == 0 || strcmp(driver, "amd-pstate-epp") == 0;
    if (strcmp(governor, "performance") == 0)
        say(look, MLM_FINDING_GOOD, "governor", NULL, "performance");
    else if (strstr(governor, "powersave") && !adaptive)
        say(look, MLM_FINDING_POOR, "governor", remedy, "%s: processors stay at their lowest frequency",
            governor);
    else
        say(look, MLM_FINDING_NOTE, "governor", remedy,
            "%s%s%s: frequency follows load, and times vary with it", governor, driver[0] ? " of " : "",
            driver);
}

static void boost_look(struct look *look)
{
    if (look->settings.boost == MLM_YES)
        say(look, MLM_FINDING_NOTE, "boost",
            mlm_root_exists(look->view->root_fd, "/sys/devices/system/cpu/intel_pstate/no_turbo")
                ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost",
            "on: a cool machine is faster than a warm one");
    else if (look->settings.boost == MLM_NO)
        say(look, MLM_FINDING_GOOD, "boost", NULL, "off: times do not depend on temperature");
}

static void battery_look(struct look *look)
{
    int percent = look->settings.battery_percent;
    if (look->settings.on_battery == MLM_YES && percent >= 0)
        say(look, MLM_FINDING_POOR, "battery", "plug in the charger",
            "on battery, %d %% left: processors are slowed to save it", percent);
    else if (look->settings.on_battery == MLM_YES)
        say(look, MLM_FINDING_POOR, "battery", "plug in the charger",
            "on battery: processors are slowed to save it");
    else if (look->settings.on_battery == MLM_NO && percent >= 0)
        say(look, MLM_FINDING_GOOD, "battery", NULL, "plugged in");
}

static void load_look(struct look *look)
{
    char text[128];
    double load;
    mlm_root_text(look->view->root_fd, "/proc/loadavg", text, sizeof text);
    if (sscanf(text, "%lf", &load) != 1) {
        say(look, MLM_FINDING_NOTE, "load", NULL, "not known: /proc/loadavg cannot be read");
        return;
    }
    static const char remedy[] = "close what top shows at its head, and wait a minute";
    if (load >= 1)
        say(look, MLM_FINDING_POOR, "load", remedy, "%.2f over the last minute: other programs are at work",
            load);
    else if (load >= 0.3)
        say(look, MLM_FINDING_NOTE, "load", remedy, "%.2f over the last minute", load);
    else
        say(look, MLM_FINDING_GOOD, "load", NULL, "%.2f over the last minute", load);
}

static void others_look(struct look *look)
{
    if (mlm_presence_others(look->view->presence_fd))
        say(look, MLM_FINDING_POOR, "other runs", "wait until it has ended (pgrep -a mlmembench)",
            "another mlmembench run goes on: both would be marked noisy");
}

size_t mlm_machine_findings(const struct mlm_findings_view *view, struct mlm_finding *findings, size_t size)
{
    static void (*const looks[])(struct look * look) = {memory_look, swap_look, swappiness_look,
        overcommit_look, thp_look, fresh_look, disk_look, kernel_look, pressure_look, waits_look,
        killers_look, governor_look, boost_look, battery_look, load_look, others_look};
    struct look look = {.view = view, .findings = findings, .size = size};
    mlm_settings_read(view->root_fd, &look.settings);
    look.memory_known = mlm_memory_now(view->root_fd, &look.memory, NULL) == 0;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        looks[i](&look);
    return look.count;
}
