/* python.h - a Python environment as its files describe it. */
#ifndef DISCOVER_PYTHON_H
#define DISCOVER_PYTHON_H

#include "discover/packages.h"

struct python {
    const char        *prefix;          /* "/opt/app"; NULL for a bare site-packages folder */
    const char        *interpreter;     /* its bin/python3; NULL if there is none */
    const char        *version;         /* "3.11"; NULL if unknown */
    const char *const *path; size_t n_path;     /* sys.path as far as files tell, in order */
    bool               is_venv, is_conda;
};

/* Reads the environment at that prefix. The version ("3.11") says which of
 * several lib/python3.X is meant; NULL: what the interpreter or pyvenv.cfg says. */
void python_read(struct search *s, struct python *py, const char *prefix, const char *version);

/* The one that a shell would start: the active environment's, else python3 on PATH; false if there is none. */
bool python_active(struct search *s, struct python *py);

/* The folder of `pip install --user`; NULL if there is none or it is turned off. */
const char *python_user_base(const struct search *s);

/* What `import torch` opens, in its order and with its flags, as that release's
 * own torch/__init__.py says (torch_entries.c). */
void torch_entries(struct search *s, struct stack *stack, const struct python *py, const char *torch_dir);

/* What its files say it needs of others (torch_needs.c), as versions:
 *     requires:NAME, installed:NAME    what its metadata pins, and what is there, of NVIDIA's packages and torch
 *     record:NAME                      the file that lists what such a package brought
 *     python:abi                       a Python that its extension was built for
 *     conda:version, conda:pytorch     conda's version of it and its build string
 *     conda:cpuonly                    conda's package that holds PyTorch to builds without CUDA is there
 *     needs:glibc, :glibcxx, :cxxabi   the newest versions of symbols that its libraries, and what they need, ask for */
void torch_needs(struct search *s, struct stack *stack, const struct python *py, const char *torch_dir, const struct packages *p);

/* The last two alone: of any libtorch. */
void torch_needs_of_system(struct search *s, struct stack *stack);

/* Versions from torch/version.py; false if there is none. */
bool torch_versions(struct search *s, struct stack *stack, const char *path);

/* The value of NAME in `NAME = 'value'` or `NAME: Optional[str] = 'value'`; NULL if absent or None. */
const char *python_assigned(struct arena *a, const char *text, const char *name);

/* Marks members that are not as the package's RECORD lists them, and adds those
 * that are missing (record.c). */
void packages_check_records(const struct packages *p, struct search *s, struct stack *stack);

/* All shared libraries of a folder. */
void members_add_folder(struct search *s, struct stack *stack, const char *dir);

#endif
