/* Reads the kernel's knobs one by one. A file that is absent gives "unknown", never an error. */
#include "machine/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "machine/root.h"

static int number_or_unknown(int root_fd, const char *path)
{
    uint64_t value;
    return mlm_root_number(root_fd, path, &value) == 0 && value <= INT_MAX ? (int)value : -1;
}

static enum mlm_known flag(int root_fd, const char *path, char yes)
{
    char text[8];
    if (mlm_root_value(root_fd, path, text, sizeof text) < 1)
        return MLM_UNKNOWN;
    return text[0] == yes ? MLM_YES : MLM_NO;
}

static void kernel_read(int root_fd, struct mlm_settings *settings)
{
    mlm_root_value(root_fd, "/proc/sys/kernel/osrelease", settings->kernel, sizeof settings->kernel);
    if (sscanf(settings->kernel, "%3d.%3d", &settings->kernel_major, &settings->kernel_minor) != 2)
        settings->kernel_major = settings->kernel_minor = -1;
}

/* The file holds "always [madvise] never"; the brackets mark the chosen mode. */
static void thp_read(int root_fd, struct mlm_settings *settings)
{
    char text[128];
    mlm_root_text(root_fd, "/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    const char *chosen = strchr(text, '[');
    if (chosen)
        (void)sscanf(chosen, "[%31[a-z]", settings->thp);
}

/* With the kernel option psi=0 the file exists, but reading it fails. */
static enum mlm_known psi_read(int root_fd, const struct mlm_settings *settings)
{
    char text[256];
    if (mlm_root_text(root_fd, "/proc/pressure/memory", text, sizeof text) > 0)
        return MLM_YES;
    return settings->kernel[0] ? MLM_NO : MLM_UNKNOWN;
}

struct look {
    int root_fd;
    struct mlm_settings *settings;
    enum mlm_known discharging, charger;
};

static void governor_see(const char *policy, void *data)
{
    const struct look *look = data;
    struct mlm_settings *settings = look->settings;
    char path[512], governor[64];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpufreq/%.255s/scaling_governor", policy);
    if (mlm_root_value(look->root_fd, path, governor, sizeof governor) < 1)
        return;
    if (!settings->scaling_driver[0]) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpufreq/%.255s/scaling_driver", policy);
        mlm_root_value(look->root_fd, path, settings->scaling_driver, sizeof settings->scaling_driver);
    }
    size_t length = strlen(settings->governor);
    if (!strstr(settings->governor, governor) && length + strlen(governor) + 2 <= sizeof settings->governor)
        snprintf(settings->governor + length, sizeof settings->governor - length, "%s%s", length ? "+" : "",
            governor);
}

static void frequency_read(int root_fd, struct mlm_settings *settings)
{
    struct look look = {.root_fd = root_fd, .settings = settings};
    (void)mlm_root_each(root_fd, "/sys/devices/system/cpu/cpufreq", "policy", governor_see, &look);
    settings->boost = flag(root_fd, "/sys/devices/system/cpu/intel_pstate/no_turbo", '0');
    if (settings->boost == MLM_UNKNOWN)
        settings->boost = flag(root_fd, "/sys/devices/system/cpu/cpufreq/boost", '1');
}

static void supply_see(const char *name, void *data)
{
    struct look *look = data;
    char path[512], text[64];
#define SUPPLY(file)                                                                                         \
    (snprintf(path, sizeof path, "/sys/class/power_supply/%.255s/" file, name),                              \
        mlm_root_value(look->root_fd, path, text, sizeof text))
    /* Batteries of devices (a mouse, a headset) do not power the machine. */
    if (SUPPLY("scope") > 0 && strcmp(text, "Device") == 0)
        return;
    if (SUPPLY("type") < 1)
        return;
    if (strcmp(text, "Battery") != 0) {
        if (SUPPLY("online") > 0 && text[0] == '1')
            look->charger = MLM_YES;
        return;
    }
    if (SUPPLY("status") > 0 && look->discharging != MLM_YES)
        look->discharging = strcmp(text, "Discharging") == 0 ? MLM_YES : MLM_NO;
    uint64_t percent;
    if (SUPPLY("capacity") > 0 && sscanf(text, "%" SCNu64, &percent) == 1 && percent <= 100) {
        struct mlm_settings *settings = look->settings;
        if (settings->battery_percent < 0 || (int)percent < settings->battery_percent)
            settings->battery_percent = (int)percent;
    }
#undef SUPPLY
}

static void power_read(int root_fd, struct mlm_settings *settings)
{
    struct look look = {root_fd, settings, .discharging = MLM_UNKNOWN, .charger = MLM_NO};
    int supplies = mlm_root_each(root_fd, "/sys/class/power_supply", "", supply_see, &look);
    if (look.discharging != MLM_UNKNOWN)
        settings->on_battery = look.discharging == MLM_YES && look.charger != MLM_YES ? MLM_YES : MLM_NO;
    else if (supplies >= 0 && settings->battery_percent < 0)
        settings->on_battery = MLM_NO;
}

static enum mlm_known v2_memory_read(int root_fd)
{
    char text[512];
    if (mlm_root_value(root_fd, "/sys/fs/cgroup/cgroup.controllers", text, sizeof text) > 0)
        return strstr(text, "memory") ? MLM_YES : MLM_NO;
    return mlm_root_exists(root_fd, "/sys/fs/cgroup/memory") ? MLM_NO : MLM_UNKNOWN;
}

void mlm_settings_read(int root_fd, struct mlm_settings *ret_settings)
{
    struct mlm_settings settings = {.on_battery = MLM_UNKNOWN, .battery_percent = -1};
    kernel_read(root_fd, &settings);
    settings.swappiness = number_or_unknown(root_fd, "/proc/sys/vm/swappiness");
    settings.overcommit_memory = number_or_unknown(root_fd, "/proc/sys/vm/overcommit_memory");
    thp_read(root_fd, &settings);
    settings.zswap = flag(root_fd, "/sys/module/zswap/parameters/enabled", 'Y');
    settings.psi = psi_read(root_fd, &settings);
    int delays = number_or_unknown(root_fd, "/proc/sys/kernel/task_delayacct");
    settings.delays = delays < 0 ? MLM_UNKNOWN : delays ? MLM_YES : MLM_NO;
    frequency_read(root_fd, &settings);
    power_read(root_fd, &settings);
    settings.v2_memory = v2_memory_read(root_fd);
    *ret_settings = settings;
}
