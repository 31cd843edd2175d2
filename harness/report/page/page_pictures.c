/* Draws the pictures before the page is written, because the page needs them suite by suite. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"
#include "report/plot/picture.h"

static int take(void *context, const struct mlm_picture *picture, struct mlm_error *error)
{
    struct mlm_page_pictures *pictures = context;
    if (mlm_grow(&pictures->items, pictures->count, &pictures->capacity, sizeof *pictures->items) < 0)
        return mlm_error_errno(error, -ENOMEM, "pictures");
    struct mlm_page_picture *item = &pictures->items[pictures->count++];
    *item = (struct mlm_page_picture){.suite = strdup(picture->suite),
        .caption = strdup(picture->description),
        .svg = strdup(picture->bytes)};
    return item->suite && item->caption && item->svg ? 0 : mlm_error_errno(error, -ENOMEM, "pictures");
}

int mlm_page_pictures_draw(const struct mlm_page_request *request, const struct mlm_machines *machines,
    struct mlm_page_pictures *ret_pictures, struct mlm_error *error)
{
    const struct mlm_picture_order order = {.table = request->table,
        .list = request->list,
        .plots_folder = request->plots_folder,
        .format = "svg",
        .machines = machines->comparison};
    struct mlm_error why = {0};
    struct mlm_pictures_made made = {0};
    if (!request->plots_folder)
        return 0;
    int r = mlm_pictures_draw(&order, take, ret_pictures, &made, &why);
    if (r == -ENOMEM || r == -EINTR)
        return mlm_error_set(error, r, "%s", why.text);
    /* A page without pictures is still useful, so this is not an error. */
    const char *missing = r < 0 ? why.text : made.left_out;
    if (*missing && !(ret_pictures->missing = strdup(missing)))
        return mlm_error_errno(error, -ENOMEM, "pictures");
    return 0;
}

void mlm_page_pictures_release(struct mlm_page_pictures *pictures)
{
    for (size_t i = 0; i < pictures->count; i++) {
        free(pictures->items[i].suite);
        free(pictures->items[i].caption);
        free(pictures->items[i].svg);
    }
    free(pictures->items);
    free(pictures->missing);
    *pictures = (struct mlm_page_pictures){0};
}

void mlm_page_pictures_put(FILE *out, const struct mlm_page_pictures *pictures, const char *suite)
{
    for (size_t i = 0; i < pictures->count; i++) {
        const struct mlm_page_picture *picture = &pictures->items[i];
        if (strcmp(picture->suite, suite) != 0)
            continue;
        fputs("<figure>\n<div class=\"picture\" tabindex=\"0\">", out);
        fputs(picture->svg, out);
        fputs("</div>\n<figcaption>", out);
        mlm_html_text(out, picture->caption);
        fputs("</figcaption>\n</figure>\n", out);
    }
}
