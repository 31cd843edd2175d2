/* The style for a file: colours and width of a terminal; neither elsewhere. */
#pragma once

#include "report/text/text.h"

struct mlm_text_style mlm_style_of(int fd);
