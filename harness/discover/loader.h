/* loader.h - where the dynamic loader would find a library, from files alone. */
#ifndef DISCOVER_LOADER_H
#define DISCOVER_LOADER_H

#include "base/root.h"

/* The file that /etc/ld.so.cache names for a soname on this architecture
 * ("x86_64", "aarch64"), NULL if none. */
const char *loader_cache_find(const struct root *root, struct arena *a, const char *soname, const char *arch);

/* Every path in the cache whose file name starts with this ("libcudart.so."). */
size_t loader_cache_list(const struct root *root, struct arena *a, const char *starts, const char *arch, const char ***paths);

/* The same, read once for many questions. NULL if there is no cache. */
const struct loader_cache *loader_cache_open(const struct root *root, struct arena *a);

/* The file that the loader takes: one in a glibc-hwcaps folder for the earliest
 * of these levels ("x86-64-v3", best first), or else the plain one; NULL if none. */
const char *loader_cache_best(const struct loader_cache *c, const char *soname, const char *arch, const char *const *levels,
                              size_t n_levels);

#endif
