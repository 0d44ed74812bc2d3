/* loader_host.h - what the dynamic loader of a machine was built with, and which
 * processor it runs on. */
#ifndef DISCOVER_LOADER_HOST_H
#define DISCOVER_LOADER_HOST_H

#include "base/root.h"

struct loader_host {
    const char        *arch;                            /* "x86_64" */
    const char        *interpreter;                     /* the loader itself; NULL if its place is not known */
    const char *const *folders; size_t n_folders;       /* the default ones, in order, without '/' at their end */
    const char        *lib, *platform;                  /* $LIB and $PLATFORM */
    const char        *levels[3]; size_t n_levels;      /* folders in glibc-hwcaps that count, best first: "x86-64-v3" */
};

/* The default folders are those that the bytes of the loader name: Debian's,
 * Red Hat's and others' differ. Where it is not below the root, they are told
 * by which folders are there. The processor is that of /proc/cpuinfo; without
 * it no glibc-hwcaps folder counts, nor where the loader is older than 2.33 and
 * knows none. `interpreter` NULL: the usual one of that architecture. */
void loader_host_read(struct loader_host *h, struct arena *a, const struct root *root, const char *arch, const char *interpreter);

#endif
