/* svg.h - the small pictures of the page. Each has its text alternative; colours are the style sheet's. */
#ifndef REPORT_HTML_SVG_H
#define REPORT_HTML_SVG_H

#include <stdio.h>

#include "base/base.h"

/* As much of the width as `share` of 1; `mark`, where there is one, is where it should reach. */
struct bar { double share, mark; const char *is, *label; };     /* `is`: our own words, of the style sheet */

void svg_bar(FILE *f, const struct bar *b);

/* From ... to, with a middle, all as shares of 1. */
struct range { double from, middle, to; const char *label; };

void svg_range(FILE *f, const struct range *r);

/* Begins a picture of its own coordinates, that grows and shrinks with the page; `more` is said after the title. */
void svg_begin(FILE *f, const char *is, double width, double height, const char *title, const char *more);
void svg_end(FILE *f);

/* ` name="12.5"`, to a tenth: there are thousands of them. */
void svg_at(FILE *f, const char *name, double at);

void svg_line(FILE *f, const char *is, double x1, double y1, double x2, double y2);
void svg_box(FILE *f, const char *is, double x, double y, double width, double height);

void svg_dot(FILE *f, const char *is, double x, double y, double radius);

enum svg_side { SVG_START, SVG_MIDDLE, SVG_END };

void svg_text(FILE *f, const char *is, enum svg_side side, double x, double y, const char *text);

#endif
