/* markup.h - text from outside as HTML. Whatever a library, a file or a machine is named:
 * it stays text, within an element as within a quoted attribute. Control characters,
 * bytes that are not UTF-8, and what turns the direction of reading become U+FFFD.
 */
#ifndef REPORT_HTML_MARKUP_H
#define REPORT_HTML_MARKUP_H

#include <stdio.h>

#include "base/base.h"

/* Our own words, as they are: the only way in which markup is written. */
void markup(FILE *f, const char *own);

/* NULL is nothing. */
void markup_text(FILE *f, const char *s);

/* Formats, then writes all of it as text. */
void markup_print(FILE *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ` name="value"`. */
void markup_attribute(FILE *f, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* <tag>text</tag>, or <tag class="is">text</tag>; tag and is are our own words. */
void markup_element(FILE *f, const char *tag, const char *is, const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
