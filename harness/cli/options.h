/* Command-line options as tables: parsing, --help, completion and the check against the man page all use
 * them. To add an option: a row here and its words in man/; a test reports what is missing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_option;

/* Parses the text into the field. -EINVAL: the error says what is wrong with the value; the caller adds the
 * option's name. */
typedef int mlm_option_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error);

/* A row of a table; an empty row ends the table. */
struct mlm_option {
    const char *name;  /* without dashes */
    const char *value; /* what its value is called in help; NULL for a flag, whose field is a bool */
    mlm_option_parse *parse;
    size_t offset;            /* offset of the field in the struct that is filled */
    const char *help;         /* its purpose */
    const char *standard;     /* the default, as it would be typed: it is parsed into the field */
    const char *otherwise;    /* instead of a default: what happens without the option */
    const char *const *words; /* values to choose from, or to propose, ended by NULL */
    uint64_t least, most;     /* range of a number; most 0: the largest number of a record */
    bool kept;                /* the command that advise proposes takes it from the records' command */
    bool shapes_plan; /* it decides which trials are run, or what is asked of them: --resume takes it from a
                         record's command */
    const struct mlm_option *group; /* instead of the above: rows shared by verbs, for a struct at `offset` */
};

#define MLM_TEXTS_MAX 64

struct mlm_texts {
    const char *items[MLM_TEXTS_MAX];
    size_t count;
};

/* A list that was cut at commas. Do not copy the struct, because the items point into its text. */
struct mlm_list {
    char text[1024];
    const char *items[MLM_TEXTS_MAX];
    size_t count;
};

mlm_option_parse mlm_option_text;     /* const char * */
mlm_option_parse mlm_option_texts;    /* struct mlm_texts; may be given several times */
mlm_option_parse mlm_option_list;     /* struct mlm_list */
mlm_option_parse mlm_option_word;     /* uint32_t, the place of one of `words` */
mlm_option_parse mlm_option_size;     /* uint64_t, bytes, at least 1 */
mlm_option_parse mlm_option_duration; /* uint64_t, ns */
mlm_option_parse mlm_option_number;   /* uint64_t, from `least` to `most` */
mlm_option_parse mlm_option_amount;   /* uint64_t, at least 1; 1M is a million */
mlm_option_parse mlm_option_percent;  /* double, a share: 0.1 for 10% */

/* Limit for numbers of repetitions and the like. */
#define MLM_TIMES_MOST 1000000

/* Changes a shared row for one verb: its default, or its help. NULL members stay as in the row. */
struct mlm_option_change {
    const char *name; /* NULL ends a table */
    const char *value, *standard, *otherwise, *help;
};

struct mlm_exit_meaning {
    int status;
    const char *meaning; /* NULL ends a table */
};

struct mlm_verb {
    const char *name;
    const char *summary;  /* one line */
    const char *operands; /* "FILE…"; NULL: takes none */
    bool needs_file;      /* needs at least one file of records */
    bool takes_command;   /* the words behind "--" are a command with options of its own */
    const char *details;  /* paragraphs for --help, or NULL */
    const struct mlm_exit_meaning *exits;
    const char *example;
    const struct mlm_option *options;
    const struct mlm_option_change *changes; /* NULL: none */
    /* Returns the values of an option that are in another table (a list of formats, for instance), ended by
     * NULL. May be NULL. */
    const char *const *(*words)(const char *option);
    void (*print_more)(void); /* prints further help behind the options, with its heading; or NULL */
    /* Returns the exit status, or a negative errno with the error set. */
    int (*run)(int argc, char **argv, struct mlm_error *error);
};

struct mlm_parsed {
    struct mlm_texts said; /* names of options that were given */
    struct mlm_texts operands;
    struct mlm_texts passed; /* arguments that `pass` took */
    char **command;          /* the words behind "--", for a verb that takes a command; NULL: none */
};

bool mlm_is_said(const struct mlm_parsed *parsed, const char *option);

/* Fills the zeroed struct at `values` with defaults and with the given options. `pass` (may be NULL) is asked
 * first about each argument that begins with "--"; it returns 1 to take it as it is. -EINVAL: the error names
 * the argument and the remedy. Returns 1 where help was printed and nothing more is to be done. argv[0] is
 * the verb. */
int mlm_options_parse(const struct mlm_verb *verb, int argc, char **argv, void *values,
    int (*pass)(const char *argument, struct mlm_error *error), struct mlm_parsed *ret_parsed,
    struct mlm_error *error);

/* Goes through a verb's options, including those of groups, with the verb's changes. */
struct mlm_option_walk {
    size_t row, row_of_group;
};
bool mlm_option_next(
    const struct mlm_verb *verb, struct mlm_option_walk *walk, struct mlm_option *ret_option);

/* Finds the option of an argument, "--cap" or "--cap=2G"; false: the verb has no such option.
 * *ret_takes_next: its value is the next argument. */
bool mlm_option_of(
    const struct mlm_verb *verb, const char *argument, struct mlm_option *ret_option, bool *ret_takes_next);

/* Prints purpose, options with defaults, exit statuses, and an example. */
void mlm_options_help(const struct mlm_verb *verb);
