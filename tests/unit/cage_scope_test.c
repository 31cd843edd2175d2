/* Tests the command for systemd-run: a "${HOME}" in the user's command must reach the user's shell
 * unchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cage/scope.h"

static char folder[] = "/tmp/mlmtest-XXXXXX";

/* Makes a fake systemd-run that only prints this version. */
static void systemd_put(const char *version)
{
    char path[64];
    snprintf(path, sizeof path, "%s/systemd-run", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\necho '%s'\n", version);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static const struct mlm_cage_site no_limits = {.path = "/sys/fs/cgroup"};

/* Expects these words, each followed by a newline. */
static void assert_command(const char *version, bool is_user, const char *wanted)
{
    char *argv[] = {"mlmembench", "exec", "--", "sh", "-c", "echo ${HOME} $$ %h", NULL}, text[512] = "";
    systemd_put(version);
    mlm_auto_free const char **command =
        mlm_scope_command(argv, "/usr/bin/mlmembench", "own.scope", is_user, &no_limits);
    assert_non_null(command);
    for (size_t i = 0; command[i]; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s\n", command[i]);
    }
    assert_string_equal(text, wanted);
}

#define FIRST "systemd-run\n--scope\n--quiet\n--property=Delegate=yes\n--unit=own.scope\n"
#define LAST "--\n/usr/bin/mlmembench\nexec\n--\nsh\n-c\necho ${HOME} $$ %h\n"

static void words_are_not_expanded(void **state)
{
    (void)state;
    assert_command("systemd 252 (252.39-1~deb12u1)", false, FIRST LAST);
    assert_command("systemd 253 (253)", true, FIRST "--user\n" LAST);
    assert_command("systemd 254 (254.1)", false, FIRST "--expand-environment=no\n" LAST);
    assert_command("systemd 257 (257.9-1~deb13u1)", true, FIRST "--user\n--expand-environment=no\n" LAST);
    assert_command("systemd 260 (260)", false, FIRST "--expand-environment=no\n" LAST);
    assert_command("something else", false, FIRST LAST);
}

/* The scope stays in the slice, and has the limits of the cgroup that we leave. */
static void limits_are_taken_along(void **state)
{
    (void)state;
    static const struct mlm_cage_site site = {
        .path = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app-small.slice",
        .above.limits = {[MLM_ABOVE_MEMORY] = {.bytes = 314572800},
            [MLM_ABOVE_SLOW] = {.bytes = 209715200},
            [MLM_ABOVE_SWAP] = {.bytes = 0}},
        .taken_along = 1 << MLM_ABOVE_MEMORY | 1 << MLM_ABOVE_SWAP,
    };
    char *argv[] = {"mlmembench", "run", NULL}, text[512] = "";
    systemd_put("systemd 252 (252)");
    mlm_auto_free const char **command =
        mlm_scope_command(argv, "/usr/bin/mlmembench", "own.scope", true, &site);
    assert_non_null(command);
    for (size_t i = 0; command[i]; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s\n", command[i]);
    }
    assert_string_equal(text, FIRST "--slice=app-small.slice\n--property=MemoryMax=314572800\n"
                                    "--property=MemorySwapMax=0\n--user\n--\n/usr/bin/mlmembench\nrun\n");
}

static int set_up(void **state)
{
    (void)state;
    char path[4096];
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s:%s", folder, getenv("PATH"));
    return setenv("PATH", path, 1);
}

static int tear_down(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/systemd-run", folder);
    return unlink(path) < 0 || rmdir(folder) < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_not_expanded), cmocka_unit_test(limits_are_taken_along)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
