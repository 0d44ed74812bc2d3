/* framework.h - which releases of another framework run on a machine. Pure. */
#ifndef MODEL_FRAMEWORK_H
#define MODEL_FRAMEWORK_H

#include "base/err.h"
#include "model/fit.h"

struct framework_fit {
    const struct framework_release *release;
    struct fit_answer runs;
    const struct torch_build *with;         /* the PyTorch build that it runs with; NULL where it needs none, or none runs */
};

struct frameworks {
    const struct fit_host *host;
    const struct framework_fit *fits; size_t n;     /* as the table has them, newest first */
    const struct framework_fit *best;               /* NULL: none runs */
    const char *pip, *uv;                           /* how to install the best; NULL if none runs */
    const char *closing;
};

/* what: "vllm", "tensorflow==2.16", whatever the case of its letters; or the end of a name behind a '/'. False, a usage
 * error that names those there are, for one that is not in the tables. */
bool frameworks_make(struct frameworks *f, struct arena *a, const struct expected *x, const struct fit_host *host,
                     const char *what, struct err *e) MUST_USE;

#endif
