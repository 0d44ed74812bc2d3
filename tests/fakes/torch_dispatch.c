/* The fake libtorch_cpu.so: the dispatcher, whose arguments are consumed. */
#include "tests/fakes/torch.h"

#include <stdlib.h>
#include <string.h>

void *_Znwm(size_t bytes);
void  _ZdlPv(void *at);

struct StableListOpaque { size_t n; StableIValue items[8]; };

AOTITorchError fake_torch_new_list_reserve_size(size_t n, StableListHandle *out)
{
    (void)n;
    *out = calloc(1, sizeof **out);
    return 0;
}

AOTITorchError fake_torch_list_push_back(StableListHandle list, StableIValue v)
{
    if (list->n == sizeof list->items / sizeof *list->items)
        return 1;
    list->items[list->n++] = v;
    return 0;
}

AOTITorchError fake_torch_new_stable_ivalue(StableIValue **out)
{
    *out = _Znwm(sizeof **out);
    return 0;
}

/* ---- Arguments: by a letter for each: T tensor, L list of integers, A list of tensors, O optional tensor, f float, i integer ---- */

enum { ARGUMENTS_MAX = 16 };

struct arguments { T tensors[ARGUMENTS_MAX]; double floats[ARGUMENTS_MAX]; int64_t integers[ARGUMENTS_MAX]; };

static T tensor_of(StableIValue v)
{
    return fake_in((const void *)(uintptr_t)v);
}

static void read(struct arguments *a, const char *letters, const StableIValue *stack)
{
    for (size_t i = 0; letters[i] != '\0'; i++) {
        StableListHandle list = (StableListHandle)(uintptr_t)stack[i];

        a->integers[i] = letters[i] == 'L' ? (int64_t)list->items[0] : (int64_t)stack[i];
        memcpy(&a->floats[i], &stack[i], sizeof a->floats[i]);
        a->tensors[i] = letters[i] == 'T' ? tensor_of(stack[i]) : letters[i] == 'A' && list->n > 0 ? tensor_of(list->items[0])
                      : letters[i] == 'O' && stack[i] != 0 ? tensor_of(*(const StableIValue *)(uintptr_t)stack[i]) : NULL;
    }
}

static void consume(const char *letters, const StableIValue *stack)
{
    for (size_t i = 0; letters[i] != '\0'; i++) {
        void *at = (void *)(uintptr_t)stack[i];
        StableListHandle list = at;

        if (letters[i] == 'T')
            fake_unbox(at);
        if (letters[i] == 'O' && at != NULL) {
            fake_unbox((AtenTensorHandle)(uintptr_t)*(const StableIValue *)at);
            _ZdlPv(at);
        }
        for (size_t k = 0; letters[i] == 'A' && k < list->n; k++)
            fake_unbox((AtenTensorHandle)(uintptr_t)list->items[k]);
        if (letters[i] == 'A' || letters[i] == 'L')
            free(list);
    }
}

/* ---- Operations ---- */

#define TENSOR(name, expression)    static T d_##name(const struct arguments *a) { return expression; }
TENSOR(conv2d, fake_conv2d(a->tensors[0], a->tensors[1], a->tensors[2]))
TENSOR(relu, fake_relu(a->tensors[0]))
TENSOR(max_pool2d, fake_max_pool2d(a->tensors[0]))
TENSOR(linear, fake_linear(a->tensors[0], a->tensors[1], a->tensors[2]))
TENSOR(layer_norm, fake_layer_norm(a->tensors[0], a->tensors[2], a->tensors[3], a->floats[4]))
TENSOR(embedding, fake_embedding(a->tensors[0], a->tensors[1]))
TENSOR(scatter, fake_scatter(a->tensors[0], a->tensors[1], a->integers[2], a->integers[3]))
TENSOR(bmm, fake_bmm(a->tensors[0], a->tensors[1]))
TENSOR(softmax, fake_softmax(a->tensors[0]))
TENSOR(sqrt, fake_sqrt(a->tensors[0]))
TENSOR(attention, fake_attention(a->tensors[0], a->tensors[1], a->tensors[2], a->integers[5] != 0))

/* What gives nothing answers with its first tensor, or NULL for a failure. */
TENSOR(adamw, fake_fused_adamw_(a->tensors[0], a->tensors[1], a->tensors[2], a->tensors[3], a->tensors[5], a->floats[6], a->floats[7],
                                a->floats[8], a->floats[9], a->floats[10]) ? a->tensors[0] : NULL)
TENSOR(sgd, fake_fused_sgd_(a->tensors[0], a->tensors[1], a->tensors[2], a->floats[3], a->floats[4], a->floats[5]) ? a->tensors[0] : NULL)

static const struct op { const char *name, *overload, *letters; T (*call)(const struct arguments *a); bool gives_nothing; } ops[] = {
    { "aten::conv2d", "", "TTOLLLi", d_conv2d, false },
    { "aten::relu", "", "T", d_relu, false },
    { "aten::max_pool2d", "", "TLLLLi", d_max_pool2d, false },
    { "aten::linear", "", "TTO", d_linear, false },
    { "aten::layer_norm", "", "TLOOfi", d_layer_norm, false },
    { "aten::embedding", "", "TTiii", d_embedding, false },
    { "aten::embedding_dense_backward", "", "TTiii", d_scatter, false },
    { "aten::bmm", "", "TT", d_bmm, false },
    { "aten::softmax", "int", "Tii", d_softmax, false },
    { "aten::sqrt", "", "T", d_sqrt, false },
    { "aten::scaled_dot_product_attention", "", "TTTOfiii", d_attention, false },
    { "aten::_fused_adamw_", "", "AAAAAAfffffiiOO", d_adamw, true },
    { "aten::_fused_sgd_", "", "AAAffffiiiOO", d_sgd, true },
};

AOTITorchError fake_torch_call_dispatcher(const char *name, const char *overload, StableIValue *stack, uint64_t version)
{
    AtenTensorHandle out;
    AOTITorchError code;

    (void)version;
    for (const struct op *op = ops; op < ops + sizeof ops / sizeof *ops; op++) {
        struct arguments a;
        T y;

        if (strcmp(name, op->name) != 0 || strcmp(overload, op->overload) != 0)
            continue;
        read(&a, op->letters, stack);
        y = op->call(&a);
        consume(op->letters, stack);
        if (y != NULL && op->gives_nothing)
            return 0;
        code = fake_answer(y, &out);
        if (code == 0)
            stack[0] = (StableIValue)(uintptr_t)out;
        return code;
    }
    return fake_answer(FAKE_REFUSE("Could not find schema for %s.%s", name, overload), &out);
}

AOTITorchError fake_aoti_torch_call_dispatcher(const char *name, const char *overload, StableIValue *stack)
{
    return fake_torch_call_dispatcher(name, overload, stack, 0);
}
