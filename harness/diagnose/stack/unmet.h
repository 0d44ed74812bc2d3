/* unmet.h - for the ailments of libraries and of extensions: what was not met (model/unmet.h), and what mends it. */
#ifndef DIAGNOSE_UNMET_H
#define DIAGNOSE_UNMET_H

#include "diagnose/look.h"

/* Whether it is about a library whose name begins so, "libcudnn"; and, for a whole name, goes on with ".so". */
bool unmet_is_about(const struct unmet *u, const char *start);

/* "libcusparse.so.12 12.3.1.170" */
const char *unmet_file(const struct look *l, const char *path, const char *version);

/* 12 of "libcudart.so.12"; 0: its name tells none. */
long soname_major(const char *name);

/* Both files, their versions, and why the other one is found. */
void evidence_of_unmet(struct look *l, const struct unmet *u);

/* What takes the other file out of the way: a variable, a folder of the loader's. False, and no fix, where it is the stack's own. */
bool fix_way_of(struct look *l, const struct unmet *u);

/* NVIDIA's package of that component, "cuda-nvrtc", in the version that the PyTorch pins, anew. False, and no fix, where pip does not install
 * there or nothing is pinned. */
bool fix_by_pin(struct look *l, const char *component);

/* The component that brings such a library, "nvjitlink" for "libnvJitLink.so.12"; NULL: none of NVIDIA's packages does. */
const char *component_of_library(const char *name);

#endif
