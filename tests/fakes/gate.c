/* Faults on order:
 *
 *     FAKE_FAULT="what:symbol[:nth[:code]],..."
 *
 * what is fail, crash, lost (a crash that has lost its stack), abort, hang, spin,
 * flood, exit, late, nan, wrong, zero, stale, tf32, layout, shift, swap, bare,
 * mixed, double, offset or wait; symbol may be the beginning of a soname and *,
 * for each call of those libraries; nth counts the calls of that symbol in one process
 * from 1, 0 and nothing mean every one, -N every Nth; code is what a failing or late
 * call returns, the exit code, or how
 * many milliseconds are waited before the call goes on. A symbol may also be the
 * library's soname: then it happens while it is loaded.
 *
 * FAKE_FAULT_GPU=N: only in processes that were given the GPU N alone.
 * FAKE_FAULT_ON_N=...: more orders for those alone.
 * FAKE_FAULT_PROBE=NAME: only in processes that were started for that probe last.
 * FAKE_FAULT_UNLESS=NAME=VALUE: not where that variable has that value; one that is not set has the empty one.
 * FAKE_FAULT_FROM=PART: only by a library whose path has that part, so that a copy of a fake elsewhere answers otherwise.
 * FAKE_FAULT_AT=N:FILE: in the Nth process only of those in which an order would
 * have been carried out; FILE counts them, one byte each.
 *
 * FAKE_TOLD=FILE: such a line, and the lie, for each result that a lie made false.
 *
 * FAKE_TRACE=FILE: a line for the first call of each symbol in a process: the
 * probe that it was started for last, its GPU or -1, the library, the symbol.
 */
#include "tests/fakes/gate.h"

#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined __x86_64__
__asm__(".pushsection .text\n .type fake_enter, %function\nfake_enter:\n"
        "push %rdi\n push %rsi\n push %rdx\n push %rcx\n push %r8\n push %r9\n push %r10\n sub $128, %rsp\n"
        "movups %xmm0, (%rsp)\n movups %xmm1, 16(%rsp)\n movups %xmm2, 32(%rsp)\n movups %xmm3, 48(%rsp)\n"
        "movups %xmm4, 64(%rsp)\n movups %xmm5, 80(%rsp)\n movups %xmm6, 96(%rsp)\n movups %xmm7, 112(%rsp)\n"
        "mov %r11, %rdi\n call fake_gate\n"
        "movups (%rsp), %xmm0\n movups 16(%rsp), %xmm1\n movups 32(%rsp), %xmm2\n movups 48(%rsp), %xmm3\n"
        "movups 64(%rsp), %xmm4\n movups 80(%rsp), %xmm5\n movups 96(%rsp), %xmm6\n movups 112(%rsp), %xmm7\n"
        "add $128, %rsp\n pop %r10\n pop %r9\n pop %r8\n pop %rcx\n pop %rdx\n pop %rsi\n pop %rdi\n"
        "test %rax, %rax\n jnz 2f\n jmp *%r10\n2: ret\n .hidden fake_enter\n .globl fake_enter\n .popsection\n");
#else
__asm__(".pushsection .text\n .type fake_enter, %function\nfake_enter:\n"
        "stp x29, x30, [sp, #-224]!\n mov x29, sp\n"
        "stp x0, x1, [sp, #16]\n stp x2, x3, [sp, #32]\n stp x4, x5, [sp, #48]\n stp x6, x7, [sp, #64]\n stp x8, x17, [sp, #80]\n"
        "stp q0, q1, [sp, #96]\n stp q2, q3, [sp, #128]\n stp q4, q5, [sp, #160]\n stp q6, q7, [sp, #192]\n"
        "mov x0, x16\n bl fake_gate\n mov x16, x0\n"
        "ldp x0, x1, [sp, #16]\n ldp x2, x3, [sp, #32]\n ldp x4, x5, [sp, #48]\n ldp x6, x7, [sp, #64]\n ldp x8, x17, [sp, #80]\n"
        "ldp q0, q1, [sp, #96]\n ldp q2, q3, [sp, #128]\n ldp q4, q5, [sp, #160]\n ldp q6, q7, [sp, #192]\n"
        "ldp x29, x30, [sp], #224\n cbnz x16, 2f\n br x17\n2: mov x0, x16\n ret\n .hidden fake_enter\n .globl fake_enter\n .popsection\n");
#endif

enum { ORDERS_MAX = 16 };

struct order { char what[8], symbol[96]; long nth, code, calls; };

static struct order orders[ORDERS_MAX];
static size_t n_orders;
static bool read_already;
static enum fake_lie spoil;
static bool compares;
static char spoilt_symbol[96];         /* the call that runs */

/* The GPU that this process was given alone, -1: none, or several. The fakes' UUIDs end in their number. */
static long own_gpu(void)
{
    const char *visible = getenv("CUDA_VISIBLE_DEVICES"), *dash = visible != NULL ? strrchr(visible, '-') : NULL;

    return dash != NULL && strchr(visible, ',') == NULL ? strtol(dash + 1, NULL, 16) : -1;
}

/* The last word of the command line; "" if it cannot be read. */
static const char *own_probe(void)
{
    static char line[1 << 16];
    FILE *f = fopen("/proc/self/cmdline", "r");
    size_t n = f != NULL ? fread(line, 1, sizeof line - 1, f) : 0, at = n > 0 ? n - 1 : 0;

    if (f != NULL)
        fclose(f);
    while (at > 0 && line[at - 1] != '\0')
        at--;
    return line + at;
}

/* A variable has the value that makes the orders void. */
static bool is_excused(void)
{
    const char *unless = getenv("FAKE_FAULT_UNLESS"), *equals = unless != NULL ? strchr(unless, '=') : NULL, *value;
    char name[64];

    if (equals == NULL)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(equals - unless), unless);
    value = getenv(name);
    return strcmp(value != NULL ? value : "", equals + 1) == 0;
}

static bool is_from_there(void)
{
    const char *part = getenv("FAKE_FAULT_FROM");
    Dl_info own;

    return part == NULL || (dladdr((const void *)(uintptr_t)&fake_gate, &own) != 0 && strstr(own.dli_fname, part) != NULL);
}

bool fake_is_ordered_here(void)
{
    const char *probe = getenv("FAKE_FAULT_PROBE");
    long gpu = fake_number("FAKE_FAULT_GPU", -1);

    return (gpu < 0 || gpu == own_gpu()) && (probe == NULL || strcmp(probe, own_probe()) == 0) && !is_excused() && is_from_there();
}

static void read_list(const char *at)
{
    while (at != NULL && *at != '\0' && n_orders < ORDERS_MAX) {
        struct order o = { .code = -1 };
        size_t n = strcspn(at, ",");
        char text[160];

        snprintf(text, sizeof text, "%.*s", (int)n, at);
        if (sscanf(text, "%7[^:]:%95[^:]:%ld:%ld", o.what, o.symbol, &o.nth, &o.code) < 2)
            fprintf(stderr, "fake: FAKE_FAULT has no symbol in \"%s\"\n", text);
        else
            orders[n_orders++] = o;
        at += n + (at[n] == ',');
    }
}

static void read_orders(void)
{
    char name[32];

    read_already = true;
    if (!fake_is_ordered_here())
        return;
    read_list(getenv("FAKE_FAULT"));
    snprintf(name, sizeof name, "FAKE_FAULT_ON_%ld", own_gpu());
    read_list(getenv(name));
}

static void append(const char *file, const char *symbol, const char *what)
{
    FILE *f = file != NULL ? fopen(file, "a") : NULL;
    char line[256];

    if (f == NULL)
        return;
    snprintf(line, sizeof line, "%s\t%ld\t%s\t%s%s%s\n", own_probe(), own_gpu(), FAKE_SONAME, symbol, *what != '\0' ? "\t" : "", what);
    fputs(line, f);
    fclose(f);
}

/* Every symbol once. */
static void trace(const char *symbol)
{
    static const char *seen[1024];
    static size_t n_seen;
    const char *file = getenv("FAKE_TRACE");

    for (size_t i = 0; i < n_seen; i++)
        if (strcmp(seen[i], symbol) == 0)
            return;
    if (file == NULL || n_seen == sizeof seen / sizeof *seen)
        return;
    seen[n_seen++] = strdup(symbol);        /* cuLaunchKernel@NAME is put together where it is asked for */
    append(file, symbol, "");
}

/* Whoever walks the stack from here reads address 0. */
_Noreturn static void lose_stack(void)
{
#if defined __x86_64__
    __asm__ volatile("xor %esp, %esp\n mov (%rsp), %rax");
#else
    __asm__ volatile("mov x9, #0\n mov sp, x9\n ldr x9, [sp]");
#endif
    __builtin_unreachable();
}

/* Some 60 MB/s: enough to fill any disk, and a core is left for others. */
_Noreturn static void flood(void)
{
    static const char line[] = "the fake floods this stream with lines that nobody asked for, again and again\n";

    for (unsigned n = 1;; n++)
        if (n % 400 == 0)
            usleep(1000);
        else if (write(STDOUT_FILENO, line, sizeof line - 1) < 0 && write(STDERR_FILENO, line, sizeof line - 1) < 0)
            usleep(1000);
        else
            (void)!write(STDERR_FILENO, line, sizeof line - 1);
}

static bool is_ordered_of(const struct order *o, const char *symbol)
{
    size_t n = strlen(o->symbol);

    return strcmp(o->symbol, symbol) == 0 || (n > 0 && o->symbol[n - 1] == '*' && strncmp(o->symbol, FAKE_SONAME, n - 1) == 0);
}

/* Each process asks once, when its first order is due. */
static bool is_turn_of_this_process(void)
{
    static enum { UNKNOWN, OURS, ANOTHER } turn;
    const char *at = getenv("FAKE_FAULT_AT"), *file = at != NULL ? strchr(at, ':') : NULL;
    FILE *f;

    if (file == NULL)
        return true;
    if (turn != UNKNOWN)
        return turn == OURS;
    f = fopen(file + 1, "a");
    if (f == NULL || fputc('x', f) == EOF) {
        fprintf(stderr, "fake: cannot write %s\n", file + 1);
        return false;
    }
    turn = ftell(f) == strtol(at, NULL, 10) ? OURS : ANOTHER;
    fclose(f);
    return turn == OURS;
}

static const char *const lies[LIES] = {
    [NAN_RESULT] = "nan", [WRONG_RESULT] = "wrong", [ZERO_RESULT] = "zero", [STALE_RESULT] = "stale", [IN_TF32] = "tf32", [OTHER_LAYOUT] = "layout",
    [SHIFTED_ROWS] = "shift", [SWAPPED] = "swap", [UNSCALED] = "bare", [MIXED_SCALES] = "mixed", [DOUBLED_RESULT] = "double", [OFFSET_RESULT] = "offset",
};

static long carry_out(const struct order *o)
{
    static volatile unsigned turns;
    int *volatile nowhere = NULL;

    if (strcmp(o->what, "fail") == 0)
        return o->code >= 0 ? o->code : fake_failure;
    if (strcmp(o->what, "crash") == 0)
        *nowhere = 1;
    if (strcmp(o->what, "lost") == 0)
        lose_stack();
    if (strcmp(o->what, "abort") == 0)
        abort();
    while (strcmp(o->what, "hang") == 0)
        pause();
    while (strcmp(o->what, "spin") == 0)
        turns++;
    if (strcmp(o->what, "flood") == 0)
        flood();
    if (strcmp(o->what, "wait") == 0)
        usleep((useconds_t)(o->code > 0 ? o->code : 100) * 1000);
    if (strcmp(o->what, "exit") == 0)
        exit(o->code >= 0 ? (int)o->code : 0);
    if (strcmp(o->what, "late") == 0 && fake_driver() != NULL)
        fake_driver()->late(o->code >= 0 ? o->code : 700);      /* CUDA_ERROR_ILLEGAL_ADDRESS */
    for (int i = SOUND + 1; i < LIES; i++)
        if (strcmp(o->what, lies[i]) == 0)
            spoil = (enum fake_lie)i;
    return 0;
}

/* A lie that the last call did not know. */
static void forget(void)
{
    spoil = SOUND;
    compares = false;
}

/* Counts the call. */
static bool is_due(struct order *o)
{
    o->calls++;
    return o->nth == 0 || o->calls == o->nth || (o->nth < 0 && o->calls % -o->nth == 0);
}

long fake_gate(const char *symbol)
{
    const struct order *due[ORDERS_MAX];
    size_t n_due = 0;
    long code = 0;

    if (!read_already)
        read_orders();
    trace(symbol);
    if (strchr(symbol, '@') == NULL)
        forget();
    snprintf(spoilt_symbol, sizeof spoilt_symbol, "%s", symbol);
    for (size_t i = 0; i < n_orders; i++) {
        struct order *o = &orders[i];

        if (is_ordered_of(o, symbol) && is_due(o))
            due[n_due++] = o;
    }
    for (size_t i = 0; i < n_due && code == 0 && is_turn_of_this_process(); i++)
        code = carry_out(due[i]);
    return code;
}

bool fake_spoil_is_ordered(void)
{
    return spoil != SOUND;
}

bool fake_lie_is(enum fake_lie lie)
{
    if (spoil == lie && !compares)
        fake_told();
    return spoil == lie;
}

void fake_compares(void)
{
    compares = true;
}

enum fake_lie fake_lie_aside(enum fake_lie instead)
{
    enum fake_lie was = spoil;

    spoil = instead;
    return was;
}

void fake_told(void)
{
    if (spoil != SOUND)
        append(getenv("FAKE_TOLD"), spoilt_symbol, lies[spoil]);
}

/* To another value, whatever the bits stand for: of a large number as a float, adding 1 changes nothing. */
static void make_wrong(float *result)
{
    const float before = *result;
    uint32_t bits;

    *result += 1.0f;
    memcpy(&bits, result, sizeof bits);
    bits ^= memcmp(result, &before, sizeof before) == 0;
    memcpy(result, &bits, sizeof bits);
}

/* One element only, so that a check that samples has to be lucky; or all alike, so that one that compares results with
 * each other has to be blind. */
static void spoil_results(float *results, size_t n)
{
    if (spoil == NAN_RESULT)
        results[0] = NAN;
    if (spoil == WRONG_RESULT)
        make_wrong(&results[n - 1]);
    if (n > 0 && spoil == ZERO_RESULT)
        memset(results, 0, n * sizeof *results);
    for (size_t i = 0; i < n && spoil == DOUBLED_RESULT; i++)
        results[i] *= 2;
    for (size_t i = 0; i < n && spoil == OFFSET_RESULT; i++)
        make_wrong(&results[i]);
}

void fake_spoil_quietly(float *results, size_t n)
{
    if (n > 0)
        spoil_results(results, n);
}

void fake_spoil(float *results, size_t n)
{
    float *before = spoil != SOUND && n > 0 ? malloc(n * sizeof *results) : NULL;

    if (before != NULL) {
        memcpy(before, results, n * sizeof *results);
        spoil_results(results, n);
        if (memcmp(before, results, n * sizeof *results) != 0)
            fake_told();
    }
    free(before);
    spoil = SOUND;
}

const struct fake_driver *fake_driver(void)
{
    static const struct fake_driver *driver;
    void *handle;

    if (driver == NULL && (handle = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL)) != NULL)
        driver = dlsym(handle, "fake_driver_functions");
    return driver;
}

bool fake_driver_serves(void)
{
    return fake_driver() != NULL && fake_driver()->version() >= 13000 && fake_driver()->device_count() > 0;
}

long fake_number(const char *variable, long otherwise)
{
    const char *text = getenv(variable);
    char *end;
    long n;

    if (text == NULL || *text == '\0')
        return otherwise;
    n = strtol(text, &end, 10);
    return *end == '\0' ? n : otherwise;
}

#ifdef FAKE_SONAME
__attribute__((constructor)) static void loaded(void)
{
    fake_gate(FAKE_SONAME);
}
#endif
