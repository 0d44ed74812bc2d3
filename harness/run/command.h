/* command.h - a user's command within a time limit: its output is handed on as it comes, and nothing of it is left behind. */
#ifndef RUN_COMMAND_H
#define RUN_COMMAND_H

#include "base/arena.h"
#include "base/err.h"

struct command {
    char *const *argv;          /* found by PATH; it gets our standard input, folder and environment */
    unsigned     limit_s;
    /* What it writes to standard output and standard error, in its order. */
    void       (*take)(void *taker, const char *bytes, size_t n);
    void        *taker;
};

struct command_end {
    int  exit_code;             /* of one that exited */
    int  signo;                 /* that killed it; 0: it exited */
    bool timed_out;             /* ended because its time was up */
    bool interrupted;           /* ended because we, or it, were told to stop */
};

/* False: it could not be started. Ctrl-C ends both; what it leaves running in its process group is ended, too.
 * process_setup() must have been called. */
bool command_run(const struct command *c, struct command_end *end, struct err *e) MUST_USE;

#endif
