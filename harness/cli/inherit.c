/* Chooses between cages of our own and the cgroup that we are in. */
#include "cli/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"

/* Options that set a limit, for which a job needs a cgroup of its own. */
static const char *const limiting[] = {"laptop", "swap", "background-reclaim"};

static bool is_capped(const struct mlm_parsed *parsed, const struct mlm_caps *caps)
{
    bool capped = false;
    for (size_t i = 0; i < caps->count; i++)
        capped |= caps->items[i] != MLM_NO_LIMIT;
    return capped && mlm_is_said(parsed, "cap");
}

/* The option that asks for a limit; NULL: there is none. */
static const char *limit_asked(const struct mlm_parsed *parsed, const struct mlm_caps *caps)
{
    if (is_capped(parsed, caps))
        return "cap";
    for (size_t i = 0; i < sizeof limiting / sizeof *limiting; i++)
        if (mlm_is_said(parsed, limiting[i]))
            return limiting[i];
    return NULL;
}

void mlm_inherit_source(const struct mlm_cage_site *inherited, char text[static MLM_INHERIT_SOURCE_TEXT])
{
    if (inherited->path[0])
        snprintf(text, MLM_INHERIT_SOURCE_TEXT, "read in %.180s", inherited->path);
    else
        snprintf(text, MLM_INHERIT_SOURCE_TEXT, "the sum over the job's processes");
}

/* Says what binds, too. */
static void say(const struct mlm_cage_site *inherited, char text[static MLM_INHERIT_TEXT])
{
    char source[MLM_INHERIT_SOURCE_TEXT];
    char size[MLM_SIZE_TEXT], limit[512] = "no limit is seen there";
    const struct mlm_limit_above *memory = &inherited->above.limits[MLM_ABOVE_MEMORY];
    const bool limited = memory->bytes != MLM_NO_LIMIT;
    if (limited)
        snprintf(limit, sizeof limit, "%.400s is limited to %s", memory->path,
            mlm_size_show((double)memory->bytes, size));
    mlm_inherit_source(inherited, source);
    snprintf(text, MLM_INHERIT_TEXT, "its memory is %s; %s%s", source, limit,
        inherited->above.all_killed && limited
            ? "; when it is reached, the kernel kills all of that cgroup, mlmembench, too (memory.oom.group)"
        : inherited->ended_by_oom
            ? "; when the kernel kills the job for lack of memory, systemd ends the unit, "
              "mlmembench, too (OOMPolicy=stop)"
            : "");
}

int mlm_inherit_resolve(const struct mlm_parsed *parsed, struct mlm_cage_options *options,
    struct mlm_caps *caps, char text[static MLM_INHERIT_TEXT], struct mlm_error *error)
{
    struct mlm_cage_site site = {.why = ""};
    const char *asked = limit_asked(parsed, caps);
    text[0] = 0;
    if (options->kind == MLM_CAGE_KIND_OWN || (options->kind == MLM_CAGE_KIND_AUTO && asked))
        return 0;
    if (asked)
        return mlm_error_set(error, -EINVAL,
            "--%s needs a cage of its own, and --cage inherit has none; leave one of them out", asked);
    if (options->kind == MLM_CAGE_KIND_AUTO) {
        int r = mlm_cage_site_find(AT_FDCWD, &site, error);
        if (r < 0 || site.access != MLM_CAGE_NONE)
            return r;
    }
    char why[sizeof site.why + 64] = "", where[MLM_INHERIT_TEXT];
    if (site.why[0])
        snprintf(why, sizeof why, "no cage can be made here (%s), so --cage inherit: ", site.why);
    int r = mlm_cage_site_inherit(AT_FDCWD, &site, error);
    if (r < 0)
        return r;
    say(&site, where);
    snprintf(text, MLM_INHERIT_TEXT, "%sthe job stays in the cgroup that we are in; %.900s", why, where);
    options->limits.inherited_cage = true;
    *caps = (struct mlm_caps){.items = {site.above.limits[MLM_ABOVE_MEMORY].bytes}, .count = 1};
    return 0;
}
