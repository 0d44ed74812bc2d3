/* want.h - which PyTorch was asked for: "torch==2.4.1+cu124", or the line of a
 * requirements file. Pure.
 *
 * Releases are compared number by number. "torch==2.4" is every 2.4.x, which is
 * wider than pip's reading; a variant counts where one is named; a build from
 * source ("2.5.0a0+git1a2b3c4") counts as the release that it names. "torch===..."
 * is that text and no other.
 */
#ifndef MODEL_WANT_H
#define MODEL_WANT_H

#include "base/arena.h"
#include "base/err.h"

enum wanted_relation { WANT_EXACTLY, WANT_IS, WANT_IS_NOT, WANT_AT_LEAST, WANT_AT_MOST, WANT_ABOVE, WANT_BELOW, WANT_COMPATIBLE };

struct wanted {
    enum wanted_relation relation;
    const char *version;        /* "2.4.1"; of WANT_EXACTLY the whole text, "2.5.0a0+git1a2b3c4" */
    const char *variant;        /* "cu124"; NULL: any. Of WANT_IS and WANT_IS_NOT alone */
};

enum { WANTED_MAX = 8 };

struct want {
    const char   *text;         /* "torch>=2.4,<2.6" */
    struct wanted all[WANTED_MAX];
    size_t        n;            /* 0: any PyTorch */
};

/* "torch", "torch==2.4.1+cu124", "torch >= 2.4, < 2.6", "torch~=2.4.0". False with a usage error. */
bool want_parse(struct want *w, struct arena *a, const char *text, struct err *e) MUST_USE;

/* The same from a requirements file: its line of torch. False with a usage error, also where there is none. */
bool want_of_requirements(struct want *w, struct arena *a, const char *text, struct err *e) MUST_USE;

/* Whether a text is meant to be one of those at all; "torchvision" and "torch.cnn" are not. */
bool want_is_about_torch(const char *text);

/* Whether an installed version is one of those; NULL is none. */
bool want_holds(const struct want *w, const char *installed);

/* "2.4.1+cu124" or "2.4.1" if a single release is asked for: what pip would be given. NULL else. */
const char *want_exactly(const struct want *w);

#endif
