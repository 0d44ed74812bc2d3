/* loaded.h - the objects that a dynamic loader has loaded so far, and how it
 * looks for one more. What loader_search.c is made of. */
#ifndef DISCOVER_LOADED_H
#define DISCOVER_LOADED_H

#include "discover/environment.h"
#include "discover/loader.h"
#include "discover/loader_file.h"
#include "discover/loader_host.h"
#include "discover/search_path.h"
#include "model/elf_facts.h"
#include "model/loading.h"

struct object {
    const char          *path;          /* as it was opened, made absolute; NULL for the program that nothing is known of */
    const char         **names; size_t n_names;     /* it was asked for by these; its soname is another */
    struct object       *asker;         /* the object for whose sake it was loaded; NULL for the first */
    struct elf_facts     elf;
    struct path_tokens   tokens;
    struct search_path   rpath, runpath;
    bool                 paths_read;
    dev_t                device;
    ino_t                inode;
    const char          *preloaded_by, *preload;    /* "LD_PRELOAD" and the word in it that brought it; NULL for all others */
    size_t               depth;         /* of the walk that goes on; 0 before it comes here */
    bool                 reached;
};

/* A name that was looked for, for whose sake (NULL: to preload it), and what came of it. */
struct answer { const struct object *asker; struct object *object; struct loading loading; };

struct loaded {
    struct arena              *arena;
    const struct root         *root;
    struct loader_host         host;
    struct loader_kind         kind;
    const struct loader_cache *cache;
    const char                *current;         /* the current folder */
    struct object            **objects; size_t n_objects;       /* in the order of loading; the program is the first */
    struct answer             *answers; size_t n_answers;
    struct search_path         environment, defaults;
    long                       budget;          /* of files tried, folders and names: hostile files must not keep us */
};

enum { OBJECTS_MAX = 512, ANSWERS_MAX = 2048, BUDGET = 200000 };

/* Appends the object for a file that was opened; closes it. */
struct object *loaded_add(struct loaded *l, struct loader_file *file, const char *path, const char *name, struct object *asker);

/* The object that answers to a name already, NULL if none does. */
struct object *loaded_match(const struct loaded *l, const char *name);

/* Looks for a name as the loader does, loads what it finds (unless that file is
 * loaded under another name), and keeps the answer. The object, or NULL. */
struct object *loaded_find(struct loaded *l, const char *name, struct object *asker);

/* The current folder: of another machine's process, its PWD. */
const char *loader_folder(struct arena *a, const struct root *root, const struct environment *env);

/* The loader of that architecture, with its folders and its cache; `interpreter` NULL: the usual one. */
void loader_is_of(struct loaded *l, const char *arch, const char *interpreter);

/* Some program starts, that needs libc.so.6 and nothing else, with what the environment preloads (loader_search.c). */
bool loader_start(struct loaded *l, const struct environment *env, struct err *e) MUST_USE;

/* It opens a library, by its path or by a name, and all that it needs; what is not found is among the answers. `asker`: the library
 * that opens it; NULL: the program itself. NULL: the loader takes no such file, or it needs more than any real one does. */
struct object *loader_open(struct loaded *l, const char *path, struct object *asker, struct err *e) MUST_USE;

/* The same path, absolute. */
const char *loaded_absolute(const struct loaded *l, const char *path);

#endif
