// The scheduler of the CPU twins, and the table of kernels.
#include "tests/host/twin.h"

#include <cstdlib>
#include <ucontext.h>
#include <utility>

#include <kernels/list.h>
#include <kernels/ptx.h>

// The kernels themselves.
#include "kernels/memory.cu"
#include "kernels/reduce.cu"
#include "kernels/gemm.cu"
#include "kernels/conv.cu"
#include "tests/host/broken.cu"

thread_local twin_index threadIdx, blockIdx, blockDim, gridDim;

extern "C" char __start_twin_shared[], __stop_twin_shared[];

namespace {

enum { STACK_BYTES = 64 * 1024, THREADS_MAX = 1024, VALUE_MAX = 16 };

struct fiber {
    ucontext_t context;
    char      *stack;
    twin_index index;
    bool       done;
};

struct warp { unsigned char slot[2][32][VALUE_MAX]; unsigned count, generation, lanes; };

// One block at a time: its fibers, and what they wait for.
fiber fibers[THREADS_MAX];
warp warps[THREADS_MAX / 32];
unsigned n_fibers, running, at_barrier, barrier_generation, alive;
ucontext_t scheduler;
void (*body)(void **);
void **body_params;

unsigned long long noise = 0x9E3779B97F4A7C15ull;

unsigned next_noise()
{
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
    return unsigned(noise >> 32);
}

void yield() { swapcontext(&fibers[running].context, &scheduler); }

// A thread that has returned counts as arrived, as on a GPU since Volta.
void open_barrier_if_full()
{
    if (at_barrier > 0 && at_barrier >= alive) {
        at_barrier = 0;
        barrier_generation++;
    }
}

void enter()
{
    body(body_params);
    fibers[running].done = true;
    alive--;
    warps[running / 32].lanes--;
    open_barrier_if_full();
    yield();
    abort();
}

void start_fiber(unsigned i)
{
    fiber &f = fibers[i];

    if (f.stack == nullptr)
        f.stack = static_cast<char *>(malloc(STACK_BYTES));
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack;
    f.context.uc_stack.ss_size = STACK_BYTES;
    f.context.uc_link = &scheduler;
    f.done = false;
    f.index = { i % blockDim.x, i / blockDim.x % blockDim.y, i / blockDim.x / blockDim.y };
    makecontext(&f.context, enter, 0);
}

// Another order of the threads in every block: a missing barrier shows.
void run_block()
{
    unsigned first = next_noise() % n_fibers, step = (next_noise() & 1) ? 1 : n_fibers - 1;

    for (char *p = __start_twin_shared; p < __stop_twin_shared; p++)
        *p = char(next_noise());
    for (unsigned i = 0; i < n_fibers; i++)
        start_fiber(i);
    for (unsigned w = 0; w < (n_fibers + 31) / 32; w++)
        warps[w] = warp{ {}, 0, 0, n_fibers - w * 32 < 32 ? n_fibers - w * 32 : 32 };
    at_barrier = 0;
    alive = n_fibers;
    while (alive > 0)
        for (unsigned k = 0, i = first; k < n_fibers; k++, i = (i + step) % n_fibers)
            if (!fibers[i].done) {
                running = i;
                threadIdx = fibers[i].index;
                swapcontext(&scheduler, &fibers[i].context);
            }
}

template <class... A, size_t... I>
void unpack(void (*kernel)(A...), void **params, std::index_sequence<I...>)
{
    kernel(*static_cast<A *>(params[I])...);
}

struct entry { const char *name; int params; void (*call)(void **); };

template <class... A> constexpr int count(void (*)(A...)) { return int(sizeof...(A)); }

#define CALL(kernel, image) \
    void call_##kernel(void **params) { unpack(kernel, params, std::make_index_sequence<size_t(count(kernel))>()); }
KERNELS(CALL)
CALL(broken_sum, broken)

#define ROW(kernel, image) { #kernel, count(kernel), call_##kernel },
const entry table[] = { KERNELS(ROW) ROW(broken_sum, broken) };

const entry *find(const char *name)
{
    for (const entry &e : table)
        if (strcmp(e.name, name) == 0)
            return &e;
    return nullptr;
}

}

void twin_barrier()
{
    unsigned generation = barrier_generation, me = running;

    at_barrier++;
    open_barrier_if_full();
    while (generation == barrier_generation)
        yield();
    threadIdx = fibers[me].index;
}

void twin_exchange(const void *mine, size_t bytes, unsigned lane, void *theirs)
{
    unsigned me = running, generation;
    warp &w = warps[me / 32];

    generation = w.generation;
    memcpy(w.slot[generation & 1][me % 32], mine, bytes);
    if (++w.count >= w.lanes) {
        w.count = 0;
        w.generation++;
    }
    while (generation == w.generation)
        yield();
    threadIdx = fibers[me].index;
    memcpy(theirs, w.slot[generation & 1][lane], bytes);
}

int twin_params(const char *kernel)
{
    const entry *e = find(kernel);

    return e != nullptr ? e->params : -1;
}

bool twin_launch(const char *kernel, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, void **params)
{
    const entry *e = find(kernel);

    if (e == nullptr || gx == 0 || gy == 0 || gz == 0 || bx * by * bz == 0 || bx * by * bz > THREADS_MAX)
        return false;
    gridDim = { gx, gy, gz };
    blockDim = { bx, by, bz };
    n_fibers = bx * by * bz;
    body = e->call;
    body_params = params;
    for (unsigned z = 0; z < gz; z++)
        for (unsigned y = 0; y < gy; y++)
            for (unsigned x = 0; x < gx; x++) {
                blockIdx = { x, y, z };
                run_block();
            }
    return true;
}
