/* Asks the terminal for its width, and the environment about colours. */
#include "cli/style.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Columns of a table where the output is not a terminal: the width of a page. */
#define PAGE_COLUMNS 100

/* Reads the variable COLUMNS. A shell keeps it to itself, so that where it is seen, a user has exported it.
 */
static int columns_said(void)
{
    const char *text = getenv("COLUMNS");
    long columns = text ? strtol(text, NULL, 10) : 0;
    return columns > 0 && columns < 10000 ? (int)columns : 0;
}

struct mlm_text_style mlm_style_of(int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    struct winsize size;
    if (!isatty(fd)) {
        int said = columns_said();
        return (struct mlm_text_style){.width = said, .table_width = said ? said : PAGE_COLUMNS};
    }
    bool plain = (no_color && *no_color) || !term || strcmp(term, "dumb") == 0;
    int width = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return (struct mlm_text_style){.colour = !plain, .width = width, .table_width = width};
}
