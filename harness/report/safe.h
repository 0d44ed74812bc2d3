/* safe.h - printing for people. Libraries, files and machines put their own
 * words into a report: none of them may move the cursor, change colours, or
 * start a line that looks like ours.
 */
#ifndef REPORT_SAFE_H
#define REPORT_SAFE_H

#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"

#define SAFE_REPLACEMENT "\xef\xbf\xbd"             /* U+FFFD */

/* Like fprintf, but only the newlines that `fmt` begins and ends with are
 * printed as such. Control characters become blanks, bytes that are not UTF-8
 * question marks. Returns the columns taken, one for each character. */
int safe_print(FILE *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
int safe_vprint(FILE *f, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* The character at *s, which is not the end, n bytes of it, and *s behind it. A
 * byte that is not UTF-8 gives U+FFFD. For writers that escape in their own way. */
const char *safe_next(const char **s, size_t *n);

/* A character that may move a cursor or end a line. */
bool safe_is_control(const char *c);

#endif
