/* family.h - measurements that are about the same: those whose probes' names differ in the last word. */
#ifndef REPORT_HTML_FAMILY_H
#define REPORT_HTML_FAMILY_H

#include "model/report.h"

struct family { const char *title; size_t n; };     /* n: bytes of the probe's name that are its own */

struct family family_of(const struct judged *j);
bool family_is_same(const struct judged *x, const struct judged *y);

/* The same measurement, perhaps of another GPU. Of probes that this program does not have, each trial has its own copy. */
bool family_is_one(const struct judged *x, const struct judged *y);

/* The probe's name without "bench.". */
const char *family_short(const struct judged *j);

/* Their unit counts operations: "TFLOP/s", "TOP/s". */
bool family_computes(const struct judged *j);

#endif
