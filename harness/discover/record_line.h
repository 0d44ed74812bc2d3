/* record_line.h - one line of a wheel's RECORD: "torch/lib/libtorch.so,sha256=...,12345". */
#ifndef DISCOVER_RECORD_LINE_H
#define DISCOVER_RECORD_LINE_H

#include "base/arena.h"

struct record_line {
    const char *path;           /* below the folder that holds the dist-info; may begin with "../" */
    const char *sha256;         /* 43 characters of urlsafe base64; NULL: none is listed */
    long        bytes;          /* -1: not listed */
};

/* False for what is no such line. The line need not be terminated. */
bool record_line_read(struct record_line *out, struct arena *a, const char *line, size_t n);

#endif
