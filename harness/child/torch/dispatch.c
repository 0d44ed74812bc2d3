#include "child/torch/dispatch.h"

#include <string.h>

#include "base/text.h"

/* The release whose dispatcher schemas we were written for: 2.10.0. libtorch
 * keeps adapters for older callers. */
#define BUILT_FOR UINT64_C(0x020a000000000000)

bool dispatch_available(const struct libtorch *l)
{
    return l->torch_call_dispatcher != NULL && l->torch_new_list_reserve_size != NULL && l->torch_list_push_back != NULL
        && l->aoti_torch_new_tensor_handle != NULL;
}

StableIValue dispatch_own(struct torch *t, AtenTensorHandle x)
{
    struct child *c = t->child;
    AtenTensorHandle h = NULL;

    MUST(c, libtorch, aoti_torch_new_tensor_handle(x, &h));
    return (StableIValue)(uintptr_t)h;
}

/* The address of a value that libtorch deletes. */
StableIValue dispatch_optional(struct torch *t, StableIValue v)
{
    struct child *c = t->child;
    StableIValue *p = NULL;

    if (c->libtorch.torch_new_stable_ivalue != NULL)
        MUST(c, libtorch, torch_new_stable_ivalue(&p));
    else
        p = c->libtorch.operator_new(sizeof *p);
    *p = v;
    return (StableIValue)(uintptr_t)p;
}

StableIValue dispatch_float(double v)
{
    StableIValue bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
}

StableIValue dispatch_list(struct torch *t, const StableIValue *items, size_t n)
{
    struct child *c = t->child;
    StableListHandle list = NULL;

    MUST(c, libtorch, torch_new_list_reserve_size(n, &list));
    for (size_t i = 0; i < n; i++)
        MUST(c, libtorch, torch_list_push_back(list, items[i]));
    return (StableIValue)(uintptr_t)list;
}

StableIValue dispatch_integers(struct torch *t, const int64_t *items, size_t n)
{
    StableIValue as_slots[8];

    for (size_t i = 0; i < n && i < COUNT_OF(as_slots); i++)
        as_slots[i] = (StableIValue)items[i];
    return dispatch_list(t, as_slots, n < COUNT_OF(as_slots) ? n : COUNT_OF(as_slots));
}

AtenTensorHandle dispatch(struct torch *t, const char *op, const char *overload, StableIValue *stack)
{
    struct child *c = t->child;
    char call[CRUMB_CALL];
    long code;

    text_format(call, sizeof call, "torch_call_dispatcher %s()", op);
    child_enter(c, call, c->libtorch.dl.path);
    code = child_leave(c, c->libtorch.torch_call_dispatcher(op, overload, stack, BUILT_FOR));
    if (code != 0)
        child_call_failed(c, call, &c->libtorch.dl, code);
    return (AtenTensorHandle)(uintptr_t)stack[0];
}
