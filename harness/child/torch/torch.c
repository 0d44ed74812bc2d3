#include "child/torch/torch.h"

#include <string.h>

#include "child/torch/dispatch.h"
#include "child/torch/mangled.h"

static const int64_t ones[2] = { 1, 1 }, twos[2] = { 2, 2 }, zeros[2] = { 0, 0 };

static bool has_shim(const struct libtorch *l)
{
    return l->aoti_torch_cpu_convolution != NULL && l->aoti_torch_cpu_max_pool2d_with_indices != NULL
        && l->aoti_torch_cpu_addmm_out != NULL && l->aoti_torch__reinterpret_tensor != NULL
        && l->relu != NULL && l->operator_new != NULL;
}

static bool has_tensors(const struct libtorch *l)
{
    return l->aoti_torch_empty_strided != NULL && l->aoti_torch_create_tensor_from_blob != NULL && l->aoti_torch_copy_ != NULL
        && l->aoti_torch_delete_tensor_object != NULL && l->aoti_torch_dtype_float32 != NULL
        && l->aoti_torch_dtype_float16 != NULL && l->aoti_torch_dtype_bfloat16 != NULL && l->aoti_torch_dtype_int64 != NULL
        && l->aoti_torch_device_type_cpu != NULL && l->aoti_torch_device_type_cuda != NULL
        && l->aoti_torch_grad_mode_set_enabled != NULL && l->aoti_torch_get_device_type != NULL;
}

static void choose_route(struct torch *t)
{
    struct child *c = t->child;
    const struct libtorch *l = &c->libtorch;

    if (has_tensors(l) && dispatch_available(l))
        t->route = TORCH_DISPATCHER;
    else if (has_tensors(l) && has_shim(l))
        t->route = TORCH_SHIM;
    else if (mangled_available(l))
        t->route = TORCH_MANGLED;
    else
        stop_unsupported(c, "this libtorch has no interface that gpuvet knows: neither the C shim (2.3 and later) nor the C++ names of 1.8 to 2.2");
}

/* fp32 shall mean fp32: PyTorch lets cuDNN use TF32 unless it is told not to. */
static void refuse_tf32(struct torch *t)
{
    const struct libtorch *l = &t->child->libtorch;

    if (l->global_context == NULL || l->allow_tf32_cudnn == NULL || l->allow_tf32_cublas == NULL)
        return;
    child_enter(t->child, "at::Context::setAllowTF32(false)", l->dl.path);
    l->allow_tf32_cudnn(l->global_context(), false);
    l->allow_tf32_cublas(l->global_context(), false);
    child_leave(t->child, 0);
}

/* ---- Exceptions: what a mangled name throws, nobody in C catches ---- */

static struct child *whose_call;

/* Instead of the abort that would follow: the call that threw failed. */
static void thrown(void)
{
    struct child *c = whose_call;
    char call[CRUMB_CALL];

    memcpy(call, c->crumb->call, sizeof call);      /* other calls are made before it is told */
    child_call_failed(c, call, &c->libtorch.dl, LIBTORCH_THREW);
}

static void hear_exceptions(struct child *c)
{
    whose_call = c;
    if (c->libtorch.set_terminate != NULL)
        c->libtorch.set_terminate(thrown);
}

void torch_begin(struct torch *t, struct child *c, bool on_cuda)
{
    child_bind_libtorch(c);
    *t = (struct torch){ .child = c, .on_cuda = on_cuda };
    choose_route(t);
    if (on_cuda && c->libtorch_cuda.dl.handle == NULL)
        stop_load(c, "libtorch_cuda is not loaded: this PyTorch cannot use a GPU");
    hear_exceptions(c);
    refuse_tf32(t);
    if (t->route == TORCH_MANGLED)
        return;
    t->types[TORCH_FLOAT32] = VALUE(c, libtorch, aoti_torch_dtype_float32());
    t->types[TORCH_FLOAT16] = VALUE(c, libtorch, aoti_torch_dtype_float16());
    t->types[TORCH_BFLOAT16] = VALUE(c, libtorch, aoti_torch_dtype_bfloat16());
    t->types[TORCH_INT64] = VALUE(c, libtorch, aoti_torch_dtype_int64());
    t->cpu = VALUE(c, libtorch, aoti_torch_device_type_cpu());
    t->device_type = on_cuda ? VALUE(c, libtorch, aoti_torch_device_type_cuda()) : t->cpu;
    child_enter(c, "aoti_torch_grad_mode_set_enabled(false)", c->libtorch.dl.path);
    c->libtorch.aoti_torch_grad_mode_set_enabled(false);
    child_leave(c, 0);
}

void torch_saw_route(struct torch *t)
{
    static const char *const names[] = {
        [TORCH_DISPATCHER] = "D (dispatcher)", [TORCH_SHIM] = "G (generated shim)", [TORCH_MANGLED] = "M (mangled names)",
    };

    saw_text(t->child, "route", "%s%s", names[t->route], t->used_mangled && t->route != TORCH_MANGLED ? ", and M (mangled names)" : "");
    saw_text(t->child, "device", "%s", t->on_cuda ? "cuda" : "cpu");
}

/* ---- Tensors ---- */

static void contiguous(int dims, const int64_t *sizes, int64_t *strides)
{
    int64_t stride = 1;

    for (int i = dims; i-- > 0;) {
        strides[i] = stride;
        stride *= sizes[i];
    }
}

static AtenTensorHandle view_of_host(struct torch *t, float *data, int dims, const int64_t *sizes)
{
    struct child *c = t->child;
    AtenTensorHandle h = NULL;
    int64_t strides[8];

    contiguous(dims, sizes, strides);
    MUST(c, libtorch, aoti_torch_create_tensor_from_blob(data, dims, sizes, strides, 0, t->types[TORCH_FLOAT32], t->cpu, 0, &h));
    return h;
}

AtenTensorHandle torch_from_host(struct torch *t, float *data, int dims, const int64_t *sizes)
{
    return torch_from_host_as(t, TORCH_FLOAT32, data, dims, sizes);
}

AtenTensorHandle torch_from_host_as(struct torch *t, enum torch_type type, float *data, int dims, const int64_t *sizes)
{
    struct child *c = t->child;
    AtenTensorHandle host, h = NULL;
    int64_t strides[8];
    int32_t where;

    if (t->route == TORCH_MANGLED)
        return mangled_from_host(t, type, data, dims, sizes);
    host = view_of_host(t, data, dims, sizes);
    contiguous(dims, sizes, strides);
    MUST(c, libtorch, aoti_torch_empty_strided(dims, sizes, strides, t->types[type], t->device_type, 0, &h));
    MUST(c, libtorch, aoti_torch_copy_(h, host, 0));
    MUST(c, libtorch, aoti_torch_delete_tensor_object(host));
    MUST(c, libtorch, aoti_torch_get_device_type(h, &where));
    if (where != t->device_type)
        stop_load(c, "a tensor that was asked for on device type %d is on %d", t->device_type, where);
    return h;
}

void torch_to_host(struct torch *t, AtenTensorHandle x, float *data, int dims, const int64_t *sizes)
{
    struct child *c = t->child;
    AtenTensorHandle host;

    if (t->route == TORCH_MANGLED) {
        mangled_to_host(t, x, data, dims, sizes);
        return;
    }
    host = view_of_host(t, data, dims, sizes);
    MUST(c, libtorch, aoti_torch_copy_(host, x, 0));
    MUST(c, libtorch, aoti_torch_delete_tensor_object(host));
}

void torch_drop(struct torch *t, AtenTensorHandle x)
{
    struct child *c = t->child;

    if (t->route == TORCH_MANGLED)
        return;
    MUST(c, libtorch, aoti_torch_delete_tensor_object(x));
}

/* ---- Operations ---- */

AtenTensorHandle torch_conv2d(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b)
{
    struct child *c = t->child;
    AtenTensorHandle y = NULL;

    if (t->route == TORCH_DISPATCHER) {
        StableIValue s[7] = { dispatch_own(t, x), dispatch_own(t, w), dispatch_optional(t, dispatch_own(t, b)), dispatch_integers(t, ones, 2), dispatch_integers(t, zeros, 2), dispatch_integers(t, ones, 2), 1 };

        return dispatch(t, "aten::conv2d", "", s);
    }
    if (t->route == TORCH_MANGLED)
        return mangled_conv2d(t, x, w, b);
    if (t->on_cuda)
        MUST(c, libtorch_cuda, aoti_torch_cuda_convolution(x, w, &b, ones, 2, zeros, 2, ones, 2, 0, zeros, 2, 1, &y));
    else
        MUST(c, libtorch, aoti_torch_cpu_convolution(x, w, &b, ones, 2, zeros, 2, ones, 2, 0, zeros, 2, 1, &y));
    return y;
}

AtenTensorHandle torch_relu(struct torch *t, AtenTensorHandle x)
{
    if (t->route == TORCH_DISPATCHER) {
        StableIValue s[1] = { dispatch_own(t, x) };

        return dispatch(t, "aten::relu", "", s);
    }
    return mangled_relu(t, x);
}

AtenTensorHandle torch_max_pool2d(struct torch *t, AtenTensorHandle x)
{
    struct child *c = t->child;
    AtenTensorHandle y = NULL, indices = NULL;

    if (t->route == TORCH_DISPATCHER) {
        StableIValue s[6] = { dispatch_own(t, x), dispatch_integers(t, twos, 2), dispatch_integers(t, twos, 2), dispatch_integers(t, zeros, 2), dispatch_integers(t, ones, 2), 0 };

        return dispatch(t, "aten::max_pool2d", "", s);
    }
    if (t->route == TORCH_MANGLED)
        return mangled_max_pool2d(t, x);
    if (t->on_cuda)
        MUST(c, libtorch_cuda, aoti_torch_cuda_max_pool2d_with_indices(x, twos, 2, twos, 2, zeros, 2, ones, 2, 0, &y, &indices));
    else
        MUST(c, libtorch, aoti_torch_cpu_max_pool2d_with_indices(x, twos, 2, twos, 2, zeros, 2, ones, 2, 0, &y, &indices));
    torch_drop(t, indices);
    return y;
}

AtenTensorHandle torch_view(struct torch *t, AtenTensorHandle x, int64_t rows, int64_t columns)
{
    struct child *c = t->child;
    const int64_t sizes[2] = { rows, columns }, strides[2] = { columns, 1 };
    AtenTensorHandle y = NULL;

    if (t->route == TORCH_MANGLED)
        return mangled_flatten(t, x);
    MUST(c, libtorch, aoti_torch__reinterpret_tensor(x, 2, sizes, strides, 0, &y));
    return y;
}

AtenTensorHandle torch_linear(struct torch *t, AtenTensorHandle x, AtenTensorHandle w, AtenTensorHandle b,
                              int64_t rows, int64_t in, int64_t out)
{
    struct child *c = t->child;
    const int64_t transposed[2] = { in, out }, t_strides[2] = { 1, in }, sizes[2] = { rows, out }, strides[2] = { out, 1 };
    AtenTensorHandle wt = NULL, y = NULL;

    if (t->route == TORCH_DISPATCHER) {
        StableIValue s[3] = { dispatch_own(t, x), dispatch_own(t, w), dispatch_optional(t, dispatch_own(t, b)) };

        return dispatch(t, "aten::linear", "", s);
    }
    if (t->route == TORCH_MANGLED)
        return mangled_linear(t, x, w, b);
    MUST(c, libtorch, aoti_torch__reinterpret_tensor(w, 2, transposed, t_strides, 0, &wt));
    MUST(c, libtorch, aoti_torch_empty_strided(2, sizes, strides, t->types[TORCH_FLOAT32], t->device_type, 0, &y));
    if (t->on_cuda)
        MUST(c, libtorch_cuda, aoti_torch_cuda_addmm_out(y, b, x, wt, 1.0, 1.0));
    else
        MUST(c, libtorch, aoti_torch_cpu_addmm_out(y, b, x, wt, 1.0, 1.0));
    torch_drop(t, wt);
    return y;
}
