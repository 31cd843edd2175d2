/* Parses /proc/self/mountinfo line by line: with hundreds of containers the file has megabytes. */
#include "base/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"

bool mlm_comma_list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *found = list; (found = strstr(found, word)); found += length)
        if ((found == list || found[-1] == ',') && (!found[length] || found[length] == ','))
            return true;
    return false;
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        const unsigned char *o = (const unsigned char *)from + 1;
        bool octal = from[0] == '\\' && o[0] >= '0' && o[0] <= '3' && o[1] >= '0' && o[1] <= '7' &&
                     o[2] >= '0' && o[2] <= '7';
        if (octal) {
            *to = (char)((o[0] - '0') << 6 | (o[1] - '0') << 3 | (o[2] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

/* A line: id parent device root mount-point options [tag…] - type source super-options. Returns false for
 * anything else. */
static bool line_parse(char *line, struct mlm_mount *ret_mount)
{
    char *tail = strstr(line, " - ");
    if (!tail)
        return false;
    *tail = 0;
    tail += 3;
    tail[strcspn(tail, "\n")] = 0;
    const char *type = strsep(&tail, " ");
    (void)strsep(&tail, " ");
    const char *super = strsep(&tail, " ");
    (void)strsep(&line, " ");
    (void)strsep(&line, " ");
    const char *device = strsep(&line, " ");
    char *root = strsep(&line, " "), *point = strsep(&line, " ");
    const char *options = strsep(&line, " ");
    if (!super || !options)
        return false;
    unsigned major = 0, minor = 0;
    if (sscanf(device, "%u:%u", &major, &minor) != 2)
        return false;
    unescape(root);
    unescape(point);
    *ret_mount = (struct mlm_mount){
        .device = makedev(major, minor),
        .root = root,
        .point = point,
        .type = type,
        .super = super,
        .read_only = mlm_comma_list_has(options, "ro") || mlm_comma_list_has(super, "ro"),
    };
    return true;
}

int mlm_mounts_read(int root_fd, void (*each)(void *context, const struct mlm_mount *mount), void *context)
{
    const char *name = root_fd == AT_FDCWD ? "/proc/self/mountinfo" : "proc/self/mountinfo";
    mlm_auto_close int fd = openat(root_fd, name, O_RDONLY | O_CLOEXEC);
    mlm_auto_fclose FILE *file = fd < 0 ? NULL : fdopen(fd, "re");
    mlm_auto_free char *line = NULL;
    size_t size = 0;
    if (!file)
        return -errno;
    (void)mlm_take_fd(&fd);
    struct mlm_mount mount;
    while (getline(&line, &size, file) >= 0)
        if (line_parse(line, &mount))
            each(context, &mount);
    return ferror(file) ? -EIO : 0;
}
