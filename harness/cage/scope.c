/* Starts the program again in a systemd scope. systemd owns the cgroup tree; a user can get a cgroup from it
 * only this way. */
#include "cage/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cage/cage.h"
#include "cage/hierarchy.h"
#include "cage/unit.h"

#define ENTERED "MLMEMBENCH_SCOPE"
/* The first systemd version whose systemd-run has the option --expand-environment. */
#define EXPANDS_FROM 254

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

#define OWN_WORDS_MOST 16
#define MADE_WORD_SIZE 300

/* An array of words, with room behind it for those that have to be made. */
struct command {
    const char **words;
    char *room;
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void word_make(struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(command->room, MADE_WORD_SIZE, format, arguments);
    va_end(arguments);
    command->words[command->count++] = command->room;
    command->room += MADE_WORD_SIZE;
}

/* The slice that we are in, and the limits that the scope takes along. */
static void site_words(struct command *command, const struct mlm_cage_site *site)
{
    const char *slice = strrchr(site->path, '/'), *ending = strrchr(site->path, '.');
    if (slice && ending && strcmp(ending, ".slice") == 0)
        word_make(command, "--slice=%s", slice + 1);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        if (site->taken_along >> kind & 1)
            word_make(command, "--property=%s=%" PRIu64, mlm_above_property((enum mlm_above_kind)kind),
                site->above.limits[kind].bytes);
}

const char **mlm_scope_command(
    char **argv, const char *program, const char *unit, bool is_user, const struct mlm_cage_site *site)
{
    static const char *const words[] = {"systemd-run", "--scope", "--quiet", "--property=Delegate=yes"};
    const size_t word_count = sizeof words / sizeof *words;
    size_t count = 0;
    while (argv[count])
        count++;
    const size_t room = (OWN_WORDS_MOST + count) * sizeof *argv;
    struct command command = {.words = calloc(1, room + (2 + MLM_ABOVE_COUNT) * (size_t)MADE_WORD_SIZE)};
    if (!command.words)
        return NULL;
    command.room = (char *)command.words + room;
    for (size_t i = 0; i < word_count; i++)
        command.words[command.count++] = words[i];
    word_make(&command, "--unit=%s", unit);
    site_words(&command, site);
    if (is_user)
        command.words[command.count++] = "--user";
    /* Older versions do not expand ${VARIABLE} in the words of a scope; newer ones do, unless this option is
     * given. */
    if (systemd_version() >= EXPANDS_FROM)
        command.words[command.count++] = "--expand-environment=no";
    command.words[command.count++] = "--";
    command.words[command.count++] = program;
    for (size_t i = 1; i < count; i++)
        command.words[command.count++] = argv[i];
    return command.words;
}

/* Lines that say where the limits that the scope takes along come from. */
static void origins_write(const struct mlm_cage_site *site, char lines[static MLM_UNIT_ORIGINS])
{
    size_t length = 0;
    lines[0] = 0;
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        if (site->taken_along >> kind & 1 && length < MLM_UNIT_ORIGINS)
            length += (size_t)snprintf(
                lines + length, MLM_UNIT_ORIGINS - length, "%d %s\n", kind, site->above.limits[kind].path);
}

/* The real path: within systemd-run, /proc/self/exe would be systemd-run itself. */
static int own_program(char program[static PATH_MAX], struct mlm_error *error)
{
    ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);
    if (length < 0)
        return mlm_error_errno(error, -errno, "cannot read /proc/self/exe");
    program[length] = 0;
    return 0;
}

/* systemd-run asks systemd to put its own process into the scope and then executes us again. The terminal,
 * the process group and our parent stay the same. */
static int scope_run(char **argv, const struct mlm_cage_site *site, struct mlm_error *error)
{
    char program[PATH_MAX], origins[MLM_UNIT_ORIGINS], unit[64];
    int r = own_program(program, error);
    if (r < 0)
        return r;
    /* By itself systemd-run names a scope after its process, which is ours. Where somebody else's systemd-run
     * has started us in a scope, that one has this name already. */
    snprintf(unit, sizeof unit, "run-mlmembench-%d-%" PRIu64 ".scope", (int)getpid(), mlm_now_ns());
    mlm_auto_free const char **command = mlm_scope_command(argv, program, unit, geteuid() != 0, site);
    if (!command)
        return mlm_error_errno(error, -ENOMEM, "cannot enter a systemd scope");
    if (geteuid() != 0)
        mlm_unit_name_bus(geteuid());
    origins_write(site, origins);
    (void)setenv(ENTERED, origins, 1);
    (void)execvp(command[0], (char *const *)(void *)command);
    r = -errno;
    (void)unsetenv(ENTERED);
    return mlm_error_errno(error, r,
        "cannot run systemd-run, which puts us into a scope where a memory limit can "
        "be set (it is part of the package systemd)");
}

/* Keeps with our new scope where its limits come from. */
static void origins_keep(const char *lines)
{
    struct mlm_hierarchy v1, v2;
    char unit[PATH_MAX];
    mlm_auto_close int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd >= 0 && mlm_hierarchies_find(root_fd, &v1, &v2, NULL) == 0 && v2.inside &&
        mlm_unit_find(v2.own, v2.mount_point, unit))
        mlm_unit_keep_origins(unit, lines);
}

int mlm_cage_enter_scope(char **argv, struct mlm_error *error)
{
    struct mlm_cage_site site;
    const char *origins = getenv(ENTERED);
    const bool entered = origins != NULL;
    if (entered)
        origins_keep(origins);
    (void)unsetenv(ENTERED);
    int r = mlm_cage_site_find(AT_FDCWD, &site, error);
    if (r < 0)
        return r;
    if (site.access != MLM_CAGE_SCOPE)
        return entered;
    return entered ? mlm_error_set(error, -EPERM,
                         "the systemd scope that we entered cannot set a memory limit; run it with sudo")
                   : scope_run(argv, &site, error);
}
