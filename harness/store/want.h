/* want.h - reads which PyTorch is asked for from a file: pip's requirements, or a saved run. */
#ifndef STORE_WANT_H
#define STORE_WANT_H

#include "model/want.h"

/* Of a saved run it is what its first PyTorch was. */
bool want_read(struct want *w, struct arena *a, const char *path, struct err *e) MUST_USE;

#endif
