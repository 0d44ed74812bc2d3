/* packages.h - which version a package manager's files give a library. */
#ifndef DISCOVER_PACKAGES_H
#define DISCOVER_PACKAGES_H

#include "discover/stacks.h"

/* One installed package: "nvidia_cudnn_cu12-9.1.0.70.dist-info" is component
 * "cudnn", distribution "nvidia-cudnn-cu12", version "9.1.0.70". */
struct package { const char *component, *distribution, *version, *source; };

struct packages { struct package *items; size_t n; };

/* Adds every *.dist-info folder in a folder. */
void packages_add_folder(struct packages *p, struct search *s, const char *dir);

/* Adds one by hand: from a header, version.json or conda-meta. */
void packages_add(struct packages *p, struct arena *a, const char *component, const char *version, const char *source);

/* The package that brings libraries of this family ("cudnn_ops"), or NULL. */
const struct package *packages_of_family(const struct packages *p, const char *family);

/* Whether this distribution ("nvidia-cudnn-cu12") brings the libraries of this family. */
bool distribution_brings(struct arena *a, const char *distribution, const char *family);

/* Whether NVIDIA's packages bring such libraries: "cudnn_ops", not "stdc++". */
bool family_is_vendors(const char *family);

const struct package *packages_of_distribution(const struct packages *p, const char *distribution);

/* Whether libraries of this family are the package's own work, so that its
 * version is theirs: torch's wheel also carries libgomp and libcusparseLt. */
bool package_brings(const struct package *p, const char *family);

/* Gives every member without a version the one in its file's own name, else the
 * one its package states. */
void packages_version_members(const struct packages *p, struct arena *a, struct stack *stack);

/* "12.4.127" of libcudart.so.12.4.127. Two numbers or fewer are a soname, which
 * need not be the version (libcufft.so.11 is of CUDA 12): NULL. */
const char *library_version_from_name(struct arena *a, const char *path);

void stack_add_version(struct stack *stack, struct arena *a, const char *what, const char *version, const char *source);

/* "13" of `#define NAME 13`; NULL if it is not there. */
const char *header_number(struct arena *a, const char *text, const char *name);

#endif
