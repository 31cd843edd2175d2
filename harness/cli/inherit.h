/* --cage: a cgroup of its own for each trial, or the cgroup that we are in. */
#pragma once

#include "cage/cage.h"
#include "cli/cage_options.h"

/* In the order of the option's words. */
enum mlm_cage_kind {
    MLM_CAGE_KIND_AUTO, /* inherit where no cap is asked for and no cage can be made, else own */
    MLM_CAGE_KIND_OWN,
    MLM_CAGE_KIND_INHERIT,
};

/* Decides whether trials inherit the cage; then the limits say so, and the only cap is the limit found there.
 * Call it after mlm_laptop_resolve(). The text says what was decided, in one line; "" for own cages. -EINVAL:
 * --cage inherit, and an option that needs a cage of its own. */
#define MLM_INHERIT_TEXT 1280
int mlm_inherit_resolve(const struct mlm_parsed *parsed, struct mlm_cage_options *options,
    struct mlm_caps *caps, char text[static MLM_INHERIT_TEXT], struct mlm_error *error);

/* "read in /sys/fs/cgroup/…": where the memory of an inherited cage is known from. */
#define MLM_INHERIT_SOURCE_TEXT 200
void mlm_inherit_source(const struct mlm_cage_site *inherited, char text[static MLM_INHERIT_SOURCE_TEXT]);
