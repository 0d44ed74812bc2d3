/* The fake driver's graphs: the launches, and other libraries' calls, of a stream that captures, done again one after another. */
#include "tests/fakes/cuda.h"

#include <stdlib.h>
#include <string.h>

enum { PARAMS_MAX = 8 };

/* Every parameter of a kernel that is captured has 8 bytes. */
struct node { CUfunction f; unsigned dims[6], shared; uint64_t value[PARAMS_MAX]; int n; long (*again)(const void *call); void *call; };

struct CUgraph_st { struct node *nodes; size_t n; };
struct CUgraphExec_st { struct CUgraph_st graph; };

static CUstream capturing;
static struct CUgraph_st captured;

CUresult fake_cuStreamBeginCapture_v2(CUstream s, CUstreamCaptureMode mode)
{
    (void)mode;
    if (s == NULL)
        return 900;                     /* CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED: the default stream */
    capturing = s;
    captured = (struct CUgraph_st){ NULL, 0 };
    return fake_need_context();
}

static void keep(struct node node)
{
    captured.nodes = realloc(captured.nodes, (captured.n + 1) * sizeof node);
    captured.nodes[captured.n++] = node;
}

bool fake_captures_stream(const void *s)
{
    return s != NULL && s == capturing;
}

bool fake_captures(CUstream s, CUfunction f, const unsigned dims[6], unsigned shared, void **params, int n)
{
    struct node node = { .f = f, .shared = shared, .n = n };

    if (!fake_captures_stream(s))
        return false;
    memcpy(node.dims, dims, sizeof node.dims);
    for (int i = 0; i < n && i < PARAMS_MAX; i++)
        memcpy(&node.value[i], params[i], sizeof node.value[i]);
    keep(node);
    return true;
}

/* What is copied lives as long as the process: graphs and what is made of them share it. */
void fake_keep(long (*again)(const void *call), const void *call, size_t bytes)
{
    static struct kept { struct kept *next; _Alignas(16) char bytes[]; } *all;
    struct kept *one = malloc(sizeof *one + bytes);

    one->next = all;
    all = one;
    memcpy(one->bytes, call, bytes);
    keep((struct node){ .again = again, .call = one->bytes });
}

CUresult fake_cuStreamEndCapture(CUstream s, CUgraph *graph)
{
    if (s == NULL || s != capturing)
        return 401;                     /* CUDA_ERROR_ILLEGAL_STATE */
    capturing = NULL;
    *graph = malloc(sizeof **graph);
    **graph = captured;
    return 0;
}

CUresult fake_cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph, unsigned long long flags)
{
    (void)flags;
    *exec = malloc(sizeof **exec);
    (*exec)->graph = *graph;
    (*exec)->graph.nodes = malloc((graph->n > 0 ? graph->n : 1) * sizeof *graph->nodes);
    memcpy((*exec)->graph.nodes, graph->nodes, graph->n * sizeof *graph->nodes);
    return fake_need_context();
}

CUresult fake_cuGraphLaunch(CUgraphExec exec, CUstream s)
{
    CUresult code = fake_need_context();

    if (fake_lie_is(STALE_RESULT))
        return code;
    for (size_t i = 0; i < exec->graph.n && code == 0; i++) {
        struct node *n = &exec->graph.nodes[i];
        void *params[PARAMS_MAX + 1] = { NULL };

        if (n->again != NULL) {
            code = n->again(n->call) != 0 ? 999 : 0;        /* CUDA_ERROR_UNKNOWN */
            continue;
        }
        for (int p = 0; p < n->n; p++)
            params[p] = &n->value[p];
        code = fake_cuLaunchKernel(n->f, n->dims[0], n->dims[1], n->dims[2], n->dims[3], n->dims[4], n->dims[5], n->shared, s, params, NULL);
    }
    return code;
}

CUresult fake_cuGraphExecDestroy(CUgraphExec exec)
{
    free(exec->graph.nodes);
    free(exec);
    return 0;
}

CUresult fake_cuGraphDestroy(CUgraph graph)
{
    free(graph->nodes);
    free(graph);
    return 0;
}
