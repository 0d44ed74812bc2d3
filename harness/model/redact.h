/* redact.h - takes the names of people and machines out of what is given to others. Pure. */
#ifndef MODEL_REDACT_H
#define MODEL_REDACT_H

#include "base/arena.h"

struct redaction {
    const char *hostname;       /* whole words that are it become HOST; NULL: not known */
    const char *user;           /* the same in paths and before an '@': USER; NULL: not known, or nobody's (root) */
};

/* The text without them, and without the names that follow /home/ (USER, too). Versions, paths below and everything else stay.
 * The text itself where there is nothing to take out. */
const char *redact(const struct redaction *names, const char *text, struct arena *a);

#endif
