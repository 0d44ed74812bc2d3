/* rand.philox and rand.xorwow - cuRAND's generators with a seed: every integer
 * against the published algorithm, and the numbers that are made of them; on the
 * CPU by the host's generator, on a GPU by the GPU's, which must give the same. */
#include "child/child.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "math/generator.h"

/* More than one turn through the sequences of both generators (65,536 blocks of four, 4,096 numbers), and whole pairs. */
enum { NUMBERS = (1 << 18) + (1 << 15) };

struct source {
    struct child     *c;
    enum generator    kind;
    curandRngType_t   type;
    curandGenerator_t made;
    uint32_t         *expected;
    CUdeviceptr       out;          /* 0: the host's */
    uint32_t         *got;          /* 32 bits each */
};

static void *destination(const struct source *s)
{
    return s->out != 0 ? (void *)(uintptr_t)s->out : s->got;
}

static void create(struct source *s)
{
    struct child *c = s->c;
    long code;

    if (c->device_uuid != NULL)
        MUST(c, curand, curandCreateGenerator(&s->made, s->type));
    else
        MUST(c, curand, curandCreateGeneratorHost(&s->made, s->type));
    /* Before CUDA 11.0 there was no other. */
    code = CALL(c, curand, curandSetGeneratorOrdering(s->made, CURAND_ORDERING_PSEUDO_LEGACY));
    if (code != 0 && code != CURAND_STATUS_OUT_OF_RANGE)
        child_call_failed(c, "curandSetGeneratorOrdering(CURAND_ORDERING_PSEUDO_LEGACY)", &c->curand.dl, code);
}

/* From the start of the sequence; what is written over is NaN in fp32. */
static void begin(struct source *s)
{
    struct child *c = s->c;

    MUST(c, curand, curandSetPseudoRandomGeneratorSeed(s->made, c->seed));
    MUST(c, curand, curandSetGeneratorOffset(s->made, 0));
    memset(s->got, 0xFF, NUMBERS * sizeof *s->got);
    if (s->out != 0)
        device_upload(c, s->out, s->got, NUMBERS * sizeof *s->got);
}

static void end(struct source *s)
{
    if (s->out == 0)
        return;
    device_wait(s->c);
    device_download(s->c, s->got, s->out, NUMBERS * sizeof *s->got);
}

static float float_at(const struct source *s, size_t i)
{
    float f;

    memcpy(&f, &s->got[i], sizeof f);
    return f;
}

static void check_integers(struct source *s)
{
    struct child *c = s->c;
    size_t wrong = 0;

    begin(s);
    MUST(c, curand, curandGenerate(s->made, destination(s), NUMBERS));
    end(s);
    for (size_t i = 0; i < NUMBERS; i++)
        if (s->got[i] != s->expected[i] && wrong++ == 0)
            saw_text(c, "integers.first", "number %zu of the seed is 0x%08x, expected 0x%08x", i, s->got[i], s->expected[i]);
    saw_num(c, "integers.wrong", "", (double)wrong);
}

static void check_uniform(struct source *s)
{
    struct child *c = s->c;
    size_t wrong = 0;

    begin(s);
    MUST(c, curand, curandGenerateUniform(s->made, destination(s), NUMBERS));
    end(s);
    for (size_t i = 0; i < NUMBERS; i++)
        if (!(float_at(s, i) == generator_uniform(s->expected[i])) && wrong++ == 0)
            saw_text(c, "uniform.first", "number %zu of the seed is %.9g, expected %.9g", i, (double)float_at(s, i), (double)generator_uniform(s->expected[i]));
    saw_num(c, "uniform.wrong", "", (double)wrong);
}

static void check_normal(struct source *s)
{
    struct child *c = s->c;
    struct { size_t at; double ratio, expected; } worst = { 0, -1, 0 };

    begin(s);
    MUST(c, curand, curandGenerateNormal(s->made, destination(s), NUMBERS, 0, 1));
    end(s);
    for (size_t i = 0; i < NUMBERS; i++) {
        struct normal n;
        double ratio;
        size_t at[2];

        generator_pair(s->kind, i / 2, at);
        n = generator_normal(s->expected[at[0]], s->expected[at[1]]);
        ratio = fabs((double)float_at(s, i) - n.value[i % 2]) / n.limit;
        ratio = isnan(ratio) ? INFINITY : ratio;
        if (ratio > worst.ratio) {
            worst.at = i;
            worst.ratio = ratio;
            worst.expected = n.value[i % 2];
        }
    }
    saw_text(c, "normal.worst", "number %zu of the seed is %.9g, expected %.9g", worst.at, (double)float_at(s, worst.at), worst.expected);
    saw_num(c, "normal.ratio", "", worst.ratio);
}

static void run(struct child *c, enum generator kind, curandRngType_t type)
{
    struct source s = { .c = c, .kind = kind, .type = type };
    int version = 0;

    if (c->device_uuid != NULL)
        child_open_context(c);
    child_bind_curand(c);
    MUST(c, curand, curandGetVersion(&version));
    saw_num(c, "version", "", version);
    s.got = host_buffer(c, NUMBERS * sizeof *s.got);
    s.expected = host_buffer(c, NUMBERS * sizeof *s.expected);
    generator_integers(kind, c->seed, s.expected, NUMBERS);
    if (c->device_uuid != NULL)
        s.out = device_buffer(c, NUMBERS * sizeof *s.got);
    create(&s);
    check_integers(&s);
    check_uniform(&s);
    check_normal(&s);
    MUST(c, curand, curandDestroyGenerator(s.made));
    saw_num(c, "all.compared", "", 3.0 * NUMBERS);
    saw_num(c, "seed", "", (double)c->seed);
}

static const struct expect bounds[] = {
    { .key = "integers.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 294912 integers differ from the published algorithm's", .detail = "integers.first" },
    { .key = "uniform.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 294912 uniform numbers are not those of the integers", .detail = "uniform.first" },
    { .key = "normal.ratio", .bound = AT_MOST, .number = 1, .sentence = "the error of a normal number is %s times what it may be", .detail = "normal.worst",
      .source = "harness/math/generator.c: CUDA programming guide, Intrinsic Functions" },
    { .key = NULL },
};

extern const struct probe probe_stack_loads, probe_cuda_context;

#define GENERATOR(id, label, sentence, kind, type) \
    static void run_##id(struct child *c) { run(c, kind, type); } \
    const struct probe probe_rand_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_STACK_CPU_DEVICE, .needs = NEEDS_STACK, .stacks = ON_ANY_STACK, .library = "curand", \
        .rests_on = { &probe_stack_loads, &probe_cuda_context }, .expects = bounds, .run = run_##id, \
    };

GENERATOR(philox, "rand.philox", "cuRAND's Philox generator gives the published sequence of its seed.", GENERATOR_PHILOX, CURAND_RNG_PSEUDO_PHILOX4_32_10)
GENERATOR(xorwow, "rand.xorwow", "cuRAND's XORWOW generator gives the published sequence of its seed.", GENERATOR_XORWOW, CURAND_RNG_PSEUDO_XORWOW)
