/* matrix.h - which official builds fit a machine, which of them is best, and how
 * to install it. Pure.
 */
#ifndef MODEL_MATRIX_H
#define MODEL_MATRIX_H

#include "base/err.h"
#include "model/fit.h"

/* Which builds are asked about; NULL: all of them. */
struct matrix_ask {
    const char *torch;          /* "2.3", "2.3.1", "2.3.1+cu121" */
    const char *cuda;           /* "12", "12.1" */
    bool        all;            /* every patch release, not only the newest of each minor version */
};

/* What a shell is given; conda NULL: the build is not in PyTorch's own channel, and pip is used inside the environment. */
struct install { const char *pip, *uv, *conda; };

struct matrix {
    const struct fit_host *host;
    const struct fit *fits; size_t n;       /* newest release first, then by CUDA */
    const struct fit *best;                 /* NULL: none runs */
    struct install    install;              /* of the best; else of what the hint names */
    const char       *hint;                 /* none runs: the one thing that would change it; NULL: no one thing */
    const char       *closing;              /* one sentence */
};

/* False, a usage error, where a release is asked for that the tables do not
 * have: it names the nearest that they have. Asking for a CUDA that no build was made
 * with is no error: nothing fits, and the closing sentence says which there are. */
bool matrix_make(struct matrix *m, struct arena *a, const struct expected *x, const struct fit_host *host,
                 const struct matrix_ask *ask, struct err *e) MUST_USE;

/* What pip is given to put exactly that build in the place of another one of the
 * same release: "torch==2.4.1" alone is met by any of its variants. */
const char *install_exactly(struct arena *a, const struct torch_build *b);

struct install install_of(struct arena *a, const struct torch_build *b);

#endif
