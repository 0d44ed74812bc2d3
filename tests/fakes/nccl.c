/* The fake libnccl.so.2: collectives of the ranks of one process, carried out when the last of them has called. An order for
 * one rank alone is that of its call: the Nth, where there are N - 1 before it. FAKE_NCCL_LATE=N: from the Nth collective on,
 * rank 0 has the asynchronous error 6. FAKE_NCCL_WARN: what is said on standard output by a call that fails to connect. */
#include "load/nccl.h"
#include "tests/fakes/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FAKE_LIBRARY(NCCL_SYMS)

enum { FIRST_OWN_OP = 5, OPS_MAX = 16, RANKS_MAX = 64 };        /* ncclNumOps is 5 */

const long fake_failure = 3;            /* ncclInternalError */

enum kind { ALL_REDUCE, ALL_GATHER, REDUCE_SCATTER, BROADCAST };

struct call {
    bool           posted;
    enum kind      kind;
    const char    *from;
    char          *to;
    size_t         n;
    ncclDataType_t type;
    ncclRedOp_t    op;
    int            root;
    enum fake_lie  lie;
};

struct clique { int n; unsigned done; struct call calls[RANKS_MAX]; };

struct ncclComm { struct clique *clique; int rank; float factors[OPS_MAX]; bool used[OPS_MAX]; };

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
    struct clique *clique;

    if (!fake_driver_serves() || fake_driver()->device_count() < n || n < 1 || n > RANKS_MAX)
        return 1;
    for (int i = 0; i < n; i++)
        if (devices != NULL && devices[i] >= fake_driver()->device_count())
            return 4;
    clique = calloc(1, sizeof *clique);
    clique->n = n;
    for (int i = 0; i < n; i++) {
        comms[i] = calloc(1, sizeof *comms[i]);
        comms[i]->clique = clique;
        comms[i]->rank = i;
    }
    return 0;
}

ncclResult_t fake_ncclCommInitRank(ncclComm_t *comm, int n, ncclUniqueId id, int rank)
{
    (void)id;
    return n == 1 && rank == 0 ? fake_ncclCommInitAll(comm, 1, NULL) : 4;
}

/* The clique is left to the process. */
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
    const long late = fake_number("FAKE_NCCL_LATE", 0);

    if (comm == NULL)
        return 4;
    *code = late > 0 && comm->rank == 0 && (long)comm->clique->done >= late ? 6 : 0;
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

/* ---- Collectives ---- */

static size_t bytes_of(ncclDataType_t type)
{
    return type == ncclInt64 ? 8 : type == ncclInt32 || type == ncclFloat32 ? 4 : type == ncclBfloat16 ? 2 : 0;
}

static double number_at(const char *p, ncclDataType_t type)
{
    int32_t narrow;
    int64_t wide;
    uint16_t half;
    uint32_t bits;
    float real;

    switch (type) {
    case ncclInt32:
        memcpy(&narrow, p, sizeof narrow);
        return narrow;
    case ncclInt64:
        memcpy(&wide, p, sizeof wide);
        return (double)wide;
    case ncclBfloat16:
        memcpy(&half, p, sizeof half);
        bits = (uint32_t)half << 16;
        memcpy(&real, &bits, sizeof real);
        return real;
    }
    memcpy(&real, p, sizeof real);
    return real;
}

/* Whole numbers that bf16 has: cutting the rest off is exact. */
static void put_number(char *p, ncclDataType_t type, double number)
{
    const int32_t narrow = type == ncclInt32 ? (int32_t)number : 0;
    const float real = (float)number;
    uint32_t bits;
    uint16_t half;

    memcpy(&bits, &real, sizeof bits);
    half = (uint16_t)(bits >> 16);
    memcpy(p, type == ncclInt32 ? (const void *)&narrow : type == ncclBfloat16 ? (const void *)&half : (const void *)&real, bytes_of(type));
}

/* What all ranks have at that element, added; a swapped sum takes the first rank's twice and not the second's. */
static void add_up(const struct clique *k, char *to, size_t i, ncclDataType_t type, double factor, bool swapped)
{
    const size_t bytes = bytes_of(type);
    double sum = 0;
    int64_t whole = 0;

    for (int r = 0; r < k->n; r++) {
        const char *from = k->calls[swapped && r == 1 ? 0 : r].from + i * bytes;
        int64_t one = 0;

        memcpy(&one, from, type == ncclInt64 ? 8 : 0);
        whole += one;
        sum += number_at(from, type) * factor;
    }
    if (type == ncclInt64)
        memcpy(to, &whole, sizeof whole);
    else
        put_number(to, type, sum);
}

/* Of int64 the lower half: what is doubled there is no number of ours any more, either. */
static void spoil_one(char *p, ncclDataType_t type, enum fake_lie lie)
{
    const ncclDataType_t low = type == ncclInt64 ? ncclInt32 : type;
    const double number = number_at(p, low);

    put_number(p, low, lie == DOUBLED_RESULT ? 2 * number : number + 1);
}

static void carry_out(const struct clique *k, int rank, double factor)
{
    const struct call *c = &k->calls[rank];
    const size_t bytes = bytes_of(c->type), all = c->kind == ALL_GATHER ? c->n * (size_t)k->n : c->n;
    const bool swapped = c->lie == SWAPPED && k->n > 1;
    char *result = calloc(all + 1, bytes);

    for (size_t i = 0; i < all; i++) {
        char *at = result + i * bytes;
        const size_t owner = i / c->n;

        if (c->kind == ALL_GATHER)
            memcpy(at, k->calls[swapped && owner < 2 ? 1 - owner : owner].from + i % c->n * bytes, bytes);
        else if (c->kind == BROADCAST)
            memcpy(at, k->calls[swapped ? (c->root + 1) % k->n : c->root].from + i * bytes, bytes);
        else
            add_up(k, at, c->kind == REDUCE_SCATTER ? (size_t)rank * c->n + i : i, c->type, factor, swapped);
    }
    if (c->lie != STALE_RESULT)
        memcpy(c->to, result + (c->lie == SHIFTED_ROWS ? bytes : 0), all * bytes);
    if (c->lie == ZERO_RESULT)
        memset(c->to, 0, all * bytes);
    if (c->lie == WRONG_RESULT)
        c->to[(all - 1) * bytes] = (char)(c->to[(all - 1) * bytes] ^ 1);
    for (size_t i = 0; i < all && (c->lie == DOUBLED_RESULT || c->lie == OFFSET_RESULT); i++)
        spoil_one(c->to + i * bytes, c->type, c->lie);
    if (c->lie == NAN_RESULT)
        memset(c->to, 0xFF, bytes);
    free(result);
}

static void carry_out_if_complete(struct clique *k, double factor)
{
    for (int r = 0; r < k->n; r++)
        if (!k->calls[r].posted)
            return;
    for (int r = 0; r < k->n; r++)
        carry_out(k, r, factor);
    for (int r = 0; r < k->n; r++)
        k->calls[r].posted = false;
    k->done++;
}

static ncclResult_t post(ncclComm_t comm, struct call c)
{
    static const enum fake_lie known[] = {
        NAN_RESULT, WRONG_RESULT, ZERO_RESULT, STALE_RESULT, SHIFTED_ROWS, SWAPPED, DOUBLED_RESULT, OFFSET_RESULT,
    };
    const bool scaled = c.op >= FIRST_OWN_OP && c.op < FIRST_OWN_OP + OPS_MAX && comm->used[c.op - FIRST_OWN_OP];
    struct clique *k = comm->clique;
    const size_t bytes = bytes_of(c.type), more = (size_t)k->n;

    if (bytes == 0 || (c.op != ncclSum && !scaled) || c.root < 0 || c.root >= k->n || k->calls[comm->rank].posted)
        return 4;
    if (!fake_driver()->owns(c.from, c.n * bytes * (c.kind == REDUCE_SCATTER ? more : 1))
        || !fake_driver()->owns(c.to, c.n * bytes * (c.kind == ALL_GATHER ? more : 1))) {
        fake_driver()->late(700);
        return 0;
    }
    if (fake_driver()->device_of(c.from) != comm->rank || fake_driver()->device_of(c.to) != comm->rank)
        return 4;                       /* each rank's memory is on its own device */
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((known[i] != SWAPPED || k->n > 1) && fake_lie_is(known[i]))
            c.lie = known[i];
    fake_spoil(NULL, 0);                /* the order is taken */
    c.posted = true;
    k->calls[comm->rank] = c;
    carry_out_if_complete(k, scaled ? (double)comm->factors[c.op - FIRST_OWN_OP] : 1);
    return 0;
}

ncclResult_t fake_ncclGroupStart(void)
{
    return 0;
}

/* Where no way leads to another rank, the real one says so, and returns a system error. */
ncclResult_t fake_ncclGroupEnd(void)
{
    const char *words = getenv("FAKE_NCCL_WARN");

    if (words == NULL)
        return 0;
    printf("node:1:1 [0] NCCL WARN %s\n", words);
    fflush(stdout);
    return 2;
}

ncclResult_t fake_ncclAllReduce(const void *from, void *to, size_t n, ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm, CUstream s)
{
    (void)s;
    return post(comm, (struct call){ .kind = ALL_REDUCE, .from = from, .to = to, .n = n, .type = type, .op = op });
}

ncclResult_t fake_ncclAllGather(const void *from, void *to, size_t n, ncclDataType_t type, ncclComm_t comm, CUstream s)
{
    (void)s;
    return post(comm, (struct call){ .kind = ALL_GATHER, .from = from, .to = to, .n = n, .type = type });
}

ncclResult_t fake_ncclReduceScatter(const void *from, void *to, size_t n, ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm, CUstream s)
{
    (void)s;
    return post(comm, (struct call){ .kind = REDUCE_SCATTER, .from = from, .to = to, .n = n, .type = type, .op = op });
}

ncclResult_t fake_ncclBroadcast(const void *from, void *to, size_t n, ncclDataType_t type, int root, ncclComm_t comm, CUstream s)
{
    (void)s;
    return post(comm, (struct call){ .kind = BROADCAST, .from = from, .to = to, .n = n, .type = type, .root = root });
}
