// The scheduler of the CPU twins, and the table of kernels.
#include "tests/host/twin.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include <kernels/list.h>
#include <kernels/ptx.h>

// The kernels themselves.
#include "kernels/memory.cu"
#include "kernels/reduce.cu"
#include "kernels/conv.cu"
#include "kernels/operand.cu"
#include "kernels/tilecheck.cu"
#include "kernels/rounded.cu"
#include "kernels/errors.cu"
#include "kernels/contract.cu"
#include "tests/host/broken.cu"

thread_local twin_index threadIdx, blockIdx, blockDim, gridDim;

extern "C" char __start_twin_shared[], __stop_twin_shared[];

namespace {

enum { STACK_BYTES = 64 * 1024, THREADS_MAX = 1024, VALUE_MAX = 16 };

// Where a stack was left: its pointer, below which lies what the ABI lets a callee keep. (swapcontext would ask the kernel
// for the signal mask twice at every switch, which no kernel of ours changes and which took most of the time.)
typedef void *place;

struct fiber {
    place      left_at;
    char      *stack;
    twin_index index;
    bool       done;
};

struct warp { unsigned char slot[2][32][VALUE_MAX]; unsigned count, generation, lanes; };

// One block at a time: its fibers, and what they wait for.
fiber fibers[THREADS_MAX];
warp warps[THREADS_MAX / 32];
unsigned n_fibers, running, at_barrier, barrier_generation, alive;
place scheduler;
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

extern "C" __attribute__((visibility("hidden"))) void twin_switch(place *from, const place *to);

// Registers that are kept, and which of them is returned to.
#if defined __x86_64__
enum { KEPT = 8, RETURNS = 6 };         // six, the address, and a word so that a callee finds 8 modulo 16
__asm__(".pushsection .text\n .globl twin_switch\n .hidden twin_switch\n .type twin_switch, %function\ntwin_switch:\n"
        "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n mov %rsp, (%rdi)\n"
        "mov (%rsi), %rsp\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n .popsection\n");
#elif defined __aarch64__
enum { KEPT = 20, RETURNS = 1 };        // x29, x30, x19 to x28, d8 to d15
__asm__(".pushsection .text\n .globl twin_switch\n .hidden twin_switch\n .type twin_switch, %function\ntwin_switch:\n"
        "stp x29, x30, [sp, #-160]!\n stp x19, x20, [sp, #16]\n stp x21, x22, [sp, #32]\n stp x23, x24, [sp, #48]\n"
        "stp x25, x26, [sp, #64]\n stp x27, x28, [sp, #80]\n stp d8, d9, [sp, #96]\n stp d10, d11, [sp, #112]\n"
        "stp d12, d13, [sp, #128]\n stp d14, d15, [sp, #144]\n mov x9, sp\n str x9, [x0]\n ldr x9, [x1]\n mov sp, x9\n"
        "ldp x19, x20, [sp, #16]\n ldp x21, x22, [sp, #32]\n ldp x23, x24, [sp, #48]\n ldp x25, x26, [sp, #64]\n"
        "ldp x27, x28, [sp, #80]\n ldp d8, d9, [sp, #96]\n ldp d10, d11, [sp, #112]\n ldp d12, d13, [sp, #128]\n"
        "ldp d14, d15, [sp, #144]\n ldp x29, x30, [sp], #160\n ret\n .popsection\n");
#else
#error "say how this machine switches stacks"
#endif

// As twin_switch leaves a stack.
void prepare(fiber &f, void (*entry)())
{
    uintptr_t top = (reinterpret_cast<uintptr_t>(f.stack) + STACK_BYTES) & ~uintptr_t(15);
    void **at = reinterpret_cast<void **>(top) - KEPT;

    memset(at, 0, KEPT * sizeof *at);
    at[RETURNS] = reinterpret_cast<void *>(entry);
    f.left_at = at;
}

void yield() { twin_switch(&fibers[running].left_at, &scheduler); }

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
    f.done = false;
    f.index = { i % blockDim.x, i / blockDim.x % blockDim.y, i / blockDim.x / blockDim.y };
    prepare(f, enter);
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
                twin_switch(&scheduler, &fibers[i].left_at);
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
