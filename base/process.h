/* What this program makes of the state in which it was started. */
#pragma once

/* Before anything is opened or started. Standard descriptors that are closed are held by a /dev/null that
 * fails as they would have: else a file of ours would get the number, and messages would go into it. A parent
 * that ignores SIGCHLD, or blocks signals, has us inherit that: no child could be waited for, no Ctrl-C be
 * seen. */
void mlm_process_begin(void);
