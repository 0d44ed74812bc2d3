/* err.h - why a function returned false.
 *
 * A function that can fail takes `struct err *` last and returns bool.
 * The setters return false, so failing is one line:
 *
 *     if (fd < 0)
 *         return err_sys(e, "open %s", path);
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/base.h"

enum err_kind {
    ERR_NONE,
    ERR_SYS,        /* errno says why */
    ERR_FORMAT,     /* the bytes are not what they should be */
    ERR_LIMIT,      /* one of our own bounds was reached */
    ERR_USAGE,      /* the user asked for something that does not exist */
};

struct err {
    enum err_kind kind;
    int           code;         /* errno, for ERR_SYS */
    char          text[512];    /* outermost context first */
};

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool err_sys(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Puts "context: " before the text that is already there. */
bool err_in(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
