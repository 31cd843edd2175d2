/* Command-line options as tables: parsing, --help and the checks against man page and completions all come
 * from one place. Adding an option is adding a line here, in man/ and in completions/: a test says what
 * lacks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum mlm_option_type {
    MLM_OPTION_FLAG,     /* bool */
    MLM_OPTION_TEXT,     /* const char * */
    MLM_OPTION_TEXTS,    /* struct mlm_texts; may be given several times */
    MLM_OPTION_SIZE,     /* uint64_t, bytes, at least 1 */
    MLM_OPTION_DURATION, /* uint64_t, ns */
    MLM_OPTION_COUNT,    /* uint64_t, at least 1; as these two, at most what a record can hold */
    MLM_OPTION_NUMBER,   /* uint64_t */
    MLM_OPTION_TIMES,   /* uint64_t, how often something is run: at least once, and a million times at most */
    MLM_OPTION_WARMUPS, /* uint64_t, the same, but it may be never */
    MLM_OPTION_THREADS, /* uint64_t, at least 1, and no more than Linux has processors for */
    MLM_OPTION_PERCENT, /* double, a share: 0.1 for 10% */
    MLM_OPTION_AMOUNT,  /* uint64_t, at least 1; 1M is a million */
};

#define MLM_TEXTS_MAX 64

struct mlm_texts {
    const char *items[MLM_TEXTS_MAX];
    size_t count;
};

struct mlm_option {
    const char *name;  /* without dashes; NULL ends a table */
    const char *value; /* what its value is called in help; NULL for a flag */
    enum mlm_option_type type;
    size_t offset;        /* in the struct that is filled */
    const char *help;     /* purpose */
    const char *standard; /* default, as text; NULL: none worth saying */
};

struct mlm_exit_meaning {
    int status;
    const char *meaning; /* NULL ends a table */
};

struct mlm_verb {
    const char *name;
    const char *summary;  /* one line */
    const char *operands; /* "FILE…"; NULL: takes none */
    bool needs_file;      /* of records, one at least */
    bool takes_command;   /* what stands behind "--" is a command with options of its own */
    const char *details;  /* paragraphs for --help, or NULL */
    const struct mlm_exit_meaning *exits;
    const char *example;
    const struct mlm_option *options;
    void (*print_more)(void); /* what --help tells behind the options, with its heading; or NULL */
    /* Returns the exit status, or a negative errno with the error set. */
    int (*run)(int argc, char **argv, struct mlm_error *error);
};

struct mlm_parsed {
    struct mlm_texts operands;
    struct mlm_texts passed; /* what `pass` took */
    char **command;          /* all that stood behind "--", of a verb that takes a command; NULL: nothing */
};

/* Fills the struct at `values` (which holds the defaults). `pass` (may be NULL) is asked first about each
 * argument that begins with "--": 1 takes it as it is. -EINVAL names the argument and what to do. 1: help
 * was asked for and is printed; there is nothing more to do. argv[0] is the verb. */
int mlm_options_parse(const struct mlm_verb *verb, int argc, char **argv, void *values,
    int (*pass)(const char *argument, struct mlm_error *error), struct mlm_parsed *ret_parsed,
    struct mlm_error *error);

/* The option that such an argument means, "--cap" or "--cap=2G"; NULL: none of the table. *ret_takes_next:
 * its value is the next argument. */
const struct mlm_option *mlm_option_of(
    const struct mlm_option *options, const char *argument, bool *ret_takes_next);

/* Purpose, options with their defaults, exit statuses, an example. */
void mlm_options_help(const struct mlm_verb *verb);
