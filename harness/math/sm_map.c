#include "math/sm_map.h"

#include "base/text.h"

enum { NAMED_MAX = 4 };

static const char *const units[SM_UNITS] = { "int", "fp32", "fp64", "shuffle", "shared memory" };

static void expect_warp(uint64_t *expected, unsigned item, unsigned unit, unsigned warp)
{
    uint64_t x[32], from[32];

    for (unsigned lane = 0; lane < 32; lane++)
        x[lane] = sm_first(item, warp * 32 + lane, unit);
    for (unsigned step = 0; step < SM_STEPS; step++) {
        for (unsigned lane = 0; lane < 32; lane++)
            from[lane] = unit == SM_SHUFFLE ? x[sm_from_lane(lane)] : x[lane];
        for (unsigned lane = 0; lane < 32; lane++) {
            x[lane] = unit == SM_FP32 ? sm_next_fp32((unsigned)from[lane]) : unit == SM_FP64 ? sm_next_fp64(from[lane])
                    : sm_next_int((unsigned)from[lane], step);
            expected[sm_place(item, unit, step, warp * 32 + lane)] = x[lane];
        }
    }
}

uint64_t *sm_map_expect(struct arena *a)
{
    uint64_t *expected = arena_alloc(a, SM_EXPECTED * sizeof *expected);

    for (unsigned item = 0; item < SM_ITEMS; item++)
        for (unsigned unit = 0; unit < SM_CHAINS; unit++)
            for (unsigned warp = 0; warp < SM_THREADS / 32; warp++)
                expect_warp(expected, item, unit, warp);
    return expected;
}

/* A block that moved from one multiprocessor to another proves neither. */
static bool proves(const struct sm_row *r)
{
    return r->done == 1 && r->sm == r->sm_at_end && r->sm < SM_TABLE;
}

static bool is_proved(const struct sm_map_seen *s, unsigned sm)
{
    for (unsigned i = 0; i < s->blocks; i++)
        if (s->rows[i].sm == sm && proves(&s->rows[i]))
            return true;
    return false;
}

unsigned sm_map_proved(const struct sm_map_seen *s)
{
    unsigned n = 0;

    for (unsigned sm = 0; sm < SM_TABLE; sm++)
        n += is_proved(s, sm);
    return n;
}

/* Where a block came late, the last that gave up waiting for it tells how many had met. */
static unsigned met(const struct sm_map_seen *s)
{
    unsigned least = s->log->arrived;

    for (unsigned i = 0; i < s->blocks; i++)
        least = s->rows[i].arrived < least ? s->rows[i].arrived : least;
    return least;
}

/* Not in a part of a GPU (MIG), where they may have gaps. */
static bool are_numbered_through(const struct sm_map_seen *s)
{
    for (unsigned i = 0; i < s->blocks; i++)
        if (s->rows[i].done <= 1 && s->rows[i].sm >= s->sms)
            return false;
    return true;
}

const char *sm_map_missing(const struct sm_map_seen *s, struct arena *a)
{
    unsigned proved = sm_map_proved(s), named = 0;
    struct text t = { .arena = a };

    if (proved >= s->sms)
        return NULL;
    if (met(s) < s->blocks)
        text_add(&t, "only %u of %u blocks were running at the same time when the wait for them was over, so these did not work; ", met(s), s->blocks);
    text_add(&t, "%u of %u multiprocessors were proved", proved, s->sms);
    for (unsigned sm = 0; are_numbered_through(s) && sm < s->sms && sm < SM_TABLE; sm++) {
        bool visited = false;

        for (unsigned i = 0; i < s->blocks; i++)
            visited |= s->rows[i].sm == sm;
        if (!visited && ++named <= NAMED_MAX)
            text_add(&t, "%s%u", named == 1 ? "; no block ran on SM " : ", ", sm);
    }
    if (named > NAMED_MAX)
        text_add(&t, " and %u more", named - NAMED_MAX);
    return t.s;
}

static unsigned wrong_items(const struct sm_log *log, unsigned sm)
{
    unsigned n = 0;

    for (unsigned item = 0; item < SM_ITEMS; item++)
        n += log->wrong[sm][item] > 0;
    return n;
}

/* The item that is wrong on every multiprocessor that was proved; SM_ITEMS if there is none. */
static unsigned wrong_everywhere(const struct sm_map_seen *s)
{
    for (unsigned item = 0; item < SM_ITEMS; item++) {
        unsigned n = 0;

        for (unsigned sm = 0; sm < SM_TABLE; sm++)
            n += s->log->wrong[sm][item] > 0;
        if (n > 1 && n >= sm_map_proved(s))
            return item;
    }
    return SM_ITEMS;
}

/* The faults of one multiprocessor, or of one item, as far as they were kept. */
struct summary { const struct sm_fault *first; uint64_t bits; uint32_t lanes, kinds; };

static struct summary summarise(const struct sm_log *log, unsigned sm, unsigned item)
{
    struct summary u = { NULL, 0, 0, 0 };

    for (unsigned i = 0; i < log->faults && i < SM_LOGGED; i++) {
        const struct sm_fault *f = &log->fault[i];

        if ((sm != SM_TABLE && f->sm != sm) || (item != SM_ITEMS && f->item != item))
            continue;
        u.first = u.first != NULL ? u.first : f;
        u.bits |= f->want ^ f->got;
        u.lanes |= UINT32_C(1) << f->thread % 32;
        u.kinds |= UINT32_C(1) << f->unit;
    }
    return u;
}

static void tell(struct text *t, const struct summary *u)
{
    const struct sm_fault *f = u->first;
    const char *comma = "";

    if (f == NULL)
        return;
    text_add(t, " in ");
    for (unsigned unit = 0; unit < SM_UNITS; unit++)
        if (u->kinds >> unit & 1) {
            text_add(t, "%s%s", comma, units[unit]);
            comma = ", ";
        }
    if (__builtin_popcount(u->lanes) == 1)
        text_add(t, ", lane %d", __builtin_ctz(u->lanes));
    else
        text_add(t, ", %d lanes", __builtin_popcount(u->lanes));
    if (__builtin_popcountll(u->bits) == 1)
        text_add(t, ", bit %d", __builtin_ctzll(u->bits));
    else
        text_add(t, ", bits 0x%llx", (unsigned long long)u->bits);
    text_add(t, " (first: %s, warp %u, lane %u, %s %u of item %u: 0x%llx, expected 0x%llx)", units[f->unit], f->warp, f->thread % 32,
             f->unit == SM_SHARED ? "word" : "step", f->step, f->item, f->got, f->want);
}

const char *sm_map_where(const struct sm_map_seen *s, struct arena *a)
{
    unsigned column = wrong_everywhere(s), bad = 0;
    struct text t = { .arena = a };
    struct summary u;

    if (s->log->faults == 0)
        return NULL;
    if (column < SM_ITEMS) {
        text_add(&t, "item %u is wrong on all %u multiprocessors, which speaks against what is common to them: our kernel as it was compiled, "
                     "or what was expected;", column, sm_map_proved(s));
        u = summarise(s->log, SM_TABLE, column);
        tell(&t, &u);
        return t.s;
    }
    for (unsigned sm = 0; sm < SM_TABLE; sm++) {
        if (wrong_items(s->log, sm) == 0 || ++bad > NAMED_MAX)
            continue;
        u = summarise(s->log, sm, SM_ITEMS);
        text_add(&t, "%sSM %u is wrong in %u of %d items,", bad > 1 ? "; " : "", sm, wrong_items(s->log, sm), SM_ITEMS);
        tell(&t, &u);
    }
    if (bad > NAMED_MAX)
        text_add(&t, "; and %u more", bad - NAMED_MAX);
    return t.s;
}
