/* json_value.h - values of a JSON document: text from outside may hold anything,
 * and what is not known is absent.
 */
#ifndef REPORT_JSON_VALUE_H
#define REPORT_JSON_VALUE_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"
#include "model/redact.h"

/* Bytes that are not UTF-8 become question marks; NULL for NULL. */
json_t *json_of_text(const char *s);

/* An array of texts. */
json_t *json_of_texts(const char *const *items, size_t n);

/* As it is written, with 15 digits, so that what is read back is written the same again; null for what is not finite. */
json_t *json_of_number(double x);

/* Adds nothing for NULL. Both take the value over. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_text(json_t *object, const char *key, const char *s);

/* Takes names out of all its texts. */
void json_redact(json_t *value, const struct redaction *names);

/* Writes the document and a newline, on one line if compact, and gives it back. */
bool json_finish(FILE *f, json_t *document, bool compact, struct err *e) MUST_USE;

#endif
