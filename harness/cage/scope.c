/* Starts the program again in a systemd scope. systemd owns the cgroup tree; a user can get a cgroup from it
 * only this way. */
#include "cage/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/cage.h"

#define ENTERED "MLMEMBENCH_SCOPE"
/* The first systemd version whose systemd-run has the option --expand-environment. */
#define EXPANDS_FROM 254

/* A login without PAM (cron, a bare ssh command) leaves these variables unset, although the bus exists. */
static void name_the_bus(uid_t uid)
{
    char folder[64], address[96];
    snprintf(folder, sizeof folder, "/run/user/%u", (unsigned)uid);
    snprintf(address, sizeof address, "unix:path=%s/bus", folder);
    if (access(folder, X_OK) < 0)
        return;
    (void)setenv("XDG_RUNTIME_DIR", folder, 0);
    const char *used = getenv("XDG_RUNTIME_DIR");
    if (used && strcmp(used, folder) == 0)
        (void)setenv("DBUS_SESSION_BUS_ADDRESS", address, 0);
}

/* Parses "systemd 252 (252.39-1~deb12u1)"; returns 0 where that fails. */
static int systemd_version(void)
{
    FILE *output = popen("systemd-run --version 2>/dev/null", "re");
    int version = 0;
    if (!output)
        return 0;
    if (fscanf(output, "systemd %d", &version) != 1)
        version = 0;
    (void)pclose(output);
    return version;
}

const char **mlm_scope_command(char **argv, const char *program, bool is_user)
{
    static const char *const words[] = {"systemd-run", "--scope", "--quiet", "--property=Delegate=yes"};
    const size_t word_count = sizeof words / sizeof *words;
    size_t count = 0, n = 0;
    while (argv[count])
        count++;
    const char **command = calloc(word_count + count + 5, sizeof *command);
    if (!command)
        return NULL;
    for (size_t i = 0; i < word_count; i++)
        command[n++] = words[i];
    if (is_user)
        command[n++] = "--user";
    /* Older versions do not expand ${VARIABLE} in the words of a scope; newer ones do, unless this option is
     * given. */
    if (systemd_version() >= EXPANDS_FROM)
        command[n++] = "--expand-environment=no";
    command[n++] = "--";
    command[n++] = program;
    for (size_t i = 1; i < count; i++)
        command[n++] = argv[i];
    return command;
}

int mlm_cage_enter_scope(char **argv, struct mlm_error *error)
{
    struct mlm_cage_site site;
    int r = mlm_cage_site_find(AT_FDCWD, &site, error);
    if (r < 0)
        return r;
    bool entered = getenv(ENTERED) != NULL;
    (void)unsetenv(ENTERED);
    if (site.access != MLM_CAGE_SCOPE)
        return entered;
    if (entered)
        return mlm_error_set(
            error, -EPERM, "the systemd scope that we entered cannot set a memory limit; run it with sudo");

    /* Pass the real path: within systemd-run, /proc/self/exe would be systemd-run itself. */
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return mlm_error_errno(error, -errno, "cannot read /proc/self/exe");
    program[length] = 0;

    mlm_auto_free const char **command = mlm_scope_command(argv, program, geteuid() != 0);
    if (!command)
        return mlm_error_errno(error, -ENOMEM, "cannot enter a systemd scope");

    if (geteuid() != 0)
        name_the_bus(geteuid());
    (void)setenv(ENTERED, "1", 1);
    /* systemd-run asks systemd to put its own process into the scope and then executes us again. The
     * terminal, the process group and our parent stay the same. */
    (void)execvp(command[0], (char *const *)(void *)command);
    r = -errno;
    (void)unsetenv(ENTERED);
    return mlm_error_errno(error, r,
        "cannot run systemd-run, which puts us into a scope where a memory limit can "
        "be set (it is part of the package systemd)");
}
