/* stack.h - a stack: a named set of library files that belong together. */
#ifndef MODEL_STACK_H
#define MODEL_STACK_H

#include "model/elf_facts.h"
#include "model/unmet.h"

enum stack_kind {
    STACK_TOOLKIT,              /* a CUDA toolkit: runfile, Debian/Ubuntu or RPM packages */
    STACK_PYTHON,               /* a PyTorch in a Python environment: venv, conda, user site, system */
    STACK_LIBTORCH,             /* a libtorch folder, or Debian's libtorch packages */
};

/* When the stack's user opens an entry. What torch/__init__.py does is such a
 * little program: open libtorch_global_deps; if that fails, open the list and
 * try again; if it worked, open the list all the same (newer releases). */
enum entry_when {
    ENTRY_ALWAYS,               /* a failure is the stack's failure */
    ENTRY_DEPS,                 /* opened always; a failure is remembered, and decides about the next two */
    ENTRY_IF_DEPS_FAILED,       /* opened only then; a failure is the stack's failure */
    ENTRY_IF_DEPS_OPENED,       /* opened only then, best effort: the first failure ends this group and is ignored */
};

struct entry {
    const char     *file;       /* absolute path, or a soname for the loader to find */
    bool            global;     /* RTLD_GLOBAL, else RTLD_LOCAL; always RTLD_NOW */
    enum entry_when when;
    const char     *if_mapped;  /* for ENTRY_IF_DEPS_OPENED: only if a mapped path contains this; NULL: no condition */
};

/* A library file that belongs to the stack. */
struct member {
    const char      *family;    /* the name without "lib", hash, ".so" and version: "cudnn_ops", "cublasLt", "torch_cpu" */
    const char      *path;      /* where this process opens it: the real file, links followed */
    const char      *place;     /* where it lies on its own machine; equal to path unless --root */
    const char      *version;   /* what its package says: dist-info, version.json, header; NULL if nothing says */
    const char      *source;    /* which file said so */
    const struct elf_facts *elf;        /* NULL if it is not a readable ELF file: then why_bad says why */
    const char      *why_bad;   /* "truncated: 4096 of 47 MB", "for aarch64, this machine is x86_64"; NULL if fine */
};

/* A version that files state about the stack as a whole. */
struct stack_version { const char *what, *version, *source; };      /* "torch", "2.5.1+cu124", ".../torch/version.py" */

struct stack {
    const char     *name;       /* "toolkit-13.0", "venv:/opt/app", "conda:base", "libtorch:/opt/lt" */
    enum stack_kind kind;
    const char     *prefix;     /* the folder it lives in */
    const char     *lib_dir;    /* toolkit: its lib64; PyTorch: torch/lib */
    const char     *python;     /* the environment's interpreter, NULL if none */
    const char     *found_by;   /* "active venv", "ld.so.cache", "--stack", ... */
    const struct entry         *entries;    size_t n_entries;
    const struct member        *members;    size_t n_members;
    const struct stack_version *versions;   size_t n_versions;
    const struct unmet         *unmet;      size_t n_unmet;     /* what its libraries and its extensions do not get */
    const char     *unusable;   /* "CPU-only build", "ROCm build": why GPU trials do not apply; NULL otherwise */
    const char     *broken;     /* it was asked for and cannot be read at all: the reason; NULL otherwise */
};

/* The member of that family, or NULL. */
const struct member *stack_member(const struct stack *s, const char *family);

/* The stated version of "torch", "cuda", "cudnn", ... or NULL. */
const char *stack_version(const struct stack *s, const char *what);

/* "cudnn_ops" for any of /x/libcudnn_ops.so.9.1.0, libcudnn_ops-1f3a9c2b.so.9,
 * libcudnn_ops.so; NULL if the name is not a shared library's. The result is in the arena. */
struct arena;
const char *library_family(struct arena *a, const char *path);

#endif
