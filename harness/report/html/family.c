#include "report/html/family.h"

#include <string.h>

#include "base/text.h"
#include "model/figures.h"

static const struct { const char *name, *title; } families[] = {
    { "bench.memory", "Memory" }, { "bench.cache", "Caches" }, { "bench.shared", "Shared memory" }, { "bench.blas", "Matrix products" },
    { "bench.host", "Between host and GPU" }, { "bench.host.together", "All GPUs and the host" }, { "bench.peer", "Between GPUs" }, { "bench.nccl", "NCCL" },
    { "bench.launch", "Launches" }, { "bench.dnn.resnet50", "Convolutions of ResNet-50" }, { "bench.cnn", "A small network" }, { "bench.torch", "PyTorch" }, { "bench.start", "Start" },
};

static size_t length_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL ? (size_t)(dot - name) : strlen(name);
}

struct family family_of(const struct judged *j)
{
    const char *name = j->trial.probe->name;
    const size_t n = length_of(name);

    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (strlen(families[i].name) == n && strncmp(families[i].name, name, n) == 0)
            return (struct family){ families[i].title, n };
    return (struct family){ family_short(j), n };
}

bool family_is_same(const struct judged *x, const struct judged *y)
{
    const char *a = x->trial.probe->name, *b = y->trial.probe->name;
    size_t n;

    if (a == b)
        return true;
    n = length_of(a);
    return n == length_of(b) && memcmp(a, b, n) == 0;
}

bool family_is_one(const struct judged *x, const struct judged *y)
{
    return x->trial.stack == y->trial.stack && (x->trial.probe == y->trial.probe || text_is(x->trial.probe->name, y->trial.probe->name))
        && text_is(x->figure->unit, y->figure->unit);
}

const char *family_short(const struct judged *j)
{
    static const char common[] = "bench.";
    const char *name = j->trial.probe->name;

    return text_starts(name, common) ? name + sizeof common - 1 : name;
}

bool family_computes(const struct judged *j)
{
    return j->figure != NULL && (text_is(j->figure->unit, "TFLOP/s") || text_is(j->figure->unit, "TOP/s"));
}
