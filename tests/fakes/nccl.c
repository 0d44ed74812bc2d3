/* The fake libnccl.so.2: one rank, float sums. */
#include "load/nccl.h"
#include "tests/fakes/gate.h"

#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(NCCL_SYMS)

enum { FIRST_OWN_OP = 5, OPS_MAX = 16 };        /* ncclNumOps is 5 */

const long fake_failure = 3;            /* ncclInternalError */

struct ncclComm { float factors[OPS_MAX]; bool used[OPS_MAX]; };

ncclResult_t fake_ncclGetVersion(int *version)
{
    *version = 22809;
    return 0;
}

const char *fake_ncclGetErrorString(ncclResult_t code)
{
    static const char *const texts[] = {
        "no error", "unhandled cuda error", "unhandled system error", "internal error", "invalid argument", "invalid usage",
    };

    return code >= 0 && (size_t)code < COUNT_OF(texts) ? texts[code] : "unknown result code";
}

const char *fake_ncclGetLastError(ncclComm_t comm)
{
    (void)comm;
    return "";
}

ncclResult_t fake_ncclGetUniqueId(ncclUniqueId *id)
{
    memset(id, 0, sizeof *id);
    return 0;
}

ncclResult_t fake_ncclCommInitAll(ncclComm_t *comms, int n, const int *devices)
{
    if (!fake_driver_serves() || fake_driver()->device_count() < n)
        return 1;
    for (int i = 0; i < n; i++)
        if (devices != NULL && devices[i] >= fake_driver()->device_count())
            return 4;
    for (int i = 0; i < n; i++)
        comms[i] = calloc(1, sizeof *comms[i]);
    return 0;
}

ncclResult_t fake_ncclCommInitRank(ncclComm_t *comm, int n, ncclUniqueId id, int rank)
{
    (void)id;
    return n == 1 && rank == 0 ? fake_ncclCommInitAll(comm, 1, NULL) : 4;
}

ncclResult_t fake_ncclCommDestroy(ncclComm_t comm)
{
    free(comm);
    return 0;
}

ncclResult_t fake_ncclCommAbort(ncclComm_t comm)
{
    return fake_ncclCommDestroy(comm);
}

ncclResult_t fake_ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t *code)
{
    *code = comm != NULL ? 0 : 4;
    return 0;
}

ncclResult_t fake_ncclRedOpCreatePreMulSum(ncclRedOp_t *op, void *factor, ncclDataType_t type, ncclScalarResidence_t where, ncclComm_t comm)
{
    int i = 0;

    if (type != ncclFloat32 || where != ncclScalarHostImmediate)
        return 4;
    while (i < OPS_MAX && comm->used[i])
        i++;
    if (i == OPS_MAX)
        return 3;
    memcpy(&comm->factors[i], factor, sizeof(float));
    comm->used[i] = true;
    *op = FIRST_OWN_OP + i;
    return 0;
}

ncclResult_t fake_ncclRedOpDestroy(ncclRedOp_t op, ncclComm_t comm)
{
    if (op < FIRST_OWN_OP || op >= FIRST_OWN_OP + OPS_MAX || !comm->used[op - FIRST_OWN_OP])
        return 4;
    comm->used[op - FIRST_OWN_OP] = false;
    return 0;
}

ncclResult_t fake_ncclAllReduce(const void *from, void *to, size_t n, ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm, CUstream s)
{
    bool scaled = op >= FIRST_OWN_OP && op < FIRST_OWN_OP + OPS_MAX && comm->used[op - FIRST_OWN_OP];
    float factor = scaled ? comm->factors[op - FIRST_OWN_OP] : 1;
    const float *in = from;
    float *out = to;

    (void)s;
    if (type != ncclFloat32 || (op != 0 && !scaled))
        return 4;
    if (!fake_driver()->owns(from, n * sizeof *in) || !fake_driver()->owns(to, n * sizeof *out)) {
        fake_driver()->late(700);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] * factor;
    fake_spoil(out, n);
    return 0;
}
