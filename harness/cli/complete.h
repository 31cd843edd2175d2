/* `mlmembench help --complete WORD…`: what the last word may become, for shells (completions/). */
#pragma once

/* Prints one candidate a line: the whole word, a tab, and what it is for. ":files" stands for names of files.
 * The words are those behind the program's name, as far as the cursor; the last one may be empty. What cannot
 * be completed prints nothing. */
void mlm_complete(int argc, char **argv);
