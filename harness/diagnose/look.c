#include "diagnose/look.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "diagnose/told/message.h"

#define TABLE(name) name##_rules,
static const struct rule *const tables[] = { RULES(TABLE) };

struct diagnosis *found(struct look *l, enum certainty certainty, const char *cause, ...)
{
    struct diagnosis *d = ARENA_PUSH(l->a, l->found, l->n);
    va_list ap;

    va_start(ap, cause);
    *d = (struct diagnosis){ .ailment = l->ailment, .stack = l->ailment->of_stack ? l->stack : NULL, .certainty = certainty, .cause = text_vmake(l->a, cause, ap) };
    va_end(ap);
    return d;
}

void evidence(struct look *l, const char *fmt, ...)
{
    struct diagnosis *d = &l->found[l->n - 1];
    const char **more = arena_alloc(l->a, (d->n_evidence + 1) * sizeof *more);
    va_list ap;

    for (size_t i = 0; i < d->n_evidence; i++)
        more[i] = d->evidence[i];
    va_start(ap, fmt);
    more[d->n_evidence++] = text_vmake(l->a, fmt, ap);
    va_end(ap);
    d->evidence = more;
}

void fix(struct look *l, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    l->found[l->n - 1].fix = text_vmake(l->a, fmt, ap);
    va_end(ap);
}

void advise(struct look *l, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    l->found[l->n - 1].advice = text_vmake(l->a, fmt, ap);
    va_end(ap);
}

/* cuInit, cudaMalloc; not cublasCreate or cudnnCreate, whose codes are their own. */
static bool is_cuda_call(const char *call)
{
    const size_t prefix = text_starts(call, "cuda") ? 4 : 2;

    return text_starts(call, "cu") && call[prefix] >= 'A' && call[prefix] <= 'Z';
}

static bool is_call(const char *text, const char *name)
{
    const size_t n = strlen(name);

    return strncmp(text, name, n) == 0 && (text[n] == '(' || text[n] == '\0');
}

const struct judged *ended_by(const struct look *l, const char *call, long code)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct outcome *o = &l->r->trials[i].outcome;

        if (o->stop == STOP_CALL && o->call != NULL && (call != NULL ? is_call(o->call, call) : is_cuda_call(o->call)) && (code < 0 || o->code == code))
            return &l->r->trials[i];
    }
    return NULL;
}

const struct judged *passes_with(const struct look *l, const char *change)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct observation *o = outcome_saw(&l->r->trials[i].outcome, change);

        if (o != NULL && text_is(o->text, "passes"))
            return &l->r->trials[i];
    }
    return NULL;
}

void evidence_of_call(struct look *l, const struct judged *j)
{
    const struct outcome *o = &j->outcome;

    evidence(l, "%s: %s answers %ld%s%s%s%s%s", j->trial.id, o->call, o->code, o->text != NULL ? " (" : "", o->text != NULL ? o->text : "",
             o->text != NULL ? ")" : "", o->library != NULL ? ", from " : "", o->library != NULL ? o->library : "");
}

const char *variable(const struct look *l, const char *name)
{
    return machine_fact(l->r->machine, text_make(l->a, "env.%s", name));
}

const char *fact(const struct look *l, const char *key)
{
    return machine_fact(l->r->machine, key);
}

const char *stated(const struct look *l, const char *what)
{
    return stack_version(l->stack, what);
}

const struct stack_version *stated_whole(const struct look *l, const char *what)
{
    for (size_t i = 0; i < l->stack->n_versions; i++)
        if (text_is(l->stack->versions[i].what, what))
            return &l->stack->versions[i];
    return NULL;
}

const char *quoted(const struct look *l, const char *word)
{
    struct text t = { .arena = l->a };

    text_add_quoted(&t, word);
    return t.s;
}

void evidence_of_fact(struct look *l, const char *key)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_facts; i++)
        if (text_is(m->facts[i].key, key)) {
            evidence(l, "%s%s%s = %s", m->facts[i].source != NULL ? m->facts[i].source : "", m->facts[i].source != NULL ? ": " : "", key, m->facts[i].value);
            return;
        }
}

const char *fact_of_gpu(const struct look *l, const char *address, const char *what)
{
    return fact(l, text_make(l->a, "gpu.%s.%s", address, what));
}

void evidence_of_gpu(struct look *l, const char *address, const char *what)
{
    evidence_of_fact(l, text_make(l->a, "gpu.%s.%s", address, what));
}

bool is_in_container(const struct look *l)
{
    return l->r->machine->place == PLACE_CONTAINER;
}

static bool all_is_well(const struct look *l)
{
    const struct tally n = report_tally(l->r);

    return report_proved(l->r) > 0 && n.fail == 0 && n.broken == 0 && l->r->complaint == NULL;
}

static void apply(struct look *l, const struct rule *rule)
{
    l->ailment = &rule->ailment;
    /* Where a GPU answers, module and nodes serve. */
    if (rule->ailment.link <= LINK_NODES && !rule->ailment.though_it_answers && report_answering(l->r) > 0)
        return;
    if (rule->ailment.may_be_well && all_is_well(l))
        return;
    if (!rule->ailment.of_stack) {
        rule->look(l);
        return;
    }
    for (size_t i = 0; i < l->r->n_stacks; i++) {
        l->stack = &l->r->stacks[i];
        rule->look(l);
    }
    l->stack = NULL;
}

static int place_in_chain(const struct diagnosis *d)
{
    return 2 * (int)d->ailment->link + d->ailment->general;
}

/* Along the chain; within a link in the order of the rules, the general ones last. Few are found: a plain insertion will do. */
static void sort(struct look *l)
{
    for (size_t i = 1; i < l->n; i++) {
        const struct diagnosis one = l->found[i];
        size_t at = i;

        for (; at > 0 && place_in_chain(&l->found[at - 1]) > place_in_chain(&one); at--)
            l->found[at] = l->found[at - 1];
        l->found[at] = one;
    }
}

/* Of one stack, too. */
static bool is_behind_another(const struct look *l, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (l->found[i].stack != NULL && l->found[i].stack == l->found[at].stack)
            return true;
    return false;
}

/* The first broken link of the machine explains the later ones, and what no GPU could do. */
static void order(struct look *l)
{
    const struct diagnosis *first = NULL;

    for (size_t i = 0; i < l->n; i++) {
        l->found[i].follows = is_behind_another(l, i);
        if (l->found[i].stack == NULL && first == NULL)
            first = &l->found[i];
    }
    for (size_t i = 0; i < l->n && first != NULL; i++)
        l->found[i].follows |= &l->found[i] != first && (l->found[i].stack == NULL ? l->found[i].ailment->link >= first->ailment->link : l->found[i].ailment->needs_gpu);
}

/* A failed trial is explained by a cause of its stack; and what the driver or a GPU did, by one of the machine. What a stack's files do
 * without a GPU, the machine does not explain; nor does a program's own doing explain anything. */
static bool is_explained(const struct look *l, const struct judged *j)
{
    const enum scope scope = j->trial.probe->scope;

    for (size_t i = 0; i < l->n; i++) {
        if (l->found[i].stack != NULL && l->found[i].stack == j->trial.stack)
            return true;
        if (l->found[i].stack == NULL && l->found[i].ailment->link <= LINK_GPU && scope != SCOPE_STACK && scope != SCOPE_PROGRAM)
            return true;
    }
    return false;
}

/* Root has no need of sudo, and images seldom have it. */
static void fit_to_user(struct look *l)
{
    if (!text_is(fact(l, "process.uid"), "0"))
        return;
    for (size_t i = 0; i < l->n; i++)
        if (l->found[i].fix != NULL && !l->found[i].on_host)
            l->found[i].fix = without_sudo(l, l->found[i].fix);
}

void diagnose(struct diagnoses *d, const struct report *r, struct arena *a)
{
    struct look l = { .r = r, .a = a };
    const struct judged **open = NULL;
    size_t n = 0;

    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (const struct rule *rule = tables[t]; rule->ailment.id != NULL; rule++)
            apply(&l, rule);
    sort(&l);
    order(&l);
    complaint_join(&l);
    fit_to_user(&l);
    for (size_t i = 0; i < r->n_trials; i++)
        if ((r->trials[i].verdict == FAIL || r->trials[i].verdict == BROKEN) && !is_explained(&l, &r->trials[i]))
            *ARENA_PUSH(a, open, n) = &r->trials[i];
    *d = (struct diagnoses){ .list = l.found, .n = l.n, .unexplained = open, .n_unexplained = n };
}

const struct ailment *ailment_at(size_t at)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (const struct rule *rule = tables[t]; rule->ailment.id != NULL; rule++)
            if (at-- == 0)
                return &rule->ailment;
    return NULL;
}

const struct ailment *ailment_by_id(const char *id)
{
    const struct ailment *one;

    for (size_t i = 0; (one = ailment_at(i)) != NULL; i++)
        if (text_is(one->id, id))
            return one;
    return NULL;
}
