/* Repairs the state in which a program was started, before it does anything else. */
#pragma once

/* Call this before anything is opened or started. It fills closed standard descriptors with a /dev/null whose
 * use fails, because otherwise a file of ours would get the number and messages would be written into it. It
 * also resets SIGCHLD and the signal mask: a parent that ignores SIGCHLD, or blocks signals, passes this on,
 * and then no child could be waited for and Ctrl-C would have no effect. */
void mlm_process_begin(void);
