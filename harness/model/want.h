/* want.h - which PyTorch was asked for: "torch==2.4.1+cu124", or the line of a
 * requirements file. Pure.
 *
 * Specifiers are pip's (pep440.h), but that "torch==2.4" is every 2.4.x. A build
 * from source ("2.5.0a0+git1a2b3c4") counts as the release that it names;
 * "torch===..." is that text and no other.
 */
#ifndef MODEL_WANT_H
#define MODEL_WANT_H

#include "base/arena.h"
#include "base/err.h"

struct want {
    const char *text;           /* as it was written: "torch>=2.4,<2.6" */
    const char *specifiers;     /* ">=2.4,<2.6"; "": any PyTorch */
    const char *exactly;        /* of ===: the whole version; else NULL */
    const char *release;        /* the one release, or series, that == names: "2.4.1", "2.4"; NULL for anything else */
    const char *variant;        /* with a release: "cu124"; NULL: any */
};

/* "torch", "torch==2.4.1+cu124", "torch >= 2.4, < 2.6", "torch~=2.4.0". False with a usage error. */
bool want_parse(struct want *w, struct arena *a, const char *text, struct err *e) MUST_USE;

/* The same from a requirements file: its line of torch. False with a usage error, also where there is none. */
bool want_of_requirements(struct want *w, struct arena *a, const char *text, struct err *e) MUST_USE;

/* Whether a text is meant to be one of those at all; "torchvision" and "torch.cnn" are not. */
bool want_is_about_torch(const char *text);

/* Whether an installed version is one of those; NULL is none. */
bool want_holds(const struct want *w, const char *installed);

#endif
