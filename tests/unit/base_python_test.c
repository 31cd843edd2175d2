/* Tests which Python runs scripts: what the user names, the active environment, the distribution's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/python.h"

/* The current folder of every test: "venv" has bin/python3, "conda" has bin/python, "empty" has nothing. */
static int set_up(void **state)
{
    static char folder[32];
    strcpy(folder, "/tmp/mlm-python-XXXXXX");
    *state = folder;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(system("mkdir -p venv/bin conda/bin empty; touch plain; cd venv/bin; touch python3;"
                            "chmod +x python3; cp -p python3 ../../conda/bin/python; cp -p python3 here"),
        0);
    assert_int_equal(unsetenv("VIRTUAL_ENV"), 0);
    assert_int_equal(unsetenv("CONDA_PREFIX"), 0);
    return 0;
}

static int tear_down(void **state)
{
    char command[64];
    assert_int_equal(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return system(command);
}

static void assert_found(const char *said, const char *expected)
{
    char path[4096];
    struct mlm_error error = {0};
    if (mlm_python_find(said, path, &error) != 0)
        fail_msg("%s", error.text);
    assert_string_equal(path, expected);
}

static void assert_refused(const char *said, const char *words)
{
    char path[4096] = "as it was";
    struct mlm_error error = {0};
    assert_int_equal(mlm_python_find(said, path, &error), -EINVAL);
    if (!strstr(error.text, words))
        fail_msg("%s", error.text);
    assert_string_equal(path, "as it was");
}

static void test_said(void **state)
{
    (void)state;
    assert_found("venv", "venv/bin/python3");
    assert_found("conda", "conda/bin/python");
    assert_found("venv/bin/python3", "venv/bin/python3");
    char usual[4096];
    snprintf(usual, sizeof usual, "%s", getenv("PATH"));
    assert_int_equal(setenv("PATH", "/nowhere:venv/bin", 1), 0);
    assert_found("here", "venv/bin/here");
    assert_int_equal(setenv("PATH", usual, 1), 0);
    assert_refused("there", "no such program in PATH");
    assert_refused("empty", "folder without bin/python3");
    assert_refused("./plain", "no program that can be started");
    assert_refused("./nothing", "no such file or folder");
}

static void test_active(void **state)
{
    (void)state;
    assert_int_equal(setenv("CONDA_PREFIX", "conda", 1), 0);
    assert_found(NULL, "conda/bin/python");
    assert_int_equal(setenv("VIRTUAL_ENV", "venv", 1), 0);
    assert_found(NULL, "venv/bin/python3");
    assert_found("conda", "conda/bin/python");
    assert_int_equal(setenv("VIRTUAL_ENV", "empty", 1), 0);
    assert_refused(NULL, "VIRTUAL_ENV is empty");
    assert_int_equal(setenv("VIRTUAL_ENV", "", 1), 0);
    assert_found(NULL, "conda/bin/python");
}

static void test_distribution(void **state)
{
    (void)state;
    if (access("/usr/bin/python3", X_OK) == 0)
        assert_found(NULL, "/usr/bin/python3");
}

int main(void)
{
#define PYTHON_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PYTHON_TEST(test_said), PYTHON_TEST(test_active), PYTHON_TEST(test_distribution)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
