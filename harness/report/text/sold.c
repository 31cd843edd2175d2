/* Translates bytes into sizes of laptops. */
#include "report/text/sold.h"

#include "base/laptop.h"
#include "base/size.h"

static const unsigned sold_gb[] = {2, 4, 8, 16, 32, 64};
#define SOLD_COUNT (sizeof sold_gb / sizeof *sold_gb)

static double left_bytes(size_t at)
{
    return mlm_laptop_left_bytes(sold_gb[at] * 0x1p30);
}

void mlm_sold_say(FILE *out, double needs_bytes)
{
    char left[MLM_SIZE_TEXT];
    size_t at = 0;
    while (at < SOLD_COUNT && left_bytes(at) < needs_bytes)
        at++;
    if (at == SOLD_COUNT) {
        fprintf(out,
            "A laptop with %u GB of RAM is too small for that: beside its system, a desktop and a browser, %s are free.",
            sold_gb[at - 1], mlm_size_show(left_bytes(at - 1), left));
        return;
    }
    fprintf(out,
        "That fits a laptop with %u GB of RAM: beside its system, a desktop and a browser, %s are free",
        sold_gb[at], mlm_size_show(left_bytes(at), left));
    if (at)
        fprintf(out, ", and only %s with %u GB", mlm_size_show(left_bytes(at - 1), left), sold_gb[at - 1]);
    fputc('.', out);
}
