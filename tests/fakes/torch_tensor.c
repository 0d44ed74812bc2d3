/* The fake libtorch_cpu.so: its tensors. */
#include "tests/fakes/torch.h"
#include "tests/fakes/number.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const long fake_failure = 1;

char fake_torch_words[256];

/* operator new and delete: what the product makes is deleted here, and the other way about. */
void *_Znwm(size_t bytes);
void  _ZdlPv(void *at);

/* Releases before 2.13 log it. */
void fake_refuse(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(fake_torch_words, sizeof fake_torch_words, fmt, ap);
    va_end(ap);
}

const char *fake_torch_version(void)
{
    static char line[64];
    const char *ordered = getenv("FAKE_TORCH_VERSION");
    char path[4096], *slash;
    Dl_info own;
    FILE *f;

    if (ordered != NULL)
        return ordered;
    if (dladdr((const void *)fake_torch_words, &own) == 0)
        return "";
    snprintf(path, sizeof path, "%s", own.dli_fname);
    slash = strrchr(path, '/');
    snprintf(slash, sizeof path - (size_t)(slash - path), "/../build-version");
    f = fopen(path, "r");
    if (f == NULL || fgets(line, sizeof line, f) == NULL)
        line[0] = '\0';
    if (f != NULL)
        fclose(f);
    line[strcspn(line, "+\n")] = '\0';
    return line;
}

/* ---- Storage ---- */

static struct fake_storage *store(bool on_gpu, size_t bytes)
{
    struct fake_storage *s = calloc(1, sizeof *s);
    void *memory;

    *s = (struct fake_storage){ .bytes = bytes, .refs = 1, .on_gpu = on_gpu };
    if (on_gpu && !fake_driver_serves()) {
        free(s);
        return FAKE_REFUSE("Found no NVIDIA driver on your system.");
    }
    if (on_gpu && fake_driver()->alloc(&memory, bytes) != 0) {
        free(s);
        return FAKE_REFUSE("CUDA out of memory. Tried to allocate %zu bytes", bytes);
    }
    s->data = on_gpu ? memory : malloc(bytes);
    memset(s->data, 0xA5, bytes);               /* what nobody wrote is seen */
    return s;
}

static void release(struct fake_storage *s)
{
    if (--s->refs > 0)
        return;
    if (s->on_gpu)
        fake_driver()->release(s->data);
    else if (!s->borrowed)
        free(s->data);
    free(s);
}

static T of_storage(struct fake_storage *s, int type, int dims, const int64_t *sizes)
{
    T x = calloc(1, sizeof *x);
    int64_t stride = 1;

    x->storage = s;
    x->type = type;
    x->dims = dims;
    for (int i = dims; i-- > 0;) {
        x->sizes[i] = sizes[i];
        x->strides[i] = stride;
        stride *= sizes[i];
    }
    return x;
}

T fake_new(bool on_gpu, int type, int dims, const int64_t *sizes)
{
    struct fake_storage *s;
    size_t n = 1;

    if (dims < 0 || dims > FAKE_DIMS)
        return FAKE_REFUSE("the fake has no tensors of %d dimensions", dims);
    if (type != FLOAT && type != HALF && type != BFLOAT16 && type != INT64)
        return FAKE_REFUSE("\"empty\" not implemented for type %d", type);
    for (int i = 0; i < dims; i++)
        n *= (size_t)sizes[i];
    s = store(on_gpu, n * sizeof(float));
    return s != NULL ? of_storage(s, type, dims, sizes) : NULL;
}

T fake_over(float *data, int dims, const int64_t *sizes)
{
    struct fake_storage *s = calloc(1, sizeof *s);
    T x;

    *s = (struct fake_storage){ .data = data, .refs = 1, .borrowed = true };
    x = of_storage(s, FLOAT, dims, sizes);
    s->bytes = fake_count(x) * sizeof(float);
    return x;
}

T fake_view(T x, int dims, const int64_t *sizes, const int64_t *strides)
{
    T y;

    if (dims < 0 || dims > FAKE_DIMS)
        return FAKE_REFUSE("the fake has no tensors of %d dimensions", dims);
    y = of_storage(x->storage, x->type, dims, sizes);
    x->storage->refs++;
    for (int i = 0; strides != NULL && i < dims; i++)
        y->strides[i] = strides[i];
    return y;
}

void fake_drop(T x)
{
    if (x == NULL)
        return;
    release(x->storage);
    free(x);
}

AtenTensorHandle fake_box(T x)
{
    struct at_tensor *box;

    if (x == NULL)
        return NULL;
    box = _Znwm(sizeof *box);
    box->impl = x;
    return (AtenTensorHandle)(void *)box;
}

void fake_unbox(AtenTensorHandle h)
{
    fake_drop(fake_in(h));
    _ZdlPv(h);
}

AOTITorchError fake_answer(T y, AtenTensorHandle *out)
{
    if (y == NULL)
        fprintf(stderr, "[E1128 12:00:00.00 fake.cpp:1] Exception in aoti_torch: %s\n(no backtrace: SIMULATED)\n", fake_torch_words);
    else
        *out = fake_box(y);
    return y == NULL;
}

/* ---- Elements ---- */

size_t fake_count(T x)
{
    size_t n = 1;

    for (int i = 0; i < x->dims; i++)
        n *= (size_t)x->sizes[i];
    return n;
}

static float *element(T x, size_t i)
{
    int64_t at = 0;

    for (int d = x->dims; d-- > 0; i /= (size_t)x->sizes[d])
        at += (int64_t)(i % (size_t)x->sizes[d]) * x->strides[d];
    return x->storage->data + at;
}

static bool is_there(T x)
{
    if (!x->storage->on_gpu || fake_driver()->owns(x->storage->data, x->storage->bytes))
        return true;
    fake_refuse("CUDA error: an illegal memory access was encountered");
    return false;
}

float *fake_take(T x)
{
    size_t n = fake_count(x);
    float *v;

    if (!is_there(x))
        return NULL;
    v = malloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = *element(x, i);
    return v;
}

static float rounded(int type, float v)
{
    return type == HALF ? fake_from_fp16(fake_to_fp16(v)) : type == BFLOAT16 ? fake_from_bf16(fake_to_bf16(v)) : type == INT64 ? truncf(v) : v;
}

bool fake_put(T x, const float *elements)
{
    size_t n = fake_count(x), row = x->dims > 1 ? (size_t)x->sizes[x->dims - 1] : 1, shift = fake_lie_is(SHIFTED_ROWS) ? row : 0;
    float *v;

    if (!is_there(x))
        return false;
    v = malloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = elements[(i + shift) % n];
    if (!fake_lie_is(STALE_RESULT)) {
        fake_spoil(v, n);
        for (size_t i = 0; i < n; i++)
            *element(x, i) = rounded(x->type, v[i]);
    }
    fake_spoil(v, 0);
    free(v);
    return true;
}

bool fake_copy(T to, T from)
{
    float *v;

    if (fake_count(to) != fake_count(from)) {
        fake_refuse("The size of tensor a (%zu) must match the size of tensor b (%zu)", fake_count(to), fake_count(from));
        return false;
    }
    v = fake_take(from);
    if (v == NULL || !fake_put(to, v)) {
        free(v);
        return false;
    }
    free(v);
    return true;
}

T fake_to(T x, bool on_gpu, int type)
{
    T y = fake_new(on_gpu, type, x->dims, x->sizes);

    if (y != NULL && !fake_copy(y, x)) {
        fake_drop(y);
        return NULL;
    }
    return y;
}
