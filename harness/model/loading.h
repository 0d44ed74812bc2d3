/* loading.h - which file the dynamic loader takes for each library that a file
 * needs, and why that one.
 */
#ifndef MODEL_LOADING_H
#define MODEL_LOADING_H

#include "base/arena.h"

/* In the order in which glibc's loader looks (ld.so(8)). */
enum found_by {
    FOUND_NOT,                  /* nowhere: the loader would stop */
    FOUND_LOADED,               /* a file of that soname is loaded already, whatever the paths say */
    FOUND_PRELOAD,              /* LD_PRELOAD or /etc/ld.so.preload brought it */
    FOUND_PATH,                 /* its name has a '/': no search */
    FOUND_RPATH,                /* DT_RPATH of the file that needs it, or of one of those that needed that */
    FOUND_LIBRARY_PATH,         /* LD_LIBRARY_PATH */
    FOUND_RUNPATH,              /* DT_RUNPATH of the file that needs it */
    FOUND_CACHE,                /* /etc/ld.so.cache */
    FOUND_DEFAULT,              /* a default folder */
};

/* One library that is needed: directly, or by what is needed. */
struct loading {
    const char   *name;         /* as it is asked for: "libcublas.so.12", "/opt/x/liby.so" */
    const char   *asked_by;     /* the path of the file that asks first */
    size_t        depth;        /* 1: the inspected file itself asks */
    enum found_by by;
    const char   *path;         /* where the loader opens it, links not followed; NULL for FOUND_NOT */
    const char   *entry;        /* the entry of the search path that led there, as it is written: "$ORIGIN/../lib"; NULL where there is none */
    const char   *whose;        /* the file whose RPATH or RUNPATH that is; for FOUND_PRELOAD "LD_PRELOAD" or "/etc/ld.so.preload"; NULL for the others */
    const char   *passed_over;  /* a file of that name that was found before and not taken, with the reason: "/a/libx.so: 32-bit"; NULL */
};

/* "the RUNPATH of libtorch.so: $ORIGIN/../../nvidia/cublas/lib", "the loader's cache", "nowhere"; with what was passed over
 * behind it. In the arena. */
const char *loading_why(struct arena *a, const struct loading *l);

#endif
