/* sheet.h - reads an order sheet: one demand a line (model/require.h). What stands
 * behind a '#' that begins a line or follows a blank is a comment, but not within "quotes".
 */
#ifndef STORE_SHEET_H
#define STORE_SHEET_H

#include "model/require.h"

/* Errors name file and line. A sheet that demands nothing is an error, too. */
bool sheet_read(struct require *q, struct arena *a, const char *path, struct err *e) MUST_USE;

/* The same from text; `name` is how errors call it. */
bool sheet_parse(struct require *q, struct arena *a, const char *text, const char *name, struct err *e) MUST_USE;

#endif
