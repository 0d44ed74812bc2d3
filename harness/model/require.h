/* require.h - the order sheet: what a run has to show beyond "nothing failed".
 *
 * One demand is one line, on the command line and in a file alike:
 *
 *     gpu = 8                      exactly 8 GPUs answer and are proved
 *     gpu.name = NVIDIA H200       of every GPU; also <= and >= where it is a number
 *     driver >= 580                compared number by number
 *     devices.alike                GPUs agree in model, VBIOS, memory, ECC, power limit, links
 *     stack = venv:/opt/app        it is there, and everything about it was shown
 *     torch==2.4.1+cu124           every PyTorch of the run is that one (model/want.h), and there is one
 *     blas.*                       every trial of these probes passed
 *
 * A skip of something required is a failure. What could not be found out is not:
 * the demand is then neither met nor refused. Pure.
 */
#ifndef MODEL_REQUIRE_H
#define MODEL_REQUIRE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/report.h"
#include "model/want.h"

/* The first four ask for a GPU. */
enum asks { ASKS_COUNT, ASKS_PROPERTY, ASKS_ALIKE, ASKS_DRIVER, ASKS_STACK, ASKS_TORCH, ASKS_PROBES };

enum relation { ANY_VALUE, IS, IS_AT_LEAST, IS_AT_MOST };

struct demand {
    const char    *text;                /* as it was written */
    enum asks      asks;
    const char    *subject;             /* "gpu.ecc", "blas.*" */
    enum relation  relation;
    const char    *value;               /* NULL with ANY_VALUE */
    double         number;              /* of the value, where the subject is a number */
    const struct want *want;            /* ASKS_TORCH */
};

struct require { struct demand *demands; size_t n; };

/* Adds one demand. */
bool require_parse(struct require *q, struct arena *a, const char *line, struct err *e) MUST_USE;

/* Whether some demand asks for a GPU: one is then meant for this process. */
bool require_wants_gpu(const struct require *q);

/* The names of the probes without which a demand cannot be judged: a run that is asked for a part runs them as well. */
size_t require_probes(const struct require *q, const char ***names, struct arena *a);

/* Fills the report's requirements from everything else in it. */
void require_judge(struct report *r, const struct require *q, struct arena *a);

#endif
