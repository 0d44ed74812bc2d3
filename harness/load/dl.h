/* dl.h - shared libraries, opened and bound to tables of symbols.
 *
 * Only a child process may include this: the parent never maps a vendor
 * library, because a wedged driver can hold a caller for ever. Nothing is ever
 * closed, RTLD_NOW always, RTLD_DEEPBIND never.
 */
#ifndef LOAD_DL_H
#define LOAD_DL_H

#include "base/err.h"

enum dl_need { DL_NEED, DL_WANT };      /* absent: an error, or NULL */

struct dl_sym {
    const char  *name;
    size_t       at;                    /* offset of the pointer in the table */
    enum dl_need need;
};

/* The first member of every table. */
struct dl {
    void *handle;                       /* NULL: not bound */
    char  path[1024];                   /* the file that is truly mapped */
    char  hook[1024];                   /* a preloaded file that answers some of its calls first; "" if none */

    /* Says in words what the library's code means: "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected". */
    void (*explain)(const struct dl *lib, long code, char *out, size_t size);
};

/* Opens a file by absolute path, or by soname for the loader to find. */
bool dl_open(void **handle, const char *file, bool global, struct err *e) MUST_USE;

/* Fills a table from an open library. A symbol that lives in one of the
 * library's own dependencies does not count as present: it would hide that the
 * library is too old. One that a preloaded file answers is bound to that file,
 * as the user's calls are, and lib->hook names it. */
bool dl_bind(struct dl *lib, void *handle, const struct dl_sym *syms, size_t n, struct err *e) MUST_USE;

/* The path of a mapped library whose family (model/stack.h) is this one; false
 * if there is none. A second one, if any, goes to `other` ("" if not). */
bool dl_find_mapped(const char *family, char path[1024], char other[1024]);

/* Calls `each` with the path of every mapped file that is a shared library. */
void dl_each_mapped(void (*each)(const char *path, void *arg), void *arg);

/* A handle of a library that is already mapped; NULL if it is not. */
void *dl_handle_of_mapped(const char *path);

/* A symbol list is one macro of SYM(need, return type, name, parameters).
 * These turn it into the fields of a table and into the rows to bind. */
#define DL_FIELD(need, ret, name, params)   ret (*name) params;
#define DL_ROW(need, ret, name, params)     { #name, offsetof(struct DL_TABLE, name), DL_##need },

#endif
