/* Words to the user beside what was asked for. They may hold parts of files that came from elsewhere. */
#pragma once

/* One line on standard error, in which nothing commands the terminal. */
void mlm_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
