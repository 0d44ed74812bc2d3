/* cupti.h - CUPTI (libcupti.so) as a table of function pointers. Nothing of it is
 * switched on: that may need rights, and a profiler may be at work. */
#ifndef LOAD_CUPTI_H
#define LOAD_CUPTI_H

#include "load/dl.h"

typedef int CUptiResult;                /* an enum there */

#define CUPTI_SYMS(SYM) \
    SYM(NEED, CUptiResult, cuptiGetVersion,      (uint32_t *)) \
    SYM(NEED, CUptiResult, cuptiGetResultString, (CUptiResult, const char **)) \
    SYM(NEED, CUptiResult, cuptiGetTimestamp,    (uint64_t *))

struct cupti { struct dl dl; CUPTI_SYMS(DL_FIELD) };

bool cupti_bind(struct cupti *t, void *handle, struct err *e) MUST_USE;

#endif
