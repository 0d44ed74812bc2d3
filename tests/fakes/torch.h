/* torch.h - the fake PyTorch: tensors, and the operations that its three interfaces lead to.
 *
 * Elements lie as fp32 whatever their type is, rounded to it. A tensor on the
 * GPU lies in the fake driver's memory. Each operation has a gate of its own,
 * "at.layer_norm": it can be ordered to fail, or to lie about its result.
 */
#ifndef FAKES_TORCH_H
#define FAKES_TORCH_H

#include "load/libtorch.h"
#include "tests/fakes/gate.h"

enum { INT64 = 4, HALF = 5, FLOAT = 6, BFLOAT16 = 15, FAKE_DIMS = 4, FAKE_CPU = 0, FAKE_CUDA = 1 };      /* c10's numbers */

struct fake_storage { float *data; size_t bytes; int refs; bool on_gpu, borrowed; };

struct fake_tensor {            /* what an at::Tensor points to */
    struct fake_storage *storage;
    int     type, dims;
    int64_t sizes[FAKE_DIMS], strides[FAKE_DIMS];
};

typedef struct fake_tensor *T;

LIBTORCH_SYMS(FAKE_DECLARE)

/* What went wrong last; nothing from here returns a tensor then. */
extern char fake_torch_words[256];
#define FAKE_REFUSE(...) (fake_refuse(__VA_ARGS__), NULL)
void fake_refuse(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* ---- Tensors ---- */
T      fake_new(bool on_gpu, int type, int dims, const int64_t *sizes);
T      fake_over(float *data, int dims, const int64_t *sizes);                      /* of the caller's memory */
T      fake_view(T x, int dims, const int64_t *sizes, const int64_t *strides);
T      fake_to(T x, bool on_gpu, int type);                                         /* a new one */
bool   fake_copy(T to, T from);
void   fake_drop(T x);
size_t fake_count(T x);
float *fake_take(T x);                              /* its elements in order, the caller's to free; NULL if it cannot be read */
bool   fake_put(T x, const float *elements);        /* rounded to its type; what was ordered of the result is done to it */

/* Handles of the C shim: the address of an at::Tensor, made by operator new. */
AtenTensorHandle fake_box(T x);                     /* NULL for NULL */
void fake_unbox(AtenTensorHandle h);                /* and drops the tensor */
static inline T fake_in(const void *handle)
{
    return handle != NULL ? (T)((const struct at_tensor *)handle)->impl : NULL;
}

/* The release that the file build-version beside lib/ names, or FAKE_TORCH_VERSION. */
const char *fake_torch_version(void);

/* ---- Operations: NULL or false, and words, if they fail. Exported, for libtorch_cuda has no others. ---- */
#define FAKE_OP EXPORT
FAKE_OP T fake_conv2d(T x, T w, T b);               /* stride 1, no padding */
FAKE_OP T fake_max_pool2d(T x);                     /* 2x2 */
FAKE_OP T fake_addmm(T b, T x, T w);                /* x w + b */
FAKE_OP AOTITorchError fake_addmm_out(T out, T b, T x, T w);
FAKE_OP AOTITorchError fake_answer(T y, AtenTensorHandle *out);     /* the code, and the tensor as a handle */
T fake_relu(T x);
T fake_linear(T x, T w, T b);
T fake_layer_norm(T x, T scale, T bias, double epsilon);
T fake_embedding(T w, T index);
T fake_scatter(T dy, T index, int64_t rows, int64_t padding);
T fake_bmm(T a, T b);
T fake_softmax(T x);
T fake_attention(T q, T k, T v, bool causal);
T fake_sqrt(T x);
bool fake_mul_(T x, double by);
bool fake_add_(T x, T y, double times);
bool fake_add_number_(T x, double number);
bool fake_addcmul_(T x, T a, T b, double times);
bool fake_addcdiv_(T x, T a, T b, double times);
bool fake_fused_adamw_(T x, T dx, T mean, T square, T step, double lr, double beta1, double beta2, double decay, double epsilon);
bool fake_fused_sgd_(T x, T dx, T momentum, double decay, double times, double lr);

#endif
