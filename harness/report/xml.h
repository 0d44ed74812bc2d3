/* xml.h - text from outside as XML 1.0. What XML has no way to say becomes
 * U+FFFD: control characters, U+FFFE and U+FFFF, bytes that are not UTF-8. One
 * of them, escaped or not, and the whole file is refused by its readers.
 */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include <stdio.h>

/* The content of an element. */
void xml_text(FILE *f, const char *s);

/* ` name="value"`, line ends kept. */
void xml_attribute(FILE *f, const char *name, const char *value);

#endif
