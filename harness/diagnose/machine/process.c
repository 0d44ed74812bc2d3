/* What a process may have of the machine: memory of its own, and a place to keep what the driver compiles. */
#include "diagnose/look.h"

#include <stdlib.h>

#include "base/text.h"

/* Those that reserve addresses, and no memory of the GPU to speak of. */
static const struct judged *reservation(const struct look *l)
{
    static const char *const calls[] = { "cuInit", "cuDeviceGetCount", "cudaGetDeviceCount", "cuDevicePrimaryCtxRetain", "cuCtxCreate_v2", "cuCtxCreate_v3", "cuCtxCreate_v4",
                                         "cudaSetDevice", "cuMemAddressReserve", "cuMemPoolCreate" };

    for (size_t i = 0; i < COUNT_OF(calls); i++)
        if (ended_by(l, calls[i], 2) != NULL)
            return ended_by(l, calls[i], 2);
    return NULL;
}

static bool is_address_space_limited(const struct look *l)
{
    const char *limit = fact(l, "limit.address_space");

    return limit != NULL && !text_starts(limit, "unlimited");
}

static void look_for_address_space(struct look *l)
{
    const struct judged *told = reservation(l);
    const bool limited = is_address_space_limited(l), strict = text_is(fact(l, "overcommit"), "2");

    if (told == NULL || (!limited && !strict))
        return;
    found(l, LIKELY, limited ? "this process may not have the addresses that the driver sets aside when it begins: its address space is limited"
                             : "this machine hands out no more memory than it has (vm.overcommit_memory is 2), and the driver sets aside more addresses than that");
    evidence_of_call(l, told);
    if (limited)
        evidence_of_fact(l, "limit.address_space");
    evidence_of_fact(l, "overcommit");
    if (!limited)
        evidence_of_fact(l, "memory.commit_limit");
    if (limited)
        fix(l, "ulimit -v unlimited");
    else
        fix_on_host(l, "sudo sysctl -w vm.overcommit_memory=0");
}

/* What works shows that it does no harm. */
static void look_for_cache(struct look *l)
{
    const char *path = fact(l, "cache.path"), *uid = fact(l, "cache.uid"), *me = fact(l, "process.uid");

    if (fact(l, "cache.why_not") == NULL || path == NULL || text_is(variable(l, "CUDA_CACHE_DISABLE"), "1") || report_proved(l->r) > 0)
        return;
    found(l, LIKELY, "the driver cannot keep what it compiles: this user may not write to %s%s", path, uid != NULL && me != NULL && !text_is(uid, me) ? ", which is another's" : "");
    evidence(l, "%s: %s", path, fact(l, "cache.why_not"));
    if (uid != NULL && me != NULL)
        evidence(l, "it belongs to user %s, and this process is user %s", uid, me);
    if (variable(l, "CUDA_CACHE_PATH") != NULL)
        fix(l, "unset CUDA_CACHE_PATH");
    else
        fix(l, "sudo chown -R \"$USER\" ~/.nv && chmod -R u+rwX ~/.nv");
}

const struct rule process_rules[] = {
    { { "address-space-limit", LINK_DRIVER, .what = "The driver sets aside addresses for all memory of the machine and its GPUs before it uses any. Where a batch system or a shell limits them (ulimit -v), or the kernel counts them as used, it answers "
        "2 (out of memory) though the GPU is empty.",
        .unlike = "A GPU that is full: there the driver begins, and a later call for memory answers 2." }, look_for_address_space },
    { { "cache-not-writable", LINK_WORK, .what = "What the driver compiles from PTX is kept in ~/.nv/ComputeCache, or where CUDA_CACHE_PATH says. A program that was once run by sudo leaves it to root; then everything is compiled anew each time, and some programs fail.",
        .unlike = "A GPU without free memory fails in the same calls: nvidia-smi shows it." }, look_for_cache },
    { { .id = NULL }, NULL },
};
