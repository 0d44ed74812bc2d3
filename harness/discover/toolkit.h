/* toolkit.h - what the two halves of finding toolkits share. */
#ifndef DISCOVER_TOOLKIT_H
#define DISCOVER_TOOLKIT_H

#include "discover/packages.h"

/* Versions of cuDNN, NCCL and cuBLAS from the headers in that folder. */
void toolkit_read_headers(struct packages *p, struct search *s, const char *include);

/* Sets the entries anew from the members. */
void toolkit_add_entries(struct search *s, struct stack *stack);

/* cuDNN and NCCL come as packages of their own and lie where the loader finds
 * them: each joins the newest toolkit that has none and whose major release it
 * is made for. */
void toolkits_adopt(struct search *s);

/* version.json: { "cuda": {"version": "13.0.1"}, "libcublas": {"version": ...} }. Adds what it says of libraries and
 * gives what it says of the whole; NULL if it is not there. */
const char *toolkit_read_versions(struct packages *p, struct search *s, const char *path);

#endif
