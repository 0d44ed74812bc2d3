/* The complaint and what was found: what both say comes first. Where nothing that was found is meant, what the message says mostly. */
#include "diagnose/told/message.h"

#include <string.h>

#include "base/text.h"

enum { GUESSES_MAX = 3, QUOTED_MAX = 400, QUOTED_AGAIN_MAX = 80 };

static const struct hint *hint_of(const char *id)
{
    for (const struct hint *h = hints; h->id != NULL; h++)
        if (text_is(h->id, id))
            return h;
    return NULL;
}

static const struct meant *meaning_of(const struct meant *all, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(all[i].id, id))
            return &all[i];
    return NULL;
}

/* At most so many bytes, without a part of a character. */
static size_t whole_characters(const char *line, size_t most)
{
    size_t n = strnlen(line, most);

    while (n > 0 && line[n] != '\0' && ((unsigned char)line[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* The line, in front of what else is known; at most so many bytes of it. */
static void quote(struct look *l, struct diagnosis *d, const char *line, size_t most)
{
    static const char *const said_by[] = { [COMPLAINT_TEXT] = "the error", [COMPLAINT_LOG] = "the log", [COMPLAINT_COMMAND] = "the command said" };
    const char **more = arena_alloc(l->a, (d->n_evidence + 1) * sizeof *more);

    line += strspn(line, " ");
    more[0] = text_make(l->a, "%s: %.*s%s", said_by[l->r->complaint->source], (int)whole_characters(line, most), line,
                        strlen(line) > most ? "..." : "");
    for (size_t i = 0; i < d->n_evidence; i++)
        more[i + 1] = d->evidence[i];
    d->evidence = more;
    d->n_evidence++;
}

/* "of CUDA #" of a hint, with the message's number. */
static const char *with_number(struct look *l, const char *cause, const char *number)
{
    const char *at = strchr(cause, '#');

    if (at == NULL)
        return cause;
    return text_make(l->a, "%.*s%s%s", (int)(at - cause), cause, number != NULL ? number : "another version", at + 1);
}

/* Those that the message means go to the front, in the order they had. True where there are any. */
static bool raise_meant(struct look *l, const struct meant *all, size_t n)
{
    size_t raised = 0;

    for (size_t i = 0; i < l->n; i++) {
        const struct meant *m = meaning_of(all, n, l->found[i].ailment->id);
        struct diagnosis d = l->found[i];

        if (m == NULL)
            continue;
        quote(l, &d, m->line, QUOTED_MAX);
        d.certainty = SHOWN;
        d.follows &= raised > 0;            /* the first is no note: it is what was asked for */
        memmove(&l->found[raised + 1], &l->found[raised], (i - raised) * sizeof d);
        l->found[raised++] = d;
    }
    return raised > 0;
}

/* Whose command a container leaves to its host: it has no kernel module, service or log of its own, and does not start itself. */
static bool is_of_host(const struct hint *h)
{
    static const char *const ids[] = { "host-out-of-memory", "driver-library-mismatch", "fabric-not-ready", "container-toolkit-missing", "container-without-gpu",
                                       "shared-memory-small", "module-not-loaded", "nodes-missing", "gpu-lost" };

    for (size_t i = 0; i < COUNT_OF(ids); i++)
        if (text_is(h->id, ids[i]))
            return true;
    return false;
}

static struct diagnosis guess(struct look *l, const struct meant *m, const struct ailment *ailment, bool again)
{
    const struct hint *h = hint_of(m->id);
    struct diagnosis d = { .ailment = ailment, .certainty = m->proves ? SHOWN : LIKELY };

    d.cause = h != NULL ? with_number(l, h->cause, m->number) : text_make(l->a, "that message is mostly of this, which nothing on this machine shows: %s", ailment->what);
    d.fix = h != NULL ? h->fix : text_make(l->a, "gpuvet explain %s", m->id);
    d.on_host = h != NULL && is_of_host(h) && is_in_container(l);
    if (h != NULL)
        d.advice = h->advice;
    else if (l->r->complaint->source != COMPLAINT_COMMAND)      /* which came up here */
        d.advice = "run gpuvet doctor where the message came up, in that container and environment";
    quote(l, &d, m->line, again ? QUOTED_AGAIN_MAX : QUOTED_MAX);
    return d;
}

/* Nothing works on a GPU where one of these was found: what is said about work there is of another time or place. */
static bool is_broken_machine(const struct look *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->found[i].stack == NULL && l->found[i].certainty == SHOWN && l->found[i].ailment->link <= LINK_DRIVER)
            return true;
    return false;
}

static void insert(struct look *l, size_t at, struct diagnosis d)
{
    (void)ARENA_PUSH(l->a, l->found, l->n);
    memmove(&l->found[at + 1], &l->found[at], (l->n - 1 - at) * sizeof d);
    l->found[at] = d;
}

/* The command had our environment: what is not set there it can only have set itself. */
static bool ran_without(const struct look *l, const char *name)
{
    return l->r->complaint->source == COMPLAINT_COMMAND && variable(l, name) == NULL;
}

/* What this machine is not, or does well. Only where nothing else is left is it told, since the message may be of another one. */
static bool is_refuted(const struct look *l, const struct ailment *ailment)
{
    const struct machine *m = l->r->machine;

    if (text_is(ailment->id, "environment-interferes") && ran_without(l, "LD_LIBRARY_PATH") && ran_without(l, "LD_PRELOAD"))
        return true;
    if (text_starts(ailment->id, "wsl-") && m->place != PLACE_WSL)
        return true;
    if ((text_starts(ailment->id, "container-") || text_is(ailment->id, "driver-capabilities")) && m->place == PLACE_HOST)
        return true;
    if (ailment->link == LINK_MODULE && !ailment->though_it_answers && m->module_loaded)
        return true;
    return ailment->link <= LINK_DRIVER && !ailment->though_it_answers && !ailment->needs_gpu && report_answering(l->r) > 0;
}

/* The most likely ones; all of them are refuted, or none. */
static void guess_all(struct look *l, const struct meant *all, size_t n, bool refuted)
{
    const bool broken = is_broken_machine(l);
    size_t at = broken ? l->n : 0, guesses = 0;

    for (size_t i = 0; i < n && guesses < GUESSES_MAX; i++) {
        const struct ailment *ailment = ailment_by_id(all[i].id);
        struct diagnosis d;

        if (ailment == NULL || all[i].no_guess || is_refuted(l, ailment) != refuted)
            continue;
        d = guess(l, &all[i], ailment, guesses > 0);
        d.follows = broken;
        insert(l, at++, d);
        guesses++;
        if (all[i].proves)
            return;
    }
    if (guesses == 0 && !refuted)
        guess_all(l, all, n, true);
}

/* What the complaint may mean, line by line and by how it ended; 0 where nobody complains. */
static size_t meanings(const struct look *l, struct meant **all)
{
    const struct complaint *c = l->r->complaint;
    const char *ending = c != NULL ? complaint_ending(c, l->a) : NULL, **lines = NULL;
    size_t n = 0;

    if (c == NULL || !complaint_is_of_failure(c))
        return 0;
    for (size_t i = 0; i < c->n_lines; i++)
        *ARENA_PUSH(l->a, lines, n) = c->lines[i];
    if (ending != NULL)
        *ARENA_PUSH(l->a, lines, n) = ending;
    return messages_mean(all, l->a, lines, n);
}

const char *complaint_means(const struct look *l, const char *id)
{
    struct meant *all;
    const size_t n = meanings(l, &all);
    const struct meant *m = n > 0 ? meaning_of(all, n, id) : NULL;

    return m != NULL ? m->line : NULL;
}

void complaint_join(struct look *l)
{
    const struct complaint *c = l->r->complaint;
    struct meant *all;
    size_t meant;

    if (c == NULL || !complaint_is_of_failure(c))
        return;
    meant = meanings(l, &all);
    if (!raise_meant(l, all, meant))
        guess_all(l, all, meant, false);
}
