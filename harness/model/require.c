#include "model/require.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "model/gpu_property.h"

enum takes { NOTHING = 1 << 0, WORDS = 1 << 1, NUMBER = 1 << 2, VERSION = 1 << 3 };

struct subject { const char *name; enum asks asks; unsigned takes; };

/* ---- The table ---- */

static const struct subject subjects[] = {
    { "gpu",           ASKS_COUNT,  NOTHING | NUMBER },
    { "driver",        ASKS_DRIVER, VERSION },
    { "driver.cuda",   ASKS_DRIVER, VERSION },
    { "devices.alike", ASKS_ALIKE,  NOTHING },
    { "stack",         ASKS_STACK,  NOTHING | WORDS },
};

static bool names_a_probe(const char *pattern)
{
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (text_matches(pattern, (*p)->name))
            return true;
    return false;
}

/* False: there is nothing of that name. */
static bool find_subject(struct subject *s, const char *name)
{
    const struct gpu_property *p = gpu_property_of(name);

    for (size_t i = 0; i < COUNT_OF(subjects); i++)
        if (text_is(subjects[i].name, name)) {
            *s = subjects[i];
            return true;
        }
    *s = p != NULL ? (struct subject){ name, ASKS_PROPERTY, p->is_number ? NUMBER : WORDS } : (struct subject){ name, ASKS_PROBES, NOTHING };
    return p != NULL || names_a_probe(name);
}

/* ---- Reading ---- */

static const char *trimmed(struct arena *a, const char *s, size_t n)
{
    while (n > 0 && isblank((unsigned char)s[n - 1]))
        n--;
    while (n > 0 && isblank((unsigned char)*s)) {
        s++;
        n--;
    }
    if (n > 1 && s[0] == '"' && s[n - 1] == '"')
        return arena_copy(a, s + 1, n - 2);
    return arena_copy(a, s, n);
}

/* Cuts "gpu.ecc = on" in its three parts. */
static struct demand cut(struct arena *a, const char *line)
{
    size_t n = strcspn(line, "<>=");
    const bool two = line[n] != '\0' && line[n] != '=' && line[n + 1] == '=';
    struct demand d = { .text = trimmed(a, line, strlen(line)), .subject = trimmed(a, line, n) };

    if (line[n] == '\0')
        return d;
    d.relation = line[n] == '>' ? IS_AT_LEAST : line[n] == '<' ? IS_AT_MOST : IS;
    d.value = trimmed(a, line + n + 1 + two, strlen(line + n + 1 + two));
    return d;
}

static bool check(struct demand *d, const struct subject *s, const char *line, struct err *e)
{
    const bool is_strict = d->relation >= IS_AT_LEAST && strpbrk(line, "<>")[1] != '=';

    if (d->relation == ANY_VALUE)
        return (s->takes & NOTHING) != 0 || err_set(e, ERR_USAGE, "\"%s\" needs a value: %s = ...", d->text, d->subject);
    if (s->takes == NOTHING)
        return err_set(e, ERR_USAGE, "\"%s\": %s takes no value", d->text, d->subject);
    if (is_strict)
        return err_set(e, ERR_USAGE, "\"%s\": use =, <= or >=", d->text);
    if (*d->value == '\0')
        return err_set(e, ERR_USAGE, "\"%s\": the value is missing", d->text);
    if (s->takes & NUMBER)
        return (text_to_double(d->value, &d->number) && d->number >= 0 && d->number < 1e15 && (s->asks != ASKS_COUNT || (d->number >= 1 && d->number == (double)(long)d->number)))
            || err_set(e, ERR_USAGE, "\"%s\": %s is no number%s", d->text, d->value, s->asks == ASKS_COUNT ? " of GPUs" : "");
    if (s->takes & VERSION)
        return (*d->value != '.' && text_version_length(d->value) == strlen(d->value)) || err_set(e, ERR_USAGE, "\"%s\": %s is no version", d->text, d->value);
    return d->relation == IS || err_set(e, ERR_USAGE, "\"%s\": %s takes = alone", d->text, d->subject);
}

static bool parse_torch(struct demand *d, struct arena *a, const char *line, struct err *e)
{
    struct want *want = arena_alloc(a, sizeof *want);

    if (!want_parse(want, a, line, e))
        return false;
    *d = (struct demand){ .text = want->text, .asks = ASKS_TORCH, .subject = "torch", .want = want };
    return true;
}

static bool parse_other(struct demand *d, struct arena *a, const char *line, struct err *e)
{
    struct subject s;

    *d = cut(a, line);
    if (!find_subject(&s, d->subject))
        return err_set(e, ERR_USAGE, "there is no requirement \"%s\": see `gpuvet help require`", d->subject);
    d->asks = s.asks;
    return check(d, &s, line, e);
}

bool require_parse(struct require *q, struct arena *a, const char *line, struct err *e)
{
    struct demand d;

    if (!(want_is_about_torch(line + strspn(line, " \t")) ? parse_torch(&d, a, line, e) : parse_other(&d, a, line, e)))
        return false;
    for (size_t i = 0; i < q->n; i++)
        if (text_is(q->demands[i].text, d.text))
            return true;                /* said twice, it is one demand */
    *ARENA_PUSH(a, q->demands, q->n) = d;
    return true;
}

bool require_wants_gpu(const struct require *q)
{
    for (size_t i = 0; i < q->n; i++)
        if (q->demands[i].asks <= ASKS_DRIVER)
            return true;
    return false;
}

static bool needs_probe(const struct demand *d, const struct probe *p)
{
    switch (d->asks) {
    case ASKS_PROPERTY:
    case ASKS_ALIKE:  return p->tells_facts;
    case ASKS_DRIVER: return p->scope == SCOPE_MACHINE;
    case ASKS_PROBES: return text_matches(d->subject, p->name);
    case ASKS_TORCH:  return p->tells_build;
    case ASKS_COUNT:
    case ASKS_STACK:  return false;
    }
    return false;
}

size_t require_probes(const struct require *q, const char ***names, struct arena *a)
{
    size_t n = 0;

    *names = NULL;
    for (size_t i = 0; i < q->n; i++)
        for (const struct probe *const *p = all_probes; *p != NULL; p++)
            if (needs_probe(&q->demands[i], *p))
                *ARENA_PUSH(a, *names, n) = (*p)->name;
    return n;
}
