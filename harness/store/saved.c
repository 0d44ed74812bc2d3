#include "store/saved.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/names.h"
#include "model/rounds.h"
#include "store/file.h"
#include "store/saved_trial.h"

enum { FORMAT = 1, LARGEST = 64 << 20, HIGHEST_CC = 1000 };

/* Runs `read` over each object of the list `key`, each into a new element. */
#define READ_LIST(d, object, key, items, n, read) do {                                  \
        const json_t *list_ = door_list((d), (object), (key));                          \
                                                                                        \
        for (size_t i_ = 0; i_ < json_array_size(list_) && !(d)->failed; i_++) {        \
            size_t back_;                                                               \
            const json_t *o_ = door_enter((d), list_, (key), (long)i_, &back_);         \
                                                                                        \
            if (o_ != NULL)                                                             \
                read(ARENA_PUSH((d)->arena, (items), (n)), (d), o_);                    \
            door_leave((d), back_);                                                     \
        }                                                                               \
    } while (0)

/* ---- The machine ---- */

static void pci_gpu(struct pci_gpu *g, struct door *d, const json_t *o)
{
    *g = (struct pci_gpu){ .address = door_text(d, o, "address", MUST_BE), .driver = door_text(d, o, "driver", MAY_BE),
                           .device_id = (unsigned)door_integer(d, o, "device_id", MUST_BE, 0, 0xffff) };
}

static void node(struct node *n, struct door *d, const json_t *o)
{
    *n = (struct node){ .path = door_text(d, o, "path", MUST_BE), .opens = door_bool(d, o, "opens", MUST_BE),
                        .why_not = door_text(d, o, "why_not", MAY_BE), .mode = door_text(d, o, "mode", MAY_BE),
                        .group = door_text(d, o, "group", MAY_BE), .major = (unsigned)door_integer(d, o, "major", MAY_BE, 0, UINT32_MAX) };
    if (n->mode != NULL) {
        n->uid = (long)door_integer(d, o, "uid", MUST_BE, 0, UINT32_MAX);
        n->gid = (long)door_integer(d, o, "gid", MUST_BE, 0, UINT32_MAX);
    }
}

static void driver_file(struct driver_file *f, struct door *d, const json_t *o)
{
    *f = (struct driver_file){ .soname = door_text(d, o, "soname", MUST_BE), .path = door_text(d, o, "path", MUST_BE),
                               .real = door_text(d, o, "real", MAY_BE), .version = door_text(d, o, "version", MAY_BE),
                               .kind = (enum driver_file_kind)door_word(d, o, "kind", MUST_BE, driver_kind_names),
                               .in_cache = door_has(o, "in_cache") && door_bool(d, o, "in_cache", MUST_BE) };
    if (f->real == NULL)
        f->real = f->path;
}

static void fact(struct fact *f, struct door *d, const json_t *o)
{
    *f = (struct fact){ door_text(d, o, "key", MUST_BE), door_text(d, o, "value", MUST_BE), door_text(d, o, "source", MAY_BE) };
}

static const struct machine *machine(struct door *d, const json_t *document)
{
    struct machine *m = arena_alloc(d->arena, sizeof *m);
    struct pci_gpu *pci = NULL;
    struct node *nodes = NULL;
    struct driver_file *drivers = NULL;
    struct fact *facts = NULL;
    size_t back;
    const json_t *o = door_enter(d, document, "machine", -1, &back);

    m->hostname = door_text(d, o, "hostname", MAY_BE);
    m->os = door_text(d, o, "os", MAY_BE);
    m->os_id = door_text(d, o, "os_id", MAY_BE);
    m->kernel = door_text(d, o, "kernel", MAY_BE);
    m->arch = door_text(d, o, "arch", MAY_BE);
    m->place = (enum place)door_word(d, o, "place", MUST_BE, place_names);
    m->container = door_text(d, o, "container", MAY_BE);
    m->module_loaded = door_bool(d, o, "module_loaded", MUST_BE);
    m->nouveau_loaded = door_bool(d, o, "nouveau_loaded", MUST_BE);
    m->module_version = door_text(d, o, "module_version", MAY_BE);
    m->gpu_meant = door_bool(d, o, "gpu_meant", MUST_BE);
    *(m->gpu_meant ? &m->why_meant : &m->why_not_meant) = door_text(d, o, "why", MAY_BE);
    READ_LIST(d, o, "pci", pci, m->n_pci, pci_gpu);
    READ_LIST(d, o, "nodes", nodes, m->n_nodes, node);
    READ_LIST(d, o, "drivers", drivers, m->n_drivers, driver_file);
    READ_LIST(d, o, "facts", facts, m->n_facts, fact);
    m->pci = pci;
    m->nodes = nodes;
    m->drivers = drivers;
    m->facts = facts;
    door_leave(d, back);
    return m;
}

/* ---- Devices and stacks ---- */

static void device(struct device *v, struct door *d, const json_t *o)
{
    bool answers = door_bool(d, o, "answers", MUST_BE);
    double cc = answers ? door_number(d, o, "compute_capability", MUST_BE) : 0;

    *v = (struct device){
        .index = (int)door_integer(d, o, "index", MUST_BE, 0, INT_MAX), .name = door_text(d, o, "name", MAY_BE),
        .uuid = door_text(d, o, "uuid", MAY_BE), .pci = door_text(d, o, "pci", MAY_BE), .answers = answers,
        .sms = (int)door_integer(d, o, "sms", answers ? MUST_BE : MAY_BE, 0, INT_MAX),
        .clock_mhz = (int)door_integer(d, o, "clock_mhz", MAY_BE, 0, INT_MAX),
        .memory_bytes = (uint64_t)door_integer(d, o, "memory_bytes", answers ? MUST_BE : MAY_BE, 0, INT64_MAX),
        .free_bytes = (uint64_t)door_integer(d, o, "free_bytes", MAY_BE, 0, INT64_MAX), .knows_free = door_has(o, "free_bytes"),
        .foreign = door_text(d, o, "foreign", MAY_BE),
    };
    if (!(cc >= 0 && cc < (double)HIGHEST_CC))
        door_refuse(d, "compute_capability", "there is no such capability");
    else
        v->cc = (int)lround(cc * 10);
}

static void version(struct stack_version *v, struct door *d, const json_t *o)
{
    *v = (struct stack_version){ door_text(d, o, "what", MUST_BE), door_text(d, o, "version", MUST_BE), door_text(d, o, "source", MAY_BE) };
}

static void member(struct member *m, struct door *d, const json_t *o)
{
    const char *soname = door_text(d, o, "soname", MAY_BE);
    struct elf_facts *elf = soname != NULL ? arena_alloc(d->arena, sizeof *elf) : NULL;

    if (elf != NULL)
        elf->soname = soname;
    *m = (struct member){ .family = door_text(d, o, "family", MUST_BE), .place = door_text(d, o, "path", MUST_BE),
                          .version = door_text(d, o, "version", MAY_BE), .source = door_text(d, o, "source", MAY_BE), .why_bad = door_text(d, o, "why_bad", MAY_BE), .elf = elf };
    m->path = m->place;
}

static void unmet(struct unmet *u, struct door *d, const json_t *o)
{
    *u = (struct unmet){
        .kind = (enum unmet_kind)door_word(d, o, "kind", MUST_BE, unmet_kind_names), .file = door_text(d, o, "file", MUST_BE),
        .version = door_text(d, o, "version", MAY_BE), .package = door_text(d, o, "package", MAY_BE), .name = door_text(d, o, "name", MUST_BE),
        .library = door_text(d, o, "library", MAY_BE), .taken = door_text(d, o, "taken", MAY_BE),
        .taken_version = door_text(d, o, "taken_version", MAY_BE), .how = door_text(d, o, "how", MAY_BE), .own = door_text(d, o, "own", MAY_BE),
        .own_version = door_text(d, o, "own_version", MAY_BE), .alike = door_text(d, o, "alike", MAY_BE),
    };
}

static void stack(struct stack *s, struct door *d, const json_t *o)
{
    struct stack_version *versions = NULL;
    struct member *members = NULL;
    struct unmet *wants = NULL;

    *s = (struct stack){
        .name = door_text(d, o, "name", MUST_BE), .kind = (enum stack_kind)door_word(d, o, "kind", MUST_BE, stack_kind_names),
        .prefix = door_text(d, o, "prefix", MAY_BE), .python = door_text(d, o, "python", MAY_BE), .found_by = door_text(d, o, "found_by", MAY_BE),
        .unusable = door_text(d, o, "unusable", MAY_BE), .broken = door_text(d, o, "broken", MAY_BE),
    };
    READ_LIST(d, o, "versions", versions, s->n_versions, version);
    READ_LIST(d, o, "members", members, s->n_members, member);
    if (door_has(o, "unmet"))
        READ_LIST(d, o, "unmet", wants, s->n_unmet, unmet);
    s->versions = versions;
    s->members = members;
    s->unmet = wants;
}

/* ---- The document ---- */

static void requirement(struct requirement *q, struct door *d, const json_t *o)
{
    bool met = door_bool(d, o, "met", MUST_BE);
    const char *why = door_text(d, o, "why", met ? MAY_BE : MUST_BE);

    *q = (struct requirement){ door_text(d, o, "text", MUST_BE), met, why != NULL ? why : "", door_bool(d, o, "unknown", MAY_BE) };
    if (q->met && q->unknown)
        door_refuse(d, "unknown", "it is met");
}

static const char *const *texts(struct door *d, const json_t *o, const char *key, size_t *n)
{
    const json_t *list = door_list(d, o, key);
    const char **words = NULL;

    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i)))
            *ARENA_PUSH(d->arena, words, *n) = json_string_value(json_array_get(list, i));
        else
            door_refuse(d, key, "a word is no text");
    return words;
}

static void unproved(struct unproved *u, struct door *d, const json_t *o)
{
    u->about = (enum unproved_about)door_word(d, o, "about", MUST_BE, unproved_names);
    u->why = door_text(d, o, "why", MUST_BE);
    u->what = texts(d, o, "what", &u->n_what);
}

static const struct complaint *complaint(struct door *d, const json_t *document)
{
    struct complaint *c = arena_alloc(d->arena, sizeof *c);
    size_t back;
    const json_t *o = door_enter(d, document, "complaint", -1, &back);

    c->source = (enum complaint_source)door_word(d, o, "source", MUST_BE, complaint_source_names);
    c->lines = texts(d, o, "lines", &c->n_lines);
    if (c->source == COMPLAINT_COMMAND) {
        c->command = texts(d, o, "command", &c->n_command);
        c->limit_s = (unsigned)door_integer(d, o, "limit_s", MAY_BE, 1, INT_MAX);
        c->signo = (int)door_integer(d, o, "signal", MAY_BE, 1, 64);
        c->exit_code = (int)door_integer(d, o, "exit_code", MAY_BE, 0, 255);
    }
    door_leave(d, back);
    return c;
}

static void trials(struct report *r, struct door *d, const json_t *o)
{
    const json_t *list = door_list(d, o, "trials");
    struct judged *all = NULL;

    for (size_t i = 0; i < json_array_size(list) && !d->failed; i++) {
        size_t back;
        const json_t *item = door_enter(d, list, "trials", (long)i, &back);

        if (item != NULL)
            saved_trial(ARENA_PUSH(d->arena, all, r->n_trials), d, item, r);
        door_leave(d, back);
    }
    r->trials = all;
}

/* What the run is about: known before its trials. */
static void head(struct report *r, struct door *d, const json_t *o)
{
    struct device *devices = NULL;
    struct stack *stacks = NULL;
    struct requirement *requires = NULL;

    door_integer(d, o, "format", MUST_BE, FORMAT, FORMAT);
    r->version = door_text(d, o, "gpuvet", MUST_BE);
    r->machine = machine(d, o);
    READ_LIST(d, o, "devices", devices, r->n_devices, device);
    r->devices = devices;
    READ_LIST(d, o, "stacks", stacks, r->n_stacks, stack);
    r->stacks = stacks;
    r->began = door_text(d, o, "began", MUST_BE);
    r->command = texts(d, o, "command", &r->n_command);
    READ_LIST(d, o, "requires", requires, r->n_requires, requirement);
    r->requires = requires;
}

static void document(struct report *r, struct door *d, const json_t *o)
{
    struct unproved *left_out = NULL;

    head(r, d, o);
    r->took_ms = door_number(d, o, "took_ms", MUST_BE);
    r->rounds = (unsigned)door_integer(d, o, "rounds", MAY_BE, 2, INT_MAX);
    r->interrupted = door_has(o, "interrupted_by") || door_bool(d, o, "cut_short", MAY_BE);
    r->signo = (int)door_integer(d, o, "interrupted_by", MAY_BE, 1, 64);
    door_word(d, o, "verdict", MUST_BE, verdict_names);
    r->exit_code = (int)door_integer(d, o, "exit_code", MUST_BE, 0, 255);
    r->closing = door_text(d, o, "closing", MUST_BE);
    r->earlier = door_text(d, o, "earlier", MAY_BE);
    if (door_has(o, "complaint"))
        r->complaint = complaint(d, o);
    trials(r, d, o);
    if (door_has(o, "unproved"))        /* runs of older versions have none */
        READ_LIST(d, o, "unproved", left_out, r->n_unproved, unproved);
    r->unproved = left_out;
}

/* ---- The journal of a run that did not get to its end ---- */

/* A trial that went on for long has several lines: each takes the place of the one before. */
static struct judged *place_of(struct report *r, struct door *d, const json_t *o, struct judged **all)
{
    const char *id = json_string_value(json_object_get(o, "id"));

    for (size_t i = r->n_trials; i > 0; i--)
        if ((*all)[i - 1].outcome.ending == ENDED_CUT && text_is((*all)[i - 1].trial.id, id))
            return &(*all)[i - 1];
    return ARENA_PUSH(d->arena, *all, r->n_trials);
}

/* A line is the head, or a trial. Trials of devices and stacks stand behind the head, which names these. */
static void journal_line(struct report *r, struct door *d, const json_t *o, struct judged **all)
{
    size_t back;
    const json_t *inner;

    if (!door_has(o, "head")) {
        saved_trial(place_of(r, d, o, all), d, o, r);
        return;
    }
    inner = door_enter(d, o, "head", -1, &back);
    if (inner != NULL && r->n_command + r->n_devices + r->n_stacks + r->n_requires > 0)
        door_refuse(d, "", "there are two of it");
    else if (inner != NULL)
        head(r, d, inner);
    door_leave(d, back);
}

static bool journal(struct report *r, struct door *d, const char *text, size_t n)
{
    static const struct machine unknown = { .why_not_meant = "the run was cut short before it said which" };
    const char *end = text + n, *newline;
    struct judged *all = NULL;
    json_error_t why;

    *r = (struct report){ .version = "", .began = "", .machine = &unknown, .exit_code = 3, .closing = "", .interrupted = true };
    /* What stands behind the last newline was being written when the run died. */
    for (size_t line = 1; (newline = memchr(text, '\n', (size_t)(end - text))) != NULL && !d->failed; text = newline + 1, line++) {
        const json_t *o = door_parse(d->arena, text, (size_t)(newline - text), &why);

        text_format(d->place, sizeof d->place, "line %zu", line);
        if (json_is_object(o))
            journal_line(r, d, o, &all);
        else
            door_refuse(d, "", o == NULL ? why.text : "it is no object");
    }
    if (d->failed)
        return false;
    r->rounds = rounds_fold(&all, &r->n_trials, d->arena);
    r->trials = all;
    return true;
}

static bool looks_like_journal(const char *text, size_t n)
{
    static const char trial[] = "{\"id\":", head[] = "{\"head\":";

    return (n >= sizeof trial - 1 && memcmp(text, trial, sizeof trial - 1) == 0) || (n >= sizeof head - 1 && memcmp(text, head, sizeof head - 1) == 0);
}

bool saved_parse(struct report *r, struct arena *a, const char *text, size_t n, struct err *e)
{
    struct door d = { .arena = a, .err = e };
    json_error_t why;
    const json_t *o;

    if (looks_like_journal(text, n))
        return journal(r, &d, text, n);
    *r = (struct report){ .version = NULL };
    o = door_parse(a, text, n, &why);
    if (o == NULL)
        return err_set(e, ERR_FORMAT, "line %d, column %d: %s", why.line, why.column, why.text);
    if (json_is_object(o))
        document(r, &d, o);
    else
        door_refuse(&d, "", "it is no object");
    return !d.failed;
}

bool saved_read(struct report *r, struct arena *a, const char *path, struct err *e)
{
    char *text;
    size_t n;

    return file_read(&text, &n, a, path, LARGEST, e) && (saved_parse(r, a, text, n, e) || err_in(e, "%s", path));
}
