/* json_value.h - the small parts that every JSON document is made of. */
#ifndef REPORT_JSON_VALUE_H
#define REPORT_JSON_VALUE_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"

/* Text from outside may hold anything: jansson refuses bytes that are not
 * UTF-8, so they are replaced. NULL for NULL. */
json_t *json_text(const char *s);

/* As it is written, with 15 digits: what is read back is written the same
 * again. Null where it is not finite. */
json_t *json_number(double x);

/* Unknown is absent: NULL adds nothing. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_text(json_t *object, const char *key, const char *s);

/* Prints it with a newline behind it, and gives it back. */
bool json_print(FILE *f, json_t *all, size_t flags, struct err *e) MUST_USE;

#endif
