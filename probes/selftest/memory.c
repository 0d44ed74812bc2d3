/* selftest.pattern, .march, .guard - faults in device memory: between the elements of a march,
 * and beside a buffer. */
#include "selftest.h"

#include "base/text.h"
#include "child/march.h"
#include "model/judge.h"

/* 2 MiB; the faults lie in different blocks of threads. */
enum { BYTES = 2 << 20, WORD = 1003, OTHER = 90001, BIT = 9 };

static const struct expect bounds[] = { MARCH_BOUND, { .key = NULL } };

/* What is wrong with the memory, put there after each element of a march. */
struct trouble { const char *fault; void (*make)(struct child *c, CUdeviceptr words, uint32_t element); };

static uint64_t word_at(struct child *c, CUdeviceptr words, uint64_t i)
{
    uint64_t word;

    device_download(c, &word, words + i * sizeof word, sizeof word);
    return word;
}

static void put_word(struct child *c, CUdeviceptr words, uint64_t i, uint64_t word)
{
    device_upload(c, words + i * sizeof word, &word, sizeof word);
}

/* Once, after what was written first. */
static void flip_bit(struct child *c, CUdeviceptr words, uint32_t element)
{
    if (element == 0)
        put_word(c, words, WORD, word_at(c, words, WORD) ^ UINT64_C(1) << BIT);
}

static void stick(struct child *c, CUdeviceptr words, uint32_t element)
{
    (void)element;
    put_word(c, words, WORD, word_at(c, words, WORD) | UINT64_C(1) << BIT);
}

/* One cell: it holds what was written to it last, which going up is the other's. */
static void alias(struct child *c, CUdeviceptr words, uint32_t element)
{
    (void)element;
    put_word(c, words, WORD, word_at(c, words, OTHER));
}

/* What is said of it names the word, and of two that are one cell the other one. */
static const char *words_of(struct child *c, const struct trouble *t, const struct area *a)
{
    return t->make == alias ? text_make(&c->arena, "; that was written to %s: two addresses reach one cell", march_place(c, a, OTHER))
                            : text_make(&c->arena, "the first at %s, in ", march_place(c, a, WORD));
}

static void march_over(struct child *c, const struct march_element *elements, const struct trouble *t)
{
    struct march *m = march_begin(c, elements, BYTES);

    if (m->area.n != 1)
        stop_ours(c, "no piece of %d MiB of memory could be taken", BYTES >> 20);
    child_listen(c);
    for (uint32_t i = 0; elements[i].kernel != NULL; i++) {
        march_go_over(c, m, i);
        if (t != NULL)
            t->make(c, m->area.pieces[0].at, i);
    }
    march_tell(c, m);
    if (t == NULL)
        selftest_clean(c, "memory", bounds);
    else
        selftest_caught(c, t->fault, "memory", bounds, words_of(c, t, &m->area));
}

static void run(struct child *c, const struct march_element *elements)
{
    static const struct trouble troubles[] = {
        { "bit", flip_bit }, { "stuck", stick }, { "alias", alias },
    };

    march_over(c, elements, NULL);
    for (size_t i = 0; i < COUNT_OF(troubles); i++)
        march_over(c, elements, &troubles[i]);
    saw_num(c, "seed", "", (double)c->seed);
}

static void run_pattern(struct child *c) { run(c, march_two_passes); }
static void run_march(struct child *c)   { run(c, march_c); }

/* ---- Words beside a buffer ---- */

/* The word is put right again: every trial ends with a look at the guards. */
static void overrun(struct child *c, CUdeviceptr at, const char *fault)
{
    uint32_t guard, wrong;

    device_download(c, &guard, at, sizeof guard);
    wrong = guard ^ 1;
    device_upload(c, at, &wrong, sizeof wrong);
    child_listen(c);
    device_look_at_guards(c);
    selftest_caught(c, fault, "a buffer", judge_after_any_trial, "1 word outside");
    device_upload(c, at, &guard, sizeof guard);
}

static void run_guard(struct child *c)
{
    enum { BUFFER = 4096 };
    CUdeviceptr p = device_buffer(c, BUFFER);

    child_listen(c);
    device_look_at_guards(c);
    selftest_clean(c, "a buffer", judge_after_any_trial);
    overrun(c, p - sizeof(uint32_t), "before");
    overrun(c, p + BUFFER, "behind");
}

SELFTEST_ON_GPU(pattern, "Two passes over memory show every fault that is put into it.", false, run_pattern);
SELFTEST_ON_GPU(march, "March C- shows every fault that is put into memory.", false, run_march);
SELFTEST_ON_GPU(guard, "A write beside a buffer is seen.", false, run_guard);
