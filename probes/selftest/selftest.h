/* selftest.h - what the probes share that put faults of their own in front of gpuvet's
 * detectors (`gpuvet selftest`). A detector is the code that an ordinary probe calls, held
 * to that probe's own bounds; only its input is ours: a right result with a fault in it.
 *
 *     child_listen(c);
 *     product_whole(&by);                  // of a multiplier that spoils
 *     selftest_caught(c, "bit", "fp16", product_bounds, "D[3][5]");
 *
 * A fault that a detector cannot see by its nature is not put in front of it. */
#ifndef PROBES_SELFTEST_SELFTEST_H
#define PROBES_SELFTEST_SELFTEST_H

#include "child/child.h"
#include "math/spoil.h"

/* Observes "caught.FAULT": 1 if something of what was heard breaks a bound, and what is
 * said of it names the place (NULL: no place is asked for); else 0, and "missed" says what
 * went wrong. `where` the fault was, in a word: the type, the way. */
void selftest_caught(struct child *c, const char *fault, const char *where, const struct expect *bounds, const char *place);

/* The same without a fault: observes "alarms", and "alarm" for what was said of a right result. */
void selftest_clean(struct child *c, const char *where, const struct expect *bounds);

/* What these observations are held to. */
extern const struct expect selftest_bounds[];

extern const struct probe probe_cuda_launch;

/* One that runs on each GPU; skips: where what it tests may be not for this GPU. */
#define SELFTEST_ON_GPU(id, sentence, skips, function) \
    const struct probe probe_selftest_##id = { \
        .name = "selftest." #id, .claim = sentence, .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .rests_on = { &probe_cuda_launch }, .may_skip = skips, .tests_itself = true, .expects = selftest_bounds, .run = function, \
    }

/* ... and on none. */
#define SELFTEST_ON_CPU(id, sentence, function) \
    const struct probe probe_selftest_##id = { \
        .name = "selftest." #id, .claim = sentence, .scope = SCOPE_PROGRAM, .tests_itself = true, .expects = selftest_bounds, .run = function, \
    }

#endif
