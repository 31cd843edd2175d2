/* Names a running program as a person would. */
#pragma once

/* Finds the script in the words of a command line (ended by NULL): "train.py" of `/usr/bin/python3 -u
 * src/train.py`, and the module of `python3 -m NAME`. Relative paths begin in `folder_fd` (or AT_FDCWD).
 * NULL: it is not a known interpreter, or runs no file; code on the command line has no name. */
const char *mlm_script_name(char *const *words, int folder_fd);

/* The last part of a path. */
const char *mlm_base_name(const char *path);
