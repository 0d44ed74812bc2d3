/* calls.h - every vendor call goes through one of these two. */
#ifndef CHILD_CALLS_H
#define CHILD_CALLS_H

#include "load/dl.h"

struct child;

/* No argument may make a vendor call of its own: its end would be taken for this one's (scripts/bans).
 *
 * MUST(c, cuda, cuInit(0)) - the call returns 0, or the trial stops here with a
 * record that names the call, the library and what the code means. */
#define MUST(c, lib, call) \
    do { \
        long code_ = CALL(c, lib, call); \
        if (code_ != 0) \
            child_call_failed((c), #call, &(c)->lib.dl, code_); \
    } while (0)

/* CALL(c, cuda, cuInit(0)) - the code, for calls that may fail. */
#define CALL(c, lib, call) \
    (child_enter((c), #call, (c)->lib.dl.path), child_leave((c), (long)(c)->lib.call))

/* VALUE(c, cudnn, cudnnGetVersion()) - for calls whose result is a value. */
#define VALUE(c, lib, call) \
    __extension__ ({ \
        child_enter((c), #call, (c)->lib.dl.path); \
        __typeof__((c)->lib.call) value_ = (c)->lib.call; \
        child_leave((c), 0); \
        value_; \
    })

/* Set the breadcrumb around a call. `library` is the file that serves it. */
void child_enter(struct child *c, const char *call, const char *library);
long child_leave(struct child *c, long code);

_Noreturn void child_call_failed(struct child *c, const char *call, const struct dl *lib, long code);

#endif
