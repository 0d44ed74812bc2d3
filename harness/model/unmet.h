/* unmet.h - what the libraries of a stack, or extensions that were built on it, ask the loader for and do not get. */
#ifndef MODEL_UNMET_H
#define MODEL_UNMET_H

enum unmet_kind {
    UNMET_LIBRARY,              /* it needs a library that is found nowhere */
    UNMET_SYMBOL,               /* it needs a symbol that no library of the process defines */
    UNMET_PART,                 /* it opens a library by its name, while a program runs, that is found nowhere */
    UNMET_OWN,                  /* what it needs is found, but elsewhere: the stack's own file is not the one that is used */
};

struct unmet {
    enum unmet_kind kind;
    const char *file, *version;                 /* what asks, and its version; the version NULL if not known */
    const char *package;                        /* what brought it, "flash-attn 2.5.9", where it is no part of the stack; NULL: it is */
    const char *name;                           /* "libcudart.so.13", "__nvJitLinkComplete_12_4" */
    const char *library;                        /* of a symbol: what should define it, "libnvJitLink.so.12"; NULL for PyTorch's own */
    const char *taken, *taken_version;          /* the file that is used for it; NULL: there is none */
    const char *how;                            /* why that one is found, or none: "LD_LIBRARY_PATH: /usr/local/cuda/lib64" */
    const char *own, *own_version;              /* the stack's own file of that name, or the one it has of another version; NULL: it has none */
    const char *alike;                          /* of a symbol: the one that is defined and differs in the C++ ABI alone; NULL: there is none */
};

#endif
