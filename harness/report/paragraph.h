/* paragraph.h - text for people, wrapped at a width. */
#ifndef REPORT_PARAGRAPH_H
#define REPORT_PARAGRAPH_H

#include <stdio.h>

/* The label behind `indent` blanks, then the text, wrapped at its blanks: what
 * follows the first line starts below the text's first word. */
void paragraph(FILE *f, int width, int indent, const char *label, const char *text);

#endif
