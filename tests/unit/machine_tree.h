/* Recorded machines for tests: a text of "@/path" lines, each followed by its file's content, is written into
 * a temporary folder. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

struct tree {
    int root_fd;
    char folder[64];
};

static inline int tree_entry_remove(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static inline void tree_remove(struct tree *tree)
{
    assert_int_equal(close(tree->root_fd), 0);
    assert_int_equal(nftw(tree->folder, tree_entry_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Replaces or adds one file. */
static inline void tree_write(const struct tree *tree, const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", tree->folder, path);
    char *slash = strrchr(full, '/');
    *slash = 0;
    assert_int_equal(mlm_make_directories(full, NULL), 0);
    *slash = '/';
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(mlm_write_all(fd, text, strlen(text)), 0);
    assert_int_equal(close(fd), 0);
}

static inline struct tree tree_make(const char *text)
{
    struct tree tree = {.folder = "/tmp/mlm-machine-XXXXXX"};
    assert_non_null(mkdtemp(tree.folder));
    tree.root_fd = open(tree.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(tree.root_fd >= 0);
    while (*text == '@') {
        char path[256];
        size_t length = strcspn(text, "\n");
        assert_true(length < sizeof path);
        memcpy(path, text + 1, length - 1);
        path[length - 1] = 0;
        const char *content = text + length + 1, *end = content;
        while (*end && *end != '@')
            end = strchr(end, '\n') + 1;
        char *copy = strndup(content, (size_t)(end - content));
        assert_non_null(copy);
        tree_write(&tree, path, copy);
        free(copy);
        text = end;
    }
    return tree;
}

static inline struct tree tree_load(const char *name)
{
    char path[512], *text;
    snprintf(path, sizeof path, MLM_FIXTURES "/machine/%s.tree", name);
    assert_true(mlm_file_read(AT_FDCWD, path, &text, NULL) > 0);
    struct tree tree = tree_make(text);
    free(text);
    return tree;
}
