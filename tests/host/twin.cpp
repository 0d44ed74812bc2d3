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
#include "kernels/march.cu"
#include "kernels/sm_map_spoilt.cu"         // before the other build, whose functions it would find too
using spoilt::sm_map_spoilt;
#undef SM_RESULT
#undef SM_KERNEL
#include "kernels/sm_map.cu"
#include "kernels/operand.cu"
#include "kernels/tilecheck.cu"
#include "kernels/rounded.cu"
#include "kernels/errors.cu"
#include "kernels/contract.cu"
#include "kernels/soak.cu"
#include "kernels/stream.cu"
#include "kernels/caches.cu"
#include "kernels/gate.cu"
#include "kernels/tick.cu"
#include "tests/host/broken.cu"

thread_local twin_index threadIdx, blockIdx, blockDim, gridDim;

extern "C" char __start_twin_shared[], __stop_twin_shared[];

namespace {

enum { STACK_BYTES = 64 * 1024, THREADS_MAX = 1024, TOGETHER_MAX = 64, VALUE_MAX = 16 };

// Where a stack was left: its pointer, below which lies what the ABI lets a callee keep. (swapcontext would ask the kernel
// for the signal mask twice at every switch, which no kernel of ours changes and which took most of the time.)
typedef void *place;

struct fiber {
    place      left_at;
    char      *stack;
    twin_index index;
    bool       done;
};

struct warp { unsigned char slot[2][32][VALUE_MAX]; bool vote[2]; unsigned count, generation, lanes; };

// A block: its fibers, what they wait for, and its shared memory while another block runs.
struct block {
    fiber      fibers[THREADS_MAX];
    warp       warps[THREADS_MAX / 32];
    twin_index index;
    unsigned   sm, at_barrier, generation, alive, first, step;
    char      *shared, *dynamic;
};

block *blocks[TOGETHER_MAX], *now;      // now: whose fiber runs
unsigned n_fibers, running;
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

void yield() { twin_switch(&now->fibers[running].left_at, &scheduler); }

// A thread that has returned counts as arrived, as on a GPU since Volta.
void open_barrier_if_full()
{
    if (now->at_barrier > 0 && now->at_barrier >= now->alive) {
        now->at_barrier = 0;
        now->generation++;
    }
}

void enter()
{
    body(body_params);
    now->fibers[running].done = true;
    now->alive--;
    now->warps[running / 32].lanes--;
    open_barrier_if_full();
    yield();
    abort();
}

void start_fiber(block &b, unsigned i)
{
    fiber &f = b.fibers[i];

    if (f.stack == nullptr)
        f.stack = static_cast<char *>(malloc(STACK_BYTES));
    f.done = false;
    f.index = { i % blockDim.x, i / blockDim.x % blockDim.y, i / blockDim.x / blockDim.y };
    prepare(f, enter);
}

size_t shared_bytes() { return size_t(__stop_twin_shared - __start_twin_shared); }

// Another order of the threads in every block, and rubbish in shared memory: a missing barrier shows.
void start_block(block &b, twin_index index, unsigned sm)
{
    b.index = index;
    b.sm = sm;
    b.first = next_noise() % n_fibers;
    b.step = (next_noise() & 1) ? 1 : n_fibers - 1;
    for (char *p = __start_twin_shared; p < __stop_twin_shared; p++)
        *p = char(next_noise());
    for (unsigned i = 0; i < n_fibers; i++)
        start_fiber(b, i);
    for (unsigned w = 0; w < (n_fibers + 31) / 32; w++)
        b.warps[w] = warp{ {}, {}, 0, 0, n_fibers - w * 32 < 32 ? n_fibers - w * 32 : 32 };
    b.at_barrier = 0;
    b.alive = n_fibers;
}

// Every thread once, as far as it comes.
void run_round(block &b)
{
    now = &b;
    blockIdx = b.index;
    for (unsigned k = 0, i = b.first; k < n_fibers; k++, i = (i + b.step) % n_fibers)
        if (!b.fibers[i].done) {
            running = i;
            threadIdx = b.fibers[i].index;
            twin_switch(&scheduler, &b.fibers[i].left_at);
        }
}

unsigned sms() { return twin_trouble.sms > 0 ? twin_trouble.sms : 2; }

block &room_for(unsigned i)
{
    if (blocks[i] == nullptr)
        blocks[i] = static_cast<block *>(calloc(1, sizeof *blocks[i]));
    return *blocks[i];
}

// The n blocks in turn, a round of each; shared memory is exchanged between them.
void run_together(unsigned n)
{
    for (unsigned alive = n; alive > 0;) {
        alive = 0;
        for (unsigned i = 0; i < n; i++) {
            block &b = *blocks[i];

            if (b.alive == 0)
                continue;
            memcpy(__start_twin_shared, b.shared, shared_bytes());
            run_round(b);
            memcpy(b.shared, __start_twin_shared, shared_bytes());
            alive += b.alive > 0;
        }
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
    unsigned generation = now->generation;

    now->at_barrier++;
    open_barrier_if_full();
    while (generation == now->generation)
        yield();
}

// The last lane of a warp to come lets all go on; returns which of the two sets of slots was theirs.
static unsigned meet_warp(warp &w)
{
    unsigned generation = w.generation;

    if (++w.count >= w.lanes) {
        w.count = 0;
        w.vote[(generation + 1) & 1] = false;
        w.generation++;
    }
    while (generation == w.generation)
        yield();
    return generation & 1;
}

void twin_exchange(const void *mine, size_t bytes, unsigned lane, void *theirs)
{
    warp &w = now->warps[running / 32];

    memcpy(w.slot[w.generation & 1][running % 32], mine, bytes);
    memcpy(theirs, w.slot[meet_warp(w)][lane], bytes);
}

bool twin_any(bool mine)
{
    warp &w = now->warps[running / 32];

    w.vote[w.generation & 1] |= mine;
    return w.vote[meet_warp(w)];
}

unsigned twin_sm() { return now->sm; }
void *twin_dynamic() { return now->dynamic; }

struct twin_trouble twin_trouble;
unsigned long twin_atomics;

static const unsigned long long *true_cell(const unsigned long long *p)
{
    return twin_trouble.kind == CELL_ALIAS && p == twin_trouble.cell ? twin_trouble.other : p;
}

unsigned long long twin_read_cell(const unsigned long long *p)
{
    const unsigned long long bit = 1ull << twin_trouble.cell_bit;
    unsigned long long value = *static_cast<const volatile unsigned long long *>(true_cell(p));

    if (p != twin_trouble.cell)
        return value;
    return twin_trouble.kind == CELL_STUCK_0 ? value & ~bit : twin_trouble.kind == CELL_STUCK_1 ? value | bit : value;
}

void twin_write_cell(unsigned long long *p, unsigned long long value)
{
    const unsigned long long bit = 1ull << twin_trouble.cell_bit;

    if (twin_trouble.kind == CELL_COUPLED && p == twin_trouble.cell && (value & ~*p & bit) != 0)
        *twin_trouble.other |= bit;
    *const_cast<unsigned long long *>(true_cell(p)) = value;
}

int twin_params(const char *kernel)
{
    const entry *e = find(kernel);

    return e != nullptr ? e->params : -1;
}

// False for an unknown kernel or an impossible shape.
static bool prepare_launch(const entry *e, twin_index grid, twin_index threads, void **params)
{
    if (e == nullptr || grid.x == 0 || grid.y == 0 || grid.z == 0
        || threads.x * threads.y * threads.z == 0 || threads.x * threads.y * threads.z > THREADS_MAX)
        return false;
    gridDim = grid;
    blockDim = threads;
    n_fibers = threads.x * threads.y * threads.z;
    body = e->call;
    body_params = params;
    return true;
}

bool twin_launch(const char *kernel, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, void **params)
{
    block &b = room_for(0);

    if (!prepare_launch(find(kernel), { gx, gy, gz }, { bx, by, bz }, params))
        return false;
    for (unsigned z = 0; z < gz; z++)
        for (unsigned y = 0; y < gy; y++)
            for (unsigned x = 0; x < gx; x++) {
                start_block(b, { x, y, z }, (x + gx * (y + gy * z)) % sms());
                while (b.alive > 0)
                    run_round(b);
            }
    return true;
}

bool twin_launch_together(const char *kernel, unsigned gx, unsigned bx, unsigned shared, void **params)
{
    const unsigned turn = next_noise() % sms();
    unsigned started = 0;

    if (gx > TOGETHER_MAX || !prepare_launch(find(kernel), { gx, 1, 1 }, { bx, 1, 1 }, params))
        return false;
    for (unsigned x = 0; x < gx; x++) {
        block &b = room_for(started);
        unsigned sm = (x + turn) % sms();

        if (twin_trouble.lost_sm && sm == sms() - 1)
            continue;
        start_block(b, { x, 0, 0 }, twin_trouble.moved_sm && sm == sms() - 1 ? 0 : sm);
        b.shared = static_cast<char *>(realloc(b.shared, shared_bytes()));
        memcpy(b.shared, __start_twin_shared, shared_bytes());
        b.dynamic = static_cast<char *>(realloc(b.dynamic, shared + 1));
        memset(b.dynamic, int(next_noise()), shared);
        started++;
    }
    run_together(started);
    return true;
}
