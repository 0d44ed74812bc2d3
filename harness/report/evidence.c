#include "report/evidence.h"

const char *const evidence_shown[] = { "torch", "cuda", "cudnn", "nccl", NULL };

const char *evidence_version(const struct stack *s, const char *what)
{
    const char *stated = stack_version(s, what);
    const struct member *m = stack_member(s, what);

    return stated != NULL || m == NULL ? stated : m->version;
}
