/* Finds the names of distribution, processor, hypervisor and container. No single file has them on all
 * machines, so several sources are tried in order. */
#include "machine/platform.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "machine/root.h"

/* Copies the text after "key", up to the end of its line. */
static bool line_value(const char *text, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        if (strncmp(line, key, length) != 0)
            continue;
        const char *from = line + length + strspn(line + length, " \t");
        if (*from != ':' && *from != '=')
            continue;
        from++;
        from += strspn(from, " \t");
        snprintf(value, size, "%.*s", (int)strcspn(from, "\n"), from);
        return true;
    }
    return false;
}

/* os-release holds shell assignments: values may be in quotes, with a backslash before special characters. */
static void shell_unquote(char *text)
{
    size_t length = strlen(text);
    char quote = text[0];
    if (length < 2 || (quote != '"' && quote != '\'') || text[length - 1] != quote)
        return;
    char *to = text;
    for (const char *from = text + 1; from < text + length - 1; from++) {
        if (*from == '\\' && quote == '"' && from < text + length - 2)
            from++;
        *to++ = *from;
    }
    *to = 0;
}

static void distribution_read(int root_fd, struct mlm_platform *platform)
{
    char text[4096];
    if (mlm_root_text(root_fd, "/etc/os-release", text, sizeof text) < 1 &&
        mlm_root_text(root_fd, "/usr/lib/os-release", text, sizeof text) < 1)
        return;
    if (line_value(text, "PRETTY_NAME", platform->distribution, sizeof platform->distribution) ||
        line_value(text, "NAME", platform->distribution, sizeof platform->distribution))
        shell_unquote(platform->distribution);
}

static void architecture_read(int root_fd, struct mlm_platform *platform)
{
    struct utsname name;
    if (mlm_root_value(
            root_fd, "/proc/sys/kernel/arch", platform->architecture, sizeof platform->architecture) > 0)
        return;
    /* Before Linux 6.1 there is no file for this; uname() describes only this machine. */
    if (root_fd == AT_FDCWD && uname(&name) == 0)
        snprintf(platform->architecture, sizeof platform->architecture, "%.31s", name.machine);
}

/* Architectures name their processor under different keys; where there are only numbers, those are used. */
static void cpu_read(const char *cpuinfo, struct mlm_platform *platform)
{
    static const char *const keys[] = {"model name", "Model", "cpu model", "Hardware", "cpu", "uarch"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (line_value(cpuinfo, keys[i], platform->cpu, sizeof platform->cpu))
            return;
    char implementer[32], part[32];
    if (line_value(cpuinfo, "CPU implementer", implementer, sizeof implementer) &&
        line_value(cpuinfo, "CPU part", part, sizeof part))
        snprintf(platform->cpu, sizeof platform->cpu, "ARM implementer %s part %s", implementer, part);
}

struct clue {
    const char *text, *name;
};

static const char *clue_find(const char *text, const struct clue *clues, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, clues[i].text))
            return clues[i].name;
    return NULL;
}

/* The firmware's description of the machine names most hypervisors. */
static const char *hypervisor_by_firmware(int root_fd)
{
    static const char *const files[] = {"product_name", "sys_vendor", "board_vendor", "bios_vendor"};
    static const struct clue clues[] = {{"KVM", "kvm"}, {"OpenStack", "kvm"},
        {"Google Compute Engine", "google"}, {"Amazon EC2", "amazon"}, {"QEMU", "qemu"}, {"VMware", "vmware"},
        {"VMW", "vmware"}, {"VirtualBox", "virtualbox"}, {"innotek GmbH", "virtualbox"},
        {"Virtual Machine", "hyperv"}, {"Parallels", "parallels"}, {"Apple Virtualization", "apple"},
        {"BHYVE", "bhyve"}, {"Bochs", "bochs"}, {"Xen", "xen"}, {"DigitalOcean", "kvm"}, {"Hetzner", "kvm"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64], text[256];
        snprintf(path, sizeof path, "/sys/class/dmi/id/%s", files[i]);
        const char *name = mlm_root_value(root_fd, path, text, sizeof text) > 0
                               ? clue_find(text, clues, sizeof clues / sizeof *clues)
                               : NULL;
        if (name)
            return name;
    }
    return NULL;
}

/* A guest without such a description still uses its hypervisor's clock. */
static const char *hypervisor_by_clock(int root_fd)
{
    static const struct clue clues[] = {{"kvm-clock", "kvm"}, {"hyperv", "hyperv"}, {"xen", "xen"}};
    char text[256];
    if (mlm_root_text(root_fd, "/sys/devices/system/clocksource/clocksource0/available_clocksource", text,
            sizeof text) < 1)
        return NULL;
    return clue_find(text, clues, sizeof clues / sizeof *clues);
}

static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);
    for (const char *found = strstr(line, word); found; found = strstr(found + 1, word))
        if ((found == line || isspace((unsigned char)found[-1])) &&
            (!found[length] || isspace((unsigned char)found[length])))
            return true;
    return false;
}

static void virtualization_read(int root_fd, const char *cpuinfo, struct mlm_platform *platform)
{
    char flags[8192], release[128];
    /* Only the processor's "hypervisor" flag decides whether this is a guest: bare metal of Amazon or Hetzner
     * has their names in its firmware too. */
    bool flags_known = line_value(cpuinfo, "flags", flags, sizeof flags);
    const char *name = NULL;
    if (mlm_root_value(root_fd, "/proc/sys/kernel/osrelease", release, sizeof release) > 0 &&
        strstr(release, "icrosoft"))
        name = "wsl";
    else if (flags_known && !has_word(flags, "hypervisor"))
        name = "none";
    if (!name)
        name = hypervisor_by_firmware(root_fd);
    if (!name)
        name = hypervisor_by_clock(root_fd);
    if (!name && flags_known)
        name = "vm";
    snprintf(platform->virtualization, sizeof platform->virtualization, "%s", name ? name : "");
}

static void container_read(int root_fd, struct mlm_platform *platform)
{
    /* First ask the files that container managers write. */
    if (mlm_root_value(
            root_fd, "/run/host/container-manager", platform->container, sizeof platform->container) > 0 ||
        mlm_root_value(root_fd, "/run/systemd/container", platform->container, sizeof platform->container) >
            0)
        return;
    const char *name = mlm_root_exists(root_fd, "/.dockerenv")          ? "docker"
                       : mlm_root_exists(root_fd, "/run/.containerenv") ? "podman"
                                                                        : "";
    snprintf(platform->container, sizeof platform->container, "%s", name);
}

void mlm_platform_read(int root_fd, struct mlm_platform *ret_platform)
{
    struct mlm_platform platform = {0};
    char cpuinfo[16384]; /* the first processor's part is enough */
    mlm_root_text(root_fd, "/proc/cpuinfo", cpuinfo, sizeof cpuinfo);
    mlm_root_value(root_fd, "/proc/sys/kernel/hostname", platform.host, sizeof platform.host);
    mlm_root_value(root_fd, "/etc/machine-id", platform.machine_id, sizeof platform.machine_id);
    architecture_read(root_fd, &platform);
    distribution_read(root_fd, &platform);
    cpu_read(cpuinfo, &platform);
    virtualization_read(root_fd, cpuinfo, &platform);
    container_read(root_fd, &platform);
    *ret_platform = platform;
}
