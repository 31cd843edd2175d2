/* Finds outliers; for this folder alone. */
#pragma once

#include "report/fleet/fleet.h"

/* Fills ratios, paces and oddities of a fleet that has its rows. -ENOMEM. */
int mlm_fleet_find_oddities(struct mlm_fleet *fleet);
