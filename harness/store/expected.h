/* expected.h - the tables of expected builds, from the program itself or from a
 * folder of the same files.
 */
#ifndef STORE_EXPECTED_H
#define STORE_EXPECTED_H

#include "base/err.h"
#include "model/expected.h"

/* dir: the folder of --data; NULL: the tables that this program carries. False
 * on the first thing that is wrong in any of them: the error names file, row
 * (by its place and by what it is about) and reason. */
bool expected_read(struct expected *x, struct arena *a, const char *dir, struct err *e) MUST_USE;

/* The same from one text, for a table by its file name ("torch.json"). */
bool expected_parse(struct expected *x, struct arena *a, const char *name, const char *text, size_t n, struct err *e) MUST_USE;

#endif
