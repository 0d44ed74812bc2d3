/* blame.h - explains a fault from the raw facts that the child's handler
 * copied. Pure: no process is looked at, so it is tested by tables and fuzzed.
 */
#ifndef MODEL_BLAME_H
#define MODEL_BLAME_H

#include "base/arena.h"
#include "model/crumb.h"

struct blame {
    const char *file;           /* the library to blame; NULL if it cannot be told */
    const char *sentence;       /* "SIGSEGV at address 0x0", "SIGBUS: ... is shorter than it was mapped" */
};

/* `self` is our own program's path: never blamed while there is anyone else. */
struct blame blame_explain(const struct crumb *c, const char *self, struct arena *a);

/* "SIGSEGV" for 11; "signal 42" for those without a name here. */
const char *signal_name(int signo, char out[16]);

#endif
