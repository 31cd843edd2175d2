/* Errors travel up as a negative errno plus a text. Each caller adds what it tried to do in front of the
 * text. Libraries never print; only main does. */
#pragma once

#include <stdarg.h>

#define MLM_ERROR_TEXT_SIZE 768

struct mlm_error {
    int code; /* negative errno; 0: no error */
    char text[MLM_ERROR_TEXT_SIZE];
};

/* Sets the text and returns `code` (a negative errno), so that `return mlm_error_set(...)` reads well.
 * `error` may be NULL. */
int mlm_error_set(struct mlm_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ": " and strerror(-code) after the text. */
int mlm_error_errno(struct mlm_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts context and ": " in front of the text that is already there, and returns `code`. */
int mlm_error_wrap(struct mlm_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An error's code is negative, which the analyzer cannot see: without this, it takes a failure for a success
 * whose outputs were left unset. error.c has the names in parentheses, so that they stay functions there. */
#ifdef __clang_analyzer__
#define mlm_error_set(...) ((void)mlm_error_set(__VA_ARGS__), -1)
#define mlm_error_errno(...) ((void)mlm_error_errno(__VA_ARGS__), -1)
#define mlm_error_wrap(...) ((void)mlm_error_wrap(__VA_ARGS__), -1)
#endif
