/* Finds the script behind an interpreter: every Python program is called python3, and nobody means that. */
#include "base/script.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

const char *mlm_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

struct interpreter {
    const char *name;
    char code;   /* options that end in this letter have code behind them: -c, -ec */
    bool module; /* -m NAME runs a module */
};

/* Finds "python3.11", too. NULL: it is another program. */
static const struct interpreter *interpreter_of(const char *program)
{
    static const struct interpreter known[] = {{"python", 'c', true}, {"pypy", 'c', true}, {"sh", 'c', false},
        {"bash", 'c', false}, {"dash", 'c', false}, {"zsh", 'c', false}, {"perl", 'e', false},
        {"ruby", 'e', false}, {"node", 'e', false}, {"Rscript", 'e', false}, {"julia", 'e', false},
        {"lua", 'e', false}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const size_t length = strlen(known[i].name);
        if (strncmp(program, known[i].name, length) == 0 &&
            !program[length + strspn(program + length, "0123456789.")])
            return &known[i];
    }
    return NULL;
}

const char *mlm_script_name(char *const *words, int folder_fd)
{
    const struct interpreter *interpreter = words[0] ? interpreter_of(mlm_base_name(words[0])) : NULL;
    if (!interpreter)
        return NULL;
    for (char *const *word = words + 1; *word; word++) {
        struct stat status;
        const size_t length = strlen(*word);
        const bool option = **word == '-' && length > 1;
        if (interpreter->module && strcmp(*word, "-m") == 0 && word[1])
            return word[1];
        if (option && (*word)[1] != '-' && (*word)[length - 1] == interpreter->code)
            return NULL;
        if (!option && fstatat(folder_fd, *word, &status, 0) == 0 && S_ISREG(status.st_mode))
            return mlm_base_name(*word);
    }
    return NULL;
}
