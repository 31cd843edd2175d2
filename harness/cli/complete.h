/* `mlmembench help --complete WORD…` lists possible completions of the last word, for shells
 * (completions/). */
#pragma once

/* Prints one candidate on each line: the whole word, a tab, and its meaning. ":files" stands for file names.
 * The words are those after the program's name, up to the cursor; the last may be empty. Prints nothing where
 * there is no completion. */
void mlm_complete(int argc, char **argv);
