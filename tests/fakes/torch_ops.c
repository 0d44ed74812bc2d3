/* The fake libtorch_cpu.so: its operations, in plain loops. */
#include "tests/fakes/torch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* False if the operation was ordered to fail. */
static bool may(const char *op)
{
    if (fake_gate(op) == 0)
        return true;
    fake_refuse("CUDA error: %s was ordered to fail", op + strlen("at."));
    return false;
}

/* A result beside x, from elements that are this function's to free. */
static T made(T x, int dims, const int64_t *sizes, float *elements)
{
    T y = elements != NULL ? fake_new(x->storage->on_gpu, x->type, dims, sizes) : NULL;

    if (y != NULL && !fake_put(y, elements)) {
        fake_drop(y);
        y = NULL;
    }
    free(elements);
    return y;
}

static float *room(size_t n)
{
    return calloc(n + 1, sizeof(float));
}

/* Up to three inputs on one device: their elements. */
struct inputs { float *a, *b, *c; };

static bool take(struct inputs *in, T a, T b, T c)
{
    *in = (struct inputs){ NULL, NULL, NULL };
    if ((b != NULL && b->storage->on_gpu != a->storage->on_gpu) || (c != NULL && c->storage->on_gpu != a->storage->on_gpu)) {
        fake_refuse("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!");
        return false;
    }
    in->a = fake_take(a);
    in->b = b != NULL ? fake_take(b) : NULL;
    in->c = c != NULL ? fake_take(c) : NULL;
    return in->a != NULL && (b == NULL || in->b != NULL) && (c == NULL || in->c != NULL);
}

static void leave(struct inputs *in)
{
    free(in->a);
    free(in->b);
    free(in->c);
}

/* ---- A convolutional network's ---- */

/* FAKE_CONV_FRACTIONS=N: each element of a convolution errs by N units of 2^-23 of itself, as by Winograd's transforms. */
T fake_conv2d(T x, T w, T b)
{
    const float nearly = 1 + (float)fake_number("FAKE_CONV_FRACTIONS", 0) * 0x1p-23f;
    size_t n = (size_t)x->sizes[0], c = (size_t)x->sizes[1], h = (size_t)x->sizes[2], k = (size_t)w->sizes[0], r = (size_t)w->sizes[2], p = h - r + 1;
    struct inputs in;
    float *y = NULL;

    if (!may("at.conv2d"))
        return NULL;
    if (w->sizes[1] != x->sizes[1])
        return FAKE_REFUSE("Given groups=1, expected input to have %d channels, but got %d channels instead", (int)w->sizes[1], (int)x->sizes[1]);
    if (take(&in, x, w, b)) {
        y = room(n * k * p * p);
        for (size_t i = 0; i < n * k * p * p; i++) {
            size_t at_q = i % p, at_p = i / p % p, of_k = i / (p * p) % k, of_n = i / (p * p * k);

            y[i] = in.c[of_k];
            for (size_t j = 0; j < c * r * r; j++)
                y[i] += in.a[((of_n * c + j / (r * r)) * h + at_p + j / r % r) * h + at_q + j % r] * in.b[of_k * c * r * r + j];
            y[i] *= nearly;
        }
    }
    leave(&in);
    return made(x, 4, (const int64_t[]){ (int64_t)n, (int64_t)k, (int64_t)p, (int64_t)p }, y);
}

T fake_relu(T x)
{
    float *v = may("at.relu") ? fake_take(x) : NULL;

    for (size_t i = 0; v != NULL && i < fake_count(x); i++)
        v[i] = v[i] < 0 ? 0 : v[i];
    return made(x, x->dims, x->sizes, v);
}

T fake_max_pool2d(T x)
{
    size_t planes = (size_t)(x->sizes[0] * x->sizes[1]), h = (size_t)x->sizes[2], q = h / 2;
    float *v = may("at.max_pool2d") ? fake_take(x) : NULL, *y = v != NULL ? room(planes * q * q) : NULL;

    for (size_t i = 0; y != NULL && i < planes * q * q; i++) {
        const float *at = v + (i / (q * q) * h + i / q % q * 2) * h + i % q * 2;

        y[i] = fmaxf(fmaxf(at[0], at[1]), fmaxf(at[h], at[h + 1]));
    }
    free(v);
    return made(x, 4, (const int64_t[]){ x->sizes[0], x->sizes[1], (int64_t)q, (int64_t)q }, y);
}

/* y[i][j] = start[j] + sum over l of a[i][l] b[l][j]; b may be given transposed. */
static void multiply(size_t m, size_t k, size_t n, const float *a, const float *b, bool transposed, const float *start, float *y)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            float sum = start != NULL ? start[j] : 0;

            for (size_t l = 0; l < k; l++)
                sum += a[i * k + l] * b[transposed ? j * k + l : l * n + j];
            y[i * n + j] = sum;
        }
}

static T affine(const char *op, T x, T w, T b, bool transposed)
{
    size_t m = (size_t)x->sizes[0], k = (size_t)x->sizes[1], n = (size_t)w->sizes[transposed ? 0 : 1];
    struct inputs in;
    float *y = NULL;

    if (!may(op))
        return NULL;
    if (w->sizes[transposed ? 1 : 0] != x->sizes[1])
        return FAKE_REFUSE("mat1 and mat2 shapes cannot be multiplied");
    if (take(&in, x, w, b)) {
        y = room(m * n);
        multiply(m, k, n, in.a, in.b, transposed, in.c, y);
    }
    leave(&in);
    return made(x, 2, (const int64_t[]){ (int64_t)m, (int64_t)n }, y);
}

T fake_linear(T x, T w, T b)
{
    return affine("at.linear", x, w, b, true);
}

T fake_addmm(T b, T x, T w)
{
    return affine("at.addmm", x, w, b, false);
}

/* ---- A transformer's ---- */

T fake_layer_norm(T x, T scale, T bias, double epsilon)
{
    size_t columns = (size_t)x->sizes[x->dims - 1];
    struct inputs in;
    float *y = NULL;

    if (!may("at.layer_norm"))
        return NULL;
    if (take(&in, x, scale, bias)) {
        y = room(fake_count(x));
        for (size_t r = 0; r < fake_count(x) / columns; r++) {
            float mean = 0, variance = 0;

            for (size_t i = 0; i < columns; i++)
                mean += in.a[r * columns + i] / (float)columns;
            for (size_t i = 0; i < columns; i++)
                variance += (in.a[r * columns + i] - mean) * (in.a[r * columns + i] - mean) / (float)columns;
            for (size_t i = 0; i < columns; i++)
                y[r * columns + i] = (in.a[r * columns + i] - mean) / sqrtf(variance + (float)epsilon) * in.b[i] + in.c[i];
        }
    }
    leave(&in);
    return made(x, x->dims, x->sizes, y);
}

T fake_embedding(T w, T index)
{
    size_t n = fake_count(index), columns = (size_t)w->sizes[1];
    int64_t sizes[FAKE_DIMS];
    struct inputs in;
    float *y = NULL;

    if (!may("at.embedding"))
        return NULL;
    if (index->type != INT64)
        return FAKE_REFUSE("Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int");
    if (take(&in, w, index, NULL)) {
        y = room(n * columns);
        for (size_t i = 0; i < n * columns; i++)
            y[i] = in.a[(size_t)in.b[i / columns] * columns + i % columns];
    }
    leave(&in);
    memcpy(sizes, index->sizes, sizeof sizes);
    sizes[index->dims] = (int64_t)columns;
    return made(w, index->dims + 1, sizes, y);
}

T fake_scatter(T dy, T index, int64_t rows, int64_t padding)
{
    size_t n = fake_count(index), columns = (size_t)dy->sizes[dy->dims - 1];
    struct inputs in;
    float *dw = NULL;

    if (!may("at.embedding_dense_backward"))
        return NULL;
    if (take(&in, dy, index, NULL)) {
        dw = room((size_t)rows * columns);
        for (size_t i = 0; i < n * columns; i++)
            if ((int64_t)in.b[i / columns] != padding)
                dw[(size_t)in.b[i / columns] * columns + i % columns] += in.a[i];
    }
    leave(&in);
    return made(dy, 2, (const int64_t[]){ rows, (int64_t)columns }, dw);
}

T fake_bmm(T a, T b)
{
    size_t batch = (size_t)a->sizes[0], m = (size_t)a->sizes[1], k = (size_t)a->sizes[2], n = (size_t)b->sizes[2];
    struct inputs in;
    float *y = NULL;

    if (!may("at.bmm"))
        return NULL;
    if (b->sizes[1] != a->sizes[2])
        return FAKE_REFUSE("Expected size for first two dimensions of batch2 tensor to be: [%d, %d]", (int)batch, (int)k);
    if (take(&in, a, b, NULL)) {
        y = room(batch * m * n);
        for (size_t i = 0; i < batch; i++)
            multiply(m, k, n, in.a + i * m * k, in.b + i * k * n, false, NULL, y + i * m * n);
    }
    leave(&in);
    return made(a, 3, (const int64_t[]){ (int64_t)batch, (int64_t)m, (int64_t)n }, y);
}

static void soften(float *v, size_t n)
{
    float most = -INFINITY, sum = 0;

    for (size_t i = 0; i < n; i++)
        most = fmaxf(most, v[i]);
    for (size_t i = 0; i < n; i++)
        sum += v[i] = expf(v[i] - most);
    for (size_t i = 0; i < n; i++)
        v[i] /= sum;
}

T fake_softmax(T x)
{
    size_t columns = (size_t)x->sizes[x->dims - 1];
    float *v = may("at.softmax") ? fake_take(x) : NULL;

    for (size_t r = 0; v != NULL && r < fake_count(x) / columns; r++)
        soften(v + r * columns, columns);
    return made(x, x->dims, x->sizes, v);
}

static void attend(size_t keys, size_t width, const float *q, const float *k, const float *v, float *y)
{
    float *weights = room(keys);

    multiply(1, width, keys, q, k, true, NULL, weights);
    for (size_t i = 0; i < keys; i++)
        weights[i] /= sqrtf((float)width);
    soften(weights, keys);
    multiply(1, keys, width, weights, v, false, NULL, y);
    free(weights);
}

T fake_attention(T q, T k, T v, bool causal)
{
    size_t rows = (size_t)q->sizes[2], keys = (size_t)k->sizes[2], width = (size_t)q->sizes[3], heads = (size_t)(q->sizes[0] * q->sizes[1]);
    struct inputs in;
    float *y = NULL;

    if (!may("at.scaled_dot_product_attention"))
        return NULL;
    if (take(&in, q, k, v)) {
        y = room(fake_count(q));
        for (size_t i = 0; i < heads * rows; i++)
            attend(causal ? i % rows + 1 : keys, width, in.a + i * width, in.b + i / rows * keys * width, in.c + i / rows * keys * width, y + i * width);
    }
    leave(&in);
    return made(q, q->dims, q->sizes, y);
}

/* ---- An optimiser's ---- */

T fake_sqrt(T x)
{
    float *v = may("at.sqrt") ? fake_take(x) : NULL;

    for (size_t i = 0; v != NULL && i < fake_count(x); i++)
        v[i] = sqrtf(v[i]);
    return made(x, x->dims, x->sizes, v);
}

enum in_place { MUL, ADD, ADD_NUMBER, ADDCMUL, ADDCDIV };

static bool change(enum in_place what, T x, T a, T b, double number)
{
    static const char *const names[] = { "at.mul_", "at.add_", "at.add_number_", "at.addcmul_", "at.addcdiv_" };
    float s = (float)number;
    struct inputs in;
    bool ok;

    if (!may(names[what]))
        return false;
    ok = take(&in, x, a, b);
    for (size_t i = 0; ok && i < fake_count(x); i++)
        in.a[i] = what == MUL ? in.a[i] * s : what == ADD_NUMBER ? in.a[i] + s : what == ADD ? in.a[i] + s * in.b[i]
                : what == ADDCMUL ? in.a[i] + s * in.b[i] * in.c[i] : in.a[i] + s * in.b[i] / in.c[i];
    ok = ok && fake_put(x, in.a);
    leave(&in);
    return ok;
}

bool fake_mul_(T x, double by)
{
    return change(MUL, x, NULL, NULL, by);
}

bool fake_add_(T x, T y, double times)
{
    return change(ADD, x, y, NULL, times);
}

bool fake_add_number_(T x, double number)
{
    return change(ADD_NUMBER, x, NULL, NULL, number);
}

bool fake_addcmul_(T x, T a, T b, double times)
{
    return change(ADDCMUL, x, a, b, times);
}

bool fake_addcdiv_(T x, T a, T b, double times)
{
    return change(ADDCDIV, x, a, b, times);
}

/* The lie, if one is ordered, is told of the parameters: they are written first. */
bool fake_fused_adamw_(T x, T dx, T mean, T square, T step, double lr, double beta1, double beta2, double decay, double epsilon)
{
    struct inputs in;
    float *v, *count, root1, root2;
    bool ok;

    if (!may("at._fused_adamw_"))
        return false;
    ok = take(&in, x, dx, mean);
    v = fake_take(square);
    count = fake_take(step);
    root1 = (float)(1 - pow(beta1, (double)count[0]));
    root2 = sqrtf((float)(1 - pow(beta2, (double)count[0])));
    for (size_t i = 0; ok && i < fake_count(x); i++) {
        in.c[i] = (float)beta1 * in.c[i] + (float)(1 - beta1) * in.b[i];
        v[i] = (float)beta2 * v[i] + (float)(1 - beta2) * in.b[i] * in.b[i];
        in.a[i] -= (float)(lr * decay) * in.a[i];
        in.a[i] -= (float)lr / root1 * in.c[i] / (sqrtf(v[i]) / root2 + (float)epsilon);
    }
    ok = ok && fake_put(x, in.a) && fake_put(mean, in.c) && fake_put(square, v);
    leave(&in);
    free(v);
    free(count);
    return ok;
}

bool fake_fused_sgd_(T x, T dx, T momentum, double decay, double times, double lr)
{
    struct inputs in;
    bool ok;

    if (!may("at._fused_sgd_"))
        return false;
    ok = take(&in, x, dx, momentum);
    for (size_t i = 0; ok && i < fake_count(x); i++) {
        in.c[i] = (float)times * in.c[i] + in.b[i] + (float)decay * in.a[i];
        in.a[i] -= (float)lr * in.c[i];
    }
    ok = ok && fake_put(x, in.a) && fake_put(momentum, in.c);
    leave(&in);
    return ok;
}
