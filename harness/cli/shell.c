#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int spawn(const char *command, pid_t *ret_pid)
{
    char shell[] = "sh", option[] = "-c";
    char *const argv[] = {shell, option, (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r == 0) {
        /* We block the signals that end us, and ignore others. */
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setsigdefault(&attributes, &all);
        /* What stands in our standard input is for the command that is measured. */
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r == 0)
            r = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
        if (r == 0)
            r = posix_spawnp(ret_pid, shell, &actions, &attributes, argv, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int mlm_shell_run(const char *option, const char *command, struct mlm_error *error)
{
    pid_t pid = -1;
    int status = 0;
    int r = spawn(command, &pid);
    if (r < 0)
        return mlm_error_errno(error, r, "%s: cannot run sh", option);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return mlm_error_errno(error, -errno, "%s", option);
    /* A Ctrl-C at the terminal. */
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
        return mlm_error_set(error, -EINTR, "%s was interrupted: %s", option, command);
    if (WIFSIGNALED(status))
        return mlm_error_set(error, -EIO, "%s ended by signal %d: %s", option, WTERMSIG(status), command);
    if (WEXITSTATUS(status) != 0)
        return mlm_error_set(
            error, -EIO, "%s ended with status %d: %s", option, WEXITSTATUS(status), command);
    return 0;
}

int mlm_shell_clean_up(const char *command, int r, struct mlm_error *error)
{
    int cleaned = command ? mlm_shell_run("--cleanup", command, r == 0 ? error : NULL) : 0;
    return r == 0 ? cleaned : r;
}

/* Characters that mean nothing to a shell. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

static void put_quoted(FILE *out, const char *word)
{
    if (*word && strspn(word, plain) == strlen(word)) {
        (void)fputs(word, out);
        return;
    }
    (void)fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*word, out);
    (void)fputc('\'', out);
}

char *mlm_shell_quote_all(char *const *words)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; words[i]; i++) {
        if (i)
            (void)fputc(' ', out);
        put_quoted(out, words[i]);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
