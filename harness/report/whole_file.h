/* whole_file.h - a file that is there whole or not at all: written beside its
 * place, then renamed. Whoever reads it meanwhile reads the old one.
 */
#ifndef REPORT_WHOLE_FILE_H
#define REPORT_WHOLE_FILE_H

#include <stdio.h>

#include "base/err.h"
#include "model/report.h"

struct whole_file {
    char  path[4096];           /* with links followed: they stay */
    char  part[4200];           /* path and the suffix */
    FILE *f;                    /* write here */
    bool  direct;               /* a device or a pipe is there: it is written to, not replaced */
};

/* Whether what is there is no regular file, so that nothing can take its place. */
bool whole_file_is_special(const char *path);

/* The suffix is of the file that grows. */
bool whole_file_begin(struct whole_file *w, const char *path, const char *suffix, struct err *e) MUST_USE;

/* Whether it could be begun; what is there stays. */
bool whole_file_check(const char *path, struct err *e) MUST_USE;

/* Gives the file its place; written: the writer's own success, e already says why
 * not. On any error the old file stays as it was and nothing else is left. */
bool whole_file_end(struct whole_file *w, bool written, struct err *e) MUST_USE;

/* All of it, by way of PATH.new: a name that no collector of PATH's kind takes for its own. */
bool whole_file_write(const char *path, void (*write)(FILE *, const struct report *), const struct report *r, struct err *e) MUST_USE;

#endif
