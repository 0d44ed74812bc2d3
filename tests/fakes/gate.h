/* gate.h - what every fake library is made of: an exported entry for each
 * symbol of the product's own list, behind a gate that can make the call fail,
 * crash or hang on order; see gate.c for how to order. The entry `cuInit` goes
 * on to the C function `fake_cuInit`.
 */
#ifndef FAKES_GATE_H
#define FAKES_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

/* The code of a call that was ordered to fail without naming one; every fake defines it. */
extern const long fake_failure;

/* 0: go on; else what the entry returns. `symbol` may also be a finer name that
 * a fake makes up: "cuLaunchKernel@gemm". */
long fake_gate(const char *symbol);

/* What was ordered of the result of the call that runs. A fake that does not know a lie tells the truth. */
enum fake_lie {
    SOUND, NAN_RESULT, WRONG_RESULT, ZERO_RESULT, STALE_RESULT, IN_TF32, OTHER_LAYOUT, SHIFTED_ROWS, SWAPPED, UNSCALED, MIXED_SCALES,
    DOUBLED_RESULT, OFFSET_RESULT, LIES,
};

bool fake_lie_is(enum fake_lie lie);

/* The lie that was ordered is put aside, so that the truth can be computed beside it; or back. Gives what was there. */
enum fake_lie fake_lie_aside(enum fake_lie instead);

/* FAKE_TOLD gets a line: what is left in memory is not the truth. fake_spoil sees by itself whether it is; a lie that a
 * fake asks about counts as told, unless it compares with the truth and says so. */
void fake_told(void);
void fake_compares(void);

/* Spoils one result if that was ordered for the call that runs: the first becomes NaN, or the last is off by one; or
 * all are 0, doubled, or off by one. */
void fake_spoil(float *results, size_t n);
bool fake_spoil_is_ordered(void);

/* The same without a line in FAKE_TOLD, for who compares what is stored; the order stays. */
void fake_spoil_quietly(float *results, size_t n);

/* Whether FAKE_FAULT_GPU and FAKE_FAULT_PROBE mean this process. */
bool fake_is_ordered_here(void);

/* What the other fakes ask of the fake driver in this process, as the real ones do. */
struct fake_driver {
    bool (*owns)(const void *address, size_t bytes);            /* the whole range lies inside one allocation */
    int  (*alloc)(void **address, size_t bytes);                /* a CUresult */
    int  (*release)(void *address);
    int  (*synchronize)(void);
    int  (*device_count)(void);                                 /* 0 too if the driver does not initialise */
    int  (*version)(void);
    void (*late)(long code);                                    /* the next cuCtxSynchronize returns it */
    int  (*device_of)(const void *address);                     /* whose memory it is, as this process counts; -1: nobody's */
    bool (*captures)(const void *stream);                       /* then a call on it is kept for its graph, and not done: */
    void (*keep)(long (*again)(const void *call), const void *call, size_t bytes);
};

/* NULL if there is no libcuda.so.1. */
const struct fake_driver *fake_driver(void);

/* There is a driver, new enough for libraries of CUDA 13, and it has a device:
 * else a real library's create call is refused. */
bool fake_driver_serves(void);

/* A whole number of the environment, or `otherwise`. */
long fake_number(const char *variable, long otherwise);

/* In an entry: keeps the call on a stream that captures, and returns. `again` makes it once more, by its exported entry. */
#define FAKE_KEEP(stream, again, ...) \
    do { \
        if (fake_driver()->captures(stream)) { \
            fake_driver()->keep(again, &(__VA_ARGS__), sizeof(__VA_ARGS__)); \
            return 0; \
        } \
    } while (0)

#define FAKE_DECLARE(need, ret, name, params)   __attribute__((visibility("hidden"))) ret fake_##name params;

/* All registers that hold arguments are kept, so the entry needs not know its
 * parameters: it hands its name and its function to fake_enter. */
#if defined __x86_64__
#define FAKE_LOAD(name) "lea 1f(%rip), %r11\n lea fake_" #name "(%rip), %r10\n jmp fake_enter\n"
#elif defined __aarch64__
#define FAKE_LOAD(name) \
    "adrp x16, 1f\n add x16, x16, :lo12:1f\n" \
    "adrp x17, fake_" #name "\n add x17, x17, :lo12:fake_" #name "\n b fake_enter\n"
#else
#error "write the entry of a fake for this machine"
#endif

#define FAKE_ENTRY(need, ret, name, params) \
    __asm__(".pushsection .text\n .balign 16\n .globl " #name "\n .type " #name ", %function\n" \
            #name ":\n" FAKE_LOAD(name) ".size " #name ", . - " #name "\n .popsection\n" \
            ".pushsection .rodata\n1: .asciz \"" #name "\"\n .popsection\n");

#define FAKE_LIBRARY(LIST)      LIST(FAKE_DECLARE) LIST(FAKE_ENTRY)

#endif
