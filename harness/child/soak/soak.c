#include "child/soak/soak.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "child/soak/burst.h"
#include "child/state.h"
#include "child/telemetry.h"

enum {
    BURST_MS = 50,              /* of work that is queued at a time; two of them are, so that the GPU never waits for us */
    LONG_ENOUGH_MS = 10,        /* to tell how long a product takes */
    TURN_MS  = 6000,            /* of one type: two thirds of it steady, then a square wave */
    BEAT_MS  = 1000,
    TASTE_S  = 10,              /* run by hand, without a time */
    AGAIN    = 100,             /* how often a product that was wrong is repeated, in ... */
    AGAIN_MS = 2000,
    TYPES_MAX = 16,
};

/* Half of each at full load and half idle. They begin at multiples of themselves by the machine's clock: all its GPUs step together,
 * which is what its power supply has to bear. */
static const int periods_ms[] = { 1000, 500, 200, 100, 50, 20 };

/* All that was verified of a type, and of that what was steady. */
struct turns { double verified, products, ms; const char *left_out; };

struct soak {
    struct child    *child;
    struct soak_way *by;
    double           began_ms, all_ms, beaten_ms, sampled_ms;
    struct products  products;
    struct marching  march;
    double           words_a_ms;                /* of memory that is marched over beside the products */
    struct burst     bursts[BURSTS];
    unsigned         next;                      /* burst that is due */
    double           product_ms;
    size_t           type;
    struct turns     turns[TYPES_MAX];          /* steady work of each type */
    unsigned         waves;
    struct telemetry telemetry;
    bool             counted_errors;
    unsigned         again, again_wrong;
};

static double at_ms(const struct soak *s)
{
    return clock_ms_fine() - s->began_ms;
}

static double faults(const struct soak *s)
{
    return s->products.wrong + s->products.unjudged + (s->products.operands > 0) + s->march.wrong + (s->march.tiles != s->march.due) + s->counted_errors;
}

/* Before its time. */
static bool is_cut(const struct soak *s)
{
    return child_is_told_to_stop(s->child) || (faults(s) > 0 && !s->child->goes_on);
}

static bool is_over(const struct soak *s)
{
    return at_ms(s) >= s->all_ms || is_cut(s);
}

/* ---- What there is to tell ---- */

static void tell_type(struct child *c, const struct soak *s, size_t i)
{
    const char *name = number_name(s->by->types[i]);
    const struct turns *t = &s->turns[i];
    const double m = s->products.b.rows, k = s->products.b.k;

    if (t->left_out != NULL)
        saw_text(c, text_make(&c->arena, "left_out.%s", name), "%s", t->left_out);
    saw_num(c, text_make(&c->arena, "products.%s", name), "", t->verified);
    if (t->products > 0)
        saw_num(c, text_make(&c->arena, "rate.%s", name), "TFLOP/s", 2 * m * m * k * t->products / t->ms / 1e9);
}

static void tell_faults(struct child *c, const struct soak *s)
{
    const struct products *p = &s->products;

    for (size_t i = 0; i < p->n_told; i++)
        saw_text(c, i == 0 ? "soak.first" : "soak.fault", "%s%s", p->told[i],
                 i == 0 && s->again > 0 ? text_make(&c->arena, "; wrong in %u of %u repetitions of it", s->again_wrong, s->again) : "");
    if (s->march.first[0] != '\0')
        saw_text(c, "memory.first", "%s", s->march.first);
}

static void tell(struct child *c, const struct soak *s)
{
    const double seconds = at_ms(s) / 1000, all = s->all_ms / 1000;

    saw_num(c, "soak.seconds", "s", seconds);
    saw_num(c, "verified", "", s->products.verified);
    saw_num(c, "soak.products", "", s->products.verified);
    saw_num(c, "soak.compared", "", s->products.compared);
    saw_num(c, "soak.wrong", "", s->products.wrong);
    saw_num(c, "soak.tiles", "", s->products.tiles_wrong);
    saw_num(c, "soak.operands", "", s->products.operands);
    saw_num(c, "soak.unjudged", "", s->products.unjudged);
    saw_num(c, "memory.verified", "B", s->march.verified * sizeof(uint64_t));
    saw_num(c, "memory.area", "B", (double)s->march.area.words * sizeof(uint64_t));
    saw_num(c, "memory.wrong", "", s->march.wrong);
    march_went_over(c, s->march.tiles, s->march.due);
    saw_num(c, "soak.waves", "", s->waves);
    tell_faults(c, s);
    for (size_t i = 0; i < s->by->n_types; i++)
        tell_type(c, s, i);
    telemetry_tell(c, &s->telemetry);
    if (seconds < all && !(faults(s) > 0))
        saw_text(c, "warning", "it was ended after %.0f of %.0f s", seconds, all);
    saw_num(c, "seed", "", (double)c->seed);
}

/* What is told for hours must not pile up. */
static void beat(struct soak *s)
{
    struct child *c = s->child;
    const struct arena lasting = c->arena;
    struct beat b;

    c->arena = (struct arena){ NULL };
    tell(c, s);
    s->counted_errors = counters_tell(c);
    b = (struct beat){ .at_ms = at_ms(s), .all_ms = s->all_ms, .results = s->products.verified, .faults = faults(s) };
    child_beat(c, &b);
    arena_free(&c->arena);
    c->arena = lasting;
    s->beaten_ms = at_ms(s);
}

/* ---- Bursts ---- */

/* While we wait in the driver, it is the product that does not end. */
static void wait_for(struct soak *s, CUevent done, const char *call, const char *library)
{
    struct child *c = s->child;
    long code;

    child_enter(c, call, library);
    code = child_leave(c, c->cuda.cuEventSynchronize(done));
    if (code != 0)
        child_call_failed(c, "cuEventSynchronize", &c->cuda.dl, code);
}

static void look(struct soak *s, struct burst *b)
{
    if (!b->pending)
        return;
    wait_for(s, b->multiplied, s->by->call, s->by->library);
    wait_for(s, b->marched, "cuLaunchKernel(march_step)", s->child->cuda.dl.path);
    b->pending = false;
    products_look(&s->products, b, at_ms(s) / 1000);
    marching_look(&s->march, b);
    if (s->beaten_ms < 0 || at_ms(s) - s->beaten_ms >= (s->all_ms < 10 * BEAT_MS ? s->all_ms / 10 : BEAT_MS))
        beat(s);
}

/* So many products, and memory traffic for so long. The burst before the last is looked at first, while the last one runs. */
static void queue(struct soak *s, double ms, unsigned products, bool operands)
{
    struct burst *b = &s->bursts[s->next];

    look(s, b);
    products_queue(&s->products, b, products, operands);
    marching_queue(&s->march, b, s->words_a_ms * ms, products);
    b->pending = true;
    s->next = (s->next + 1) % BURSTS;
}

static void drain(struct soak *s)
{
    for (size_t i = 0; i < BURSTS; i++)
        look(s, &s->bursts[(s->next + i) % BURSTS]);
}

static unsigned products_in(const struct soak *s, double ms)
{
    const double n = ms / s->product_ms;

    return n < 1 ? 1 : n > SOAK_BURST ? SOAK_BURST : (unsigned)n;
}

static void sample(struct soak *s)
{
    const double every = s->all_ms < 10 * BEAT_MS ? s->all_ms / 10 : BEAT_MS;

    if (s->telemetry.samples > 0 && at_ms(s) - s->sampled_ms < every)
        return;
    telemetry_take(s->child, &s->telemetry);
    s->sampled_ms = at_ms(s);
}

/* How long one product takes with its checks, after a first one that made everything ready. False where that was refused. */
static bool measure(struct soak *s)
{
    double took = 0;

    queue(s, 1, 1, true);
    drain(s);
    if (s->by->refused != NULL)
        return false;
    for (unsigned n = 1; n <= SOAK_BURST && took < LONG_ENOUGH_MS && !is_over(s); n *= 4) {
        const double began = at_ms(s);

        queue(s, 1, n, false);
        sample(s);
        drain(s);
        took = at_ms(s) - began;
        s->product_ms = took / n > 0.001 ? took / n : 0.001;
    }
    return true;
}

static void be_steady(struct soak *s, double until_ms)
{
    struct turns *t = &s->turns[s->type];
    const double began = at_ms(s), before = s->products.verified;
    const unsigned n = products_in(s, BURST_MS);

    while (!is_over(s) && at_ms(s) < until_ms) {
        queue(s, BURST_MS, n, false);
        sample(s);
    }
    drain(s);
    t->ms += at_ms(s) - began;
    t->products += s->products.verified - before;
}

/* That turn's period, or the next that fits in. */
static int period_of(uint64_t turn, double ms)
{
    for (size_t i = 0; i < COUNT_OF(periods_ms); i++) {
        const int period = periods_ms[(turn + i) % COUNT_OF(periods_ms)];

        if (1.5 * period <= ms)                 /* a burst may end a little late */
            return period;
    }
    return periods_ms[COUNT_OF(periods_ms) - 1];
}

static void wave(struct soak *s, uint64_t turn, double until_ms)
{
    const int period = period_of(turn, until_ms - at_ms(s));

    while (!is_over(s) && at_ms(s) < until_ms) {
        const double half = (double)period / 2;
        double left = half;

        clock_sleep_ms(period - (int)(clock_ms() % period));
        while (left > 0) {
            const unsigned n = products_in(s, left);

            queue(s, left < s->product_ms * n ? left : s->product_ms * n, n, false);
            left -= s->product_ms * n;
        }
        drain(s);
    }
    s->waves++;
}

/* ---- The whole ---- */

/* Turns have numbers and begin at multiples of their length by the machine's clock: its GPUs have the same one, hours later, too. */
static double turn_ms(const struct soak *s)
{
    const double part = s->all_ms / 2 / (double)s->by->n_types;

    return part < TURN_MS ? part : TURN_MS;
}

/* The one whose end is due next, but for what would be too short. */
static uint64_t turn_now(const struct soak *s)
{
    return (uint64_t)(clock_ms_fine() / turn_ms(s) + 0.25);
}

/* The type whose turn it is, or the next that can be multiplied here; false if none can. */
static bool choose_type(struct soak *s, uint64_t number, unsigned lap)
{
    const size_t n = s->by->n_types;

    for (size_t i = 0; i < n; i++) {
        const char **left_out = &s->turns[s->type = (number + i) % n].left_out;

        if (*left_out == NULL && products_of(&s->products, s->by->types[s->type], lap, left_out))
            return true;
    }
    return false;
}

static bool turn(struct soak *s, uint64_t number, unsigned lap)
{
    const double before = s->products.verified;
    double end;

    if (!choose_type(s, number, lap))
        return false;
    if (!measure(s)) {
        s->turns[s->type].left_out = s->by->refused;
        s->by->refused = NULL;
        return true;
    }
    end = (double)(turn_now(s) + 1) * turn_ms(s) - s->began_ms;
    be_steady(s, end - turn_ms(s) / 3);
    wave(s, turn_now(s), end);
    if (!is_cut(s)) {
        queue(s, 1, 1, true);
        drain(s);
    }
    s->turns[s->type].verified += s->products.verified - before;
    return true;
}

/* Each type has its turn, however short the time. */
static void turns(struct soak *s)
{
    const uint64_t first = turn_now(s), n = s->by->n_types;

    for (uint64_t i = 0; i < n ? !is_cut(s) : !is_over(s); i++)
        if (!turn(s, i < n ? first + i : turn_now(s), (unsigned)(i / n)))
            return;
}

/* Whether what went wrong does so always or now and then. */
static void repeat(struct soak *s)
{
    struct products *p = &s->products;
    const double wrong = p->wrong, verified = p->verified, compared = p->compared, tiles = p->tiles_wrong;
    const size_t n_told = p->n_told;
    const unsigned most = products_in(s, AGAIN_MS), n = most < AGAIN ? most : AGAIN;

    if (wrong == 0 || s->child->goes_on || child_is_told_to_stop(s->child))
        return;
    p->n_told = TOLD_MAX;                       /* it was told */
    p->only = p->wrong_one;
    queue(s, 1, n, false);
    drain(s);
    s->again = n;
    s->again_wrong = (unsigned)(p->wrong - wrong);
    p->n_told = n_told;
    p->wrong = wrong;
    p->verified = verified;
    p->compared = compared;
    p->tiles_wrong = tiles;
}

static void *pinned(struct child *c, size_t bytes)
{
    void *at;

    MUST(c, cuda, cuMemAllocHost_v2(&at, bytes));
    memset(at, 0, bytes);
    return at;
}

static void begin(struct soak *s, CUstream *multiply, CUstream *march)
{
    struct child *c = s->child;

    MUST(c, cuda, cuStreamCreate(multiply, CU_STREAM_NON_BLOCKING));
    MUST(c, cuda, cuStreamCreate(march, CU_STREAM_NON_BLOCKING));
    for (size_t i = 0; i < BURSTS; i++) {
        struct burst *b = &s->bursts[i];

        MUST(c, cuda, cuEventCreate(&b->multiplied, CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING));
        MUST(c, cuda, cuEventCreate(&b->marched, CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING));
        b->log_at = device_buffer(c, sizeof *b->log);
        b->kept = device_buffer(c, SOAK_KEPT * SOAK_TILE_WORDS * sizeof(uint32_t));
        b->log = pinned(c, sizeof *b->log);
        b->memory = pinned(c, sizeof *b->memory);
    }
    products_begin(&s->products, s->by, *multiply);
    marching_begin(&s->march, c, *march);
    device_wait(c);                             /* what was filled on the default stream is there for the others */
    /* A third of what the memory can do: products want some of it, too. */
    s->words_a_ms = (double)area_rate(c) / 1000 / 3 / (2 * sizeof(uint64_t));
}

static void end(struct soak *s, CUstream multiply, CUstream march)
{
    struct child *c = s->child;

    for (size_t i = 0; i < BURSTS; i++) {
        MUST(c, cuda, cuEventDestroy_v2(s->bursts[i].multiplied));
        MUST(c, cuda, cuEventDestroy_v2(s->bursts[i].marched));
        MUST(c, cuda, cuMemFreeHost(s->bursts[i].log));
        MUST(c, cuda, cuMemFreeHost(s->bursts[i].memory));
    }
    MUST(c, cuda, cuStreamDestroy_v2(multiply));
    MUST(c, cuda, cuStreamDestroy_v2(march));
}

void soak_run(struct soak_way *by)
{
    struct child *c = by->child;
    struct soak *s = host_buffer(c, sizeof *s);
    CUstream multiply, march;

    *s = (struct soak){ .child = c, .by = by, .all_ms = 1000.0 * (c->soak_s > 0 ? c->soak_s : TASTE_S), .beaten_ms = -1, .product_ms = 1 };
    begin(s, &multiply, &march);
    s->began_ms = clock_ms_fine();
    turns(s);
    repeat(s);
    if (s->products.verified == 0)
        stop_unsupported(c, "nothing that is multiplied here can be: %s", s->turns[0].left_out != NULL ? s->turns[0].left_out : "no time");
    end(s, multiply, march);
    tell(c, s);
}

const struct expect soak_bounds[] = {
    { .key = "soak.wrong", .bound = EQUALS, .number = 0, .sentence = "%s products are wrong", .detail = "soak.first" },
    { .key = "soak.unjudged", .bound = EQUALS, .number = 0, .sentence = "the GPU did not run all the checks of %s products" },
    { .key = "soak.operands", .bound = EQUALS, .number = 0, .sentence = "%s elements changed in memory", .detail = "soak.first" },
    { .key = "memory.wrong", .bound = EQUALS, .number = 0, .sentence = "%s words of 8 bytes are not what was written", .detail = "memory.first" },
    { .key = "soak.products", .bound = AT_LEAST, .number = 1, .sentence = "only %s products were verified" },
    { .key = NULL },
};
