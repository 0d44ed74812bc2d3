/* layer.h - what the probes of cuDNN's layers share: every type in both layouts, each
 * told by "TYPE.LAYOUT", and what is observed of a result. */
#ifndef PROBES_DNN_LAYER_H
#define PROBES_DNN_LAYER_H

#include "child/dnn/dnn.h"
#include "math/layers.h"

struct layer {
    struct child *c;
    struct dnn    dnn;
    const char   *key;          /* "fp16.nhwc" */
    int           done;         /* how many types and layouts were served */
    double        compared;
};

/* Runs each for fp32, fp16 and bf16 in NCHW and NHWC, on one handle; observes
 * "layouts" and "all.compared". A false answer counts as not served. */
void layer_each(struct child *c, bool (*each)(struct layer *l));

/* True if the call was served. "Not supported" is observed and not an error, except for fp32 in NCHW. */
bool layer_try(struct layer *l, const char *call, long code);

static inline struct dnn_shape layer_tensor(struct layer_shape s)
{
    return (struct dnn_shape){ s.n, s.c, s.h, s.w };
}

/* The values as the type has them. */
void layer_round(const struct layer *l, float *v, size_t n);

/* Element by element: equal to the reference rounded to the type. "wrong.KEY.what". */
void layer_exact(struct layer *l, const char *what, const float *got, const double *expected, struct layer_shape s);

/* Element by element: within `relative` of the reference, and `absolute` beside. "wrong.KEY.what". */
void layer_near(struct layer *l, const char *what, const float *got, const double *expected, struct layer_shape s, double relative, double absolute);

/* "nmse_ratio.KEY.what". */
void layer_close(struct layer *l, const char *what, const float *got, const double *expected, struct layer_shape s, double limit);

/* Bit for bit what came the first time. "unequal.KEY.what". */
void layer_same(struct layer *l, const char *what, const float *got, const float *again, size_t n);

/* What these observations are held to, and that fp32 was served. */
#define LAYER_EXPECTS \
    { .key = "layouts", .bound = AT_LEAST, .number = 1, .sentence = "cuDNN serves this layer in no type" }, \
    { .key = "wrong.*", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s elements are wrong", .detail = "first" }, \
    { .key = "nmse_ratio.*", .bound = AT_MOST, .number = 1, .optional = true, .sentence = "the error is %s times what the type may show", .detail = "worst", .source = "math/layers.h" }, \
    { .key = "unequal.*", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s elements differ when what is promised to be deterministic runs again" }

#define LAYER_NEEDS (NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT)

#endif
