/* loader.h - where the dynamic loader would find a library, from files alone. */
#ifndef DISCOVER_LOADER_H
#define DISCOVER_LOADER_H

#include "base/root.h"

/* The file that /etc/ld.so.cache names for a soname on this architecture
 * ("x86_64", "aarch64"), NULL if none. */
const char *loader_cache_find(const struct root *root, struct arena *a, const char *soname, const char *arch);

/* Every path in the cache whose file name starts with this ("libcudart.so."). */
size_t loader_cache_list(const struct root *root, struct arena *a, const char *starts, const char *arch, const char ***paths);

#endif
