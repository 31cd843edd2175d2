/* Translates bytes into sizes of laptops. */
#include "report/text/sold.h"

#include <inttypes.h>

#include "base/size.h"

#define GIB (UINT64_C(1) << 30)

static const struct mlm_desktop usual = {.kind = MLM_DESKTOP_USUAL};

void mlm_sold_ram(FILE *out, uint64_t ram_bytes)
{
    char text[MLM_SIZE_TEXT];
    if (ram_bytes && ram_bytes % GIB == 0)
        fprintf(out, "%" PRIu64 " GB", ram_bytes / GIB);
    else
        fputs(mlm_size_show((double)ram_bytes, text), out);
}

void mlm_sold_name(FILE *out, double needs_bytes, const struct mlm_desktop *desktop)
{
    const unsigned at = mlm_laptop_smallest(needs_bytes, desktop ? desktop : &usual);
    fputs(at == MLM_LAPTOPS_SOLD ? "no laptop with up to " : "a laptop with ", out);
    mlm_sold_ram(out, mlm_laptops_sold[at == MLM_LAPTOPS_SOLD ? at - 1 : at]);
}

void mlm_sold_say(FILE *out, double needs_bytes, const struct mlm_desktop *desktop)
{
    char left[MLM_SIZE_TEXT], beside[MLM_DESKTOP_TEXT];
    desktop = desktop ? desktop : &usual;
    const unsigned smallest = mlm_laptop_smallest(needs_bytes, desktop);
    const bool none = smallest == MLM_LAPTOPS_SOLD;
    const unsigned at = none ? smallest - 1 : smallest;
    fputs(none ? "A laptop with " : "That fits a laptop with ", out);
    mlm_sold_ram(out, mlm_laptops_sold[at]);
    fprintf(out, " of RAM%s: beside %s, %s are free", none ? " is too small for that" : "",
        mlm_desktop_text(desktop, "its system", beside),
        mlm_size_show(mlm_laptop_left_bytes((double)mlm_laptops_sold[at], desktop), left));
    if (!none && at) {
        fprintf(out, ", and only %s with ",
            mlm_size_show(mlm_laptop_left_bytes((double)mlm_laptops_sold[at - 1], desktop), left));
        mlm_sold_ram(out, mlm_laptops_sold[at - 1]);
    }
    fputc('.', out);
}
