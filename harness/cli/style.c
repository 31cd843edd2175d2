/* Asks the terminal for its width, and the environment about colours. */
#include "cli/style.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct mlm_text_style mlm_style_of(int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    struct winsize size;
    if (!isatty(fd))
        return (struct mlm_text_style){0};
    bool plain = (no_color && *no_color) || !term || strcmp(term, "dumb") == 0;
    int width = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return (struct mlm_text_style){.colour = !plain, .width = width};
}
