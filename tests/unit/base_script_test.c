/* Tests the names of scripts behind interpreters. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/script.h"

#define MOST 8

/* Splits the line at spaces, and compares the script's name in `folder_fd`; NULL: it has none. */
static void assert_script(int folder_fd, const char *line, const char *expected)
{
    char text[256], *words[MOST + 1] = {0}, *rest = text;
    size_t count = 0;
    snprintf(text, sizeof text, "%s", line);
    for (char *word; count < MOST && (word = strsep(&rest, " "));)
        words[count++] = word;
    const char *name = mlm_script_name(words, folder_fd);
    if (expected && !(name && strcmp(name, expected) == 0))
        fail_msg("%s: %s, not %s", line, name ? name : "no name", expected);
    if (!expected && name)
        fail_msg("%s: %s, and it has none", line, name);
}

static void test_script(void **state)
{
    (void)state;
    char folder[] = "/tmp/mlmembench-script-XXXXXX";
    assert_non_null(mkdtemp(folder));
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int file = openat(fd, "train.py", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && file >= 0);
    assert_script(fd, "python3 train.py", "train.py");
    assert_script(fd, "/usr/bin/python3.11 -u ./train.py --epochs 3", "train.py");
    assert_script(fd, "python3 -X dev train.py", "train.py"); /* no file is called dev */
    assert_script(fd, "python3 -m package.train train.py", "package.train");
    assert_script(fd, "sh train.py", "train.py");
    assert_script(fd, "python3 -c code train.py", NULL);
    assert_script(fd, "bash -ec code train.py", NULL);
    assert_script(fd, "python3 missing.py", NULL);
    assert_script(fd, "python3 .", NULL); /* a folder */
    assert_script(fd, "python3", NULL);
    assert_script(fd, "pythonic train.py", NULL);
    assert_script(fd, "cat train.py", NULL);
    assert_script(-1, "python3 train.py", NULL); /* its folder cannot be seen */
    assert_null(mlm_script_name((char *[]){NULL}, fd));
    assert_string_equal(mlm_base_name("/usr/bin/python3"), "python3");
    assert_string_equal(mlm_base_name("python3"), "python3");
    assert_string_equal(mlm_base_name("bin/"), "bin/");
    (void)close(file);
    assert_int_equal(unlinkat(fd, "train.py", 0), 0);
    (void)close(fd);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_script)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
