/* The picture of a prediction, beside its records. */
#pragma once

#include "advise/predict/words.h"

/* Draws it as SVG and PNG, and names the files on standard output; draws nothing where nothing is predicted.
 * An error is only reported on standard error, because the answer is there without it. -EINTR: the user wants
 * to stop. */
int mlm_predict_picture(const struct mlm_predict_said *said, const char *records_path,
    const char *plots_folder, struct mlm_error *error);
