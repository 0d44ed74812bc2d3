/* The fake libcudnn.so.9: batch normalisation for each channel, sums in fp32. */
#include "tests/fakes/cudnn.h"

#include <math.h>
#include <stdlib.h>

static const float one = 1, zero = 0;

cudnnStatus_t fake_cudnnDeriveBNTensorDescriptor(cudnnTensorDescriptor_t d, const cudnnTensorDescriptor_t x, cudnnBatchNormMode_t mode)
{
    *d = (struct cudnnTensorStruct){ CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, 1, x->c, 1, 1 };
    return mode == CUDNN_BATCHNORM_SPATIAL ? 0 : NOT_SUPPORTED;
}

static bool fits(const struct cudnnTensorStruct *x, const struct cudnnTensorStruct *y, const struct cudnnTensorStruct *bn, cudnnBatchNormMode_t mode, double eps)
{
    return mode == CUDNN_BATCHNORM_SPATIAL && fake_same_shape(x, y) && bn->c == x->c && fake_elements(bn) == (size_t)x->c && eps >= 0;
}

static float sum_over(const struct cudnnTensorStruct *t, const float *a, float a0, const float *b, float b0, int c)
{
    int plane = t->h * t->w;
    float sum = 0;

    for (int n = 0; n < t->n; n++)
        for (int i = 0; i < plane; i++) {
            size_t at = (size_t)((n * t->c + c) * plane + i);

            sum += (a != NULL ? a[at] - a0 : 1) * (b != NULL ? b[at] - b0 : 1);
        }
    return sum;
}

static int channel(const struct cudnnTensorStruct *t, size_t i)
{
    return (int)(i / (size_t)(t->h * t->w) % (size_t)t->c);
}

static void normalize(const struct cudnnTensorStruct *t, float *v, const float *mean, const float *inverse, const float *scale, const float *bias)
{
    for (size_t i = 0; i < fake_elements(t); i++) {
        int c = channel(t, i);

        v[i] = scale[c] * ((v[i] - mean[c]) * inverse[c]) + bias[c];
    }
}

/* Device memory that is optional. */
static void put_some(const struct cudnnTensorStruct *bn, void *p, float *values)
{
    if (p != NULL)
        fake_put(bn, p, values, &one, &zero);
}

cudnnStatus_t fake_cudnnBatchNormalizationForwardInference(cudnnHandle_t h, cudnnBatchNormMode_t mode, const void *alpha, const void *beta,
                                                           const cudnnTensorDescriptor_t xd, const void *x, const cudnnTensorDescriptor_t yd, void *y,
                                                           const cudnnTensorDescriptor_t bn, const void *scale, const void *bias,
                                                           const void *mean, const void *variance, double eps)
{
    float *v, *s, *b, *m, *r;

    (void)h;
    if (!fits(xd, yd, bn, mode, eps))
        return BAD_PARAM;
    v = fake_take(xd, x);
    s = fake_take(bn, scale);
    b = fake_take(bn, bias);
    m = fake_take(bn, mean);
    r = fake_take(bn, variance);
    if (v != NULL && s != NULL && b != NULL && m != NULL && r != NULL) {
        for (int c = 0; c < bn->c; c++)
            r[c] = 1 / sqrtf(r[c] + (float)eps);
        normalize(xd, v, m, r, s, b);
        fake_put(yd, y, v, alpha, beta);
    }
    free(v);
    free(s);
    free(b);
    free(m);
    free(r);
    return 0;
}

cudnnStatus_t fake_cudnnBatchNormalizationForwardTraining(cudnnHandle_t h, cudnnBatchNormMode_t mode, const void *alpha, const void *beta,
                                                          const cudnnTensorDescriptor_t xd, const void *x, const cudnnTensorDescriptor_t yd, void *y,
                                                          const cudnnTensorDescriptor_t bn, const void *scale, const void *bias, double factor,
                                                          void *run_mean, void *run_variance, double eps, void *save_mean, void *save_inverse)
{
    float *v, *s, *b, *m, *r, *u, count = (float)(xd->n * xd->h * xd->w), keep = (float)(1 - factor), take = (float)factor;

    (void)h;
    if (!fits(xd, yd, bn, mode, eps))
        return BAD_PARAM;
    v = fake_take(xd, x);
    s = fake_take(bn, scale);
    b = fake_take(bn, bias);
    m = calloc((size_t)bn->c, sizeof *m);
    r = calloc((size_t)bn->c, sizeof *r);
    u = calloc((size_t)bn->c, sizeof *u);
    if (v != NULL && s != NULL && b != NULL) {
        for (int c = 0; c < bn->c; c++) {
            m[c] = sum_over(xd, v, 0, NULL, 0, c) / count;
            r[c] = sum_over(xd, v, m[c], v, m[c], c) / count;
            u[c] = r[c] * count / (count - 1);
            r[c] = 1 / sqrtf(r[c] + (float)eps);
        }
        normalize(xd, v, m, r, s, b);
        fake_put(yd, y, v, alpha, beta);
        put_some(bn, save_mean, m);
        put_some(bn, save_inverse, r);
        if (run_mean != NULL)
            fake_put(bn, run_mean, m, &take, &keep);
        if (run_variance != NULL)
            fake_put(bn, run_variance, u, &take, &keep);
    }
    free(v);
    free(s);
    free(b);
    free(m);
    free(r);
    free(u);
    return 0;
}

cudnnStatus_t fake_cudnnBatchNormalizationBackward(cudnnHandle_t h, cudnnBatchNormMode_t mode, const void *alpha, const void *beta,
                                                   const void *alpha_p, const void *beta_p, const cudnnTensorDescriptor_t xd, const void *x,
                                                   const cudnnTensorDescriptor_t dyd, const void *dy, const cudnnTensorDescriptor_t dxd, void *dx,
                                                   const cudnnTensorDescriptor_t bn, const void *scale, void *dscale, void *dbias, double eps,
                                                   const void *save_mean, const void *save_inverse)
{
    float *v, *g, *s, *m, *r, *ds = calloc((size_t)bn->c, sizeof *ds), *db = calloc((size_t)bn->c, sizeof *db), count = (float)(xd->n * xd->h * xd->w);

    (void)h;
    v = fake_take(xd, x);
    g = fake_take(dyd, dy);
    s = fake_take(bn, scale);
    m = fake_take(bn, save_mean);
    r = fake_take(bn, save_inverse);
    if (fits(xd, dyd, bn, mode, eps) && v != NULL && g != NULL && s != NULL && m != NULL && r != NULL) {
        for (int c = 0; c < bn->c; c++) {
            db[c] = sum_over(xd, g, 0, NULL, 0, c);
            ds[c] = sum_over(xd, v, m[c], g, 0, c) * r[c];
        }
        for (size_t i = 0; i < fake_elements(xd); i++) {
            int c = channel(xd, i);

            g[i] = s[c] * r[c] * (g[i] - db[c] / count - (v[i] - m[c]) * r[c] * ds[c] / count);
        }
        fake_put(dxd, dx, g, alpha, beta);
        fake_put(bn, dscale, ds, alpha_p, beta_p);
        fake_put(bn, dbias, db, alpha_p, beta_p);
    }
    free(v);
    free(g);
    free(s);
    free(m);
    free(r);
    free(ds);
    free(db);
    return 0;
}
