/* JSON values and their text: one line, numbers as short as possible without loss, and nothing that controls
 * a terminal. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Sets a member, and takes over the value. Returns true on failure; a NULL value is a failure too. */
static inline bool mlm_json_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) < 0;
}

#define MLM_NUMBER_TEXT 32

/* The shortest decimal that reads back as the same number: "0.1", "2684354560". Not for NAN. */
const char *mlm_number_text(double number, char text[static MLM_NUMBER_TEXT]);

/* A JSON integer where the number is whole, null for NAN. Returns NULL: out of memory. */
json_t *mlm_json_number(double number);

void mlm_json_write(FILE *out, const json_t *json);

/* Writes an array or an object, each of its items on a line of its own behind `indent` blanks, at least 2. */
void mlm_json_write_lines(FILE *out, const json_t *json, int indent);

/* Writes a text in quotes, escaped. */
void mlm_json_write_text(FILE *out, const char *text);
