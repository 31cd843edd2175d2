/* Computes how much memory a job will need, step by step.
 *
 *   needs    the peak of the program's own memory: a cap must hold it, and a trial measures it as needs
 *   cached   pages of its libraries' files: reclaimable, at the cost of reading them again
 *   cap      a limit on the program alone
 *   machine  RAM, of which the kernel and the programs in the background use a part */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/laptop.h"
#include "estimate/runtime.h"

#define MLM_TITLE_SIZE 96

struct mlm_estimate {
    struct mlm_estimate_request request; /* with defaults filled in */
    const struct mlm_runtime *runtime;
    const struct mlm_version *version; /* of the chosen runtime: whose figures were used */
    bool known;                        /* it is the version that was asked for */
    char title[MLM_TITLE_SIZE];        /* "scikit-learn 1.4.2": the estimate is for this version */
    double tolerance;                  /* measured needs agreed within this share of the whole */
    struct mlm_ledger ledger;
    size_t peak; /* index of the phase with the peak */
    double needs_bytes;
    double least_bytes; /* below needs_bytes where the data decides: a forest's nodes */
};

/* The doubt about a version that nobody measured. */
#define MLM_UNKNOWN_TOLERANCE 0.35

/* Needs, and pages of mapped files that are read again and again. */
static inline double mlm_estimate_at_speed_bytes(const struct mlm_estimate *estimate)
{
    return estimate->needs_bytes + estimate->ledger.mapped_bytes;
}

/* -EINVAL: the request is not possible, or there is no formula for it; the error names the remedy. */
int mlm_estimate_make(
    const struct mlm_estimate_request *request, struct mlm_estimate *ret_estimate, struct mlm_error *error);

/* Memory of everything else on the machine. */
struct mlm_estimate_beside {
    uint64_t system_bytes; /* MLM_NO_LIMIT: computed from the machine's size */
    struct mlm_desktop desktop;
};

/* The same rules and figures as for `run --laptop` (base/laptop.h). */
double mlm_estimate_system_bytes(const struct mlm_estimate_beside *beside, double ram_bytes);

/* CLOSE: within what such an estimate may be off. SLOW: mapped pages do not all fit, so they are read again
 * and again. */
enum mlm_fitting_verdict { MLM_FITS_NO, MLM_FITS_SLOW, MLM_FITS_CLOSE, MLM_FITS_YES };

struct mlm_fitting {
    double size_bytes;  /* of the cap, or of the machine's RAM */
    double room_bytes;  /* that it leaves to the program */
    double spare_bytes; /* of the room, less what is at speed; below 0: what lacks */
    enum mlm_fitting_verdict fits;
};

#define MLM_FITTINGS 8
extern const uint64_t mlm_fitting_sizes[MLM_FITTINGS]; /* 512 MiB to 64 GiB, ascending; the last ones are the
                                                          laptops that are sold */
#define MLM_FITTINGS_UNSOLD (MLM_FITTINGS - MLM_LAPTOPS_SOLD)

struct mlm_fitting mlm_estimate_fit_cap(const struct mlm_estimate *estimate, double cap_bytes);
struct mlm_fitting mlm_estimate_fit_machine(
    const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside, double ram_bytes);

/* RAM of the smallest machine, of those that are sold, on which the job fits; if there is none, a power of
 * two. */
double mlm_estimate_smallest_machine(
    const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside);

/* One option with another value. */
struct mlm_estimate_change {
    const struct mlm_knob *knob;
    struct mlm_estimate_request request;             /* the request with the change */
    char to[32], from[32];                           /* words such as "csr", "dense"; a flag: "", "" */
    double needs_bytes, at_speed_bytes, saves_bytes; /* saved of at_speed_bytes */
};

#define MLM_CHANGES 3

/* Finds the changes that would save the most, largest first, at most one for each option. Every other
 * value of every option that may be changed is tried. Savings below a hundredth are left out. Returns the
 * number. */
size_t mlm_estimate_changes(
    const struct mlm_estimate *estimate, struct mlm_estimate_change changes[static MLM_CHANGES]);
