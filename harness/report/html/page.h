/* page.h - a run as one page for a browser: no script, nothing fetched, for screens of any width and for paper. */
#ifndef REPORT_HTML_PAGE_H
#define REPORT_HTML_PAGE_H

#include <stdio.h>

#include "model/report.h"

void html_page(FILE *f, const struct report *r);

#endif
