/* libcuda.h - which libcuda.so.1 programs get here, and how they are given another. */
#ifndef DIAGNOSE_LIBCUDA_H
#define DIAGNOSE_LIBCUDA_H

#include "diagnose/look.h"

/* The file that programs get is one of that kind, by its path: as the driver's trial mapped it, and as the loader would take it from files. */
bool libcuda_is(const struct look *l, enum driver_file_kind kind);

/* A driver's own libcuda that is of another version than the loaded module, though one of the module's version lies elsewhere. */
bool libcuda_is_shadowed(const struct look *l);

/* A GPU answers: whatever files suggest, this libcuda works. */
bool libcuda_works(const struct look *l);

/* Which file it is and why it comes first, as evidence. */
void evidence_of_libcuda(struct look *l);

/* What makes the host's own come first: without the folder that is in the way, or with its own before it. */
void fix_libcuda(struct look *l);

#endif
