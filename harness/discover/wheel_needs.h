/* wheel_needs.h - where a library inside a wheel will find what it needs. */
#ifndef DISCOVER_WHEEL_NEEDS_H
#define DISCOVER_WHEEL_NEEDS_H

#include "discover/zip.h"
#include "model/wheel.h"

/* Fills wheel_needs of one library: by its own RPATH or RUNPATH relative to
 * $ORIGIN, by a package that the wheel pins, or by the system. */
void wheel_needs(struct inspected *one, struct arena *a, const struct wheel *w, const struct zip *z);

#endif
