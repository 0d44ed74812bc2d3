#include "report/json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/names.h"
#include "report/whole_file.h"

/* Text from outside may hold anything: jansson refuses bytes that are not UTF-8. */
static json_t *text(const char *s)
{
    struct arena arena = { NULL };
    struct text out = { .arena = &arena };
    json_t *j;

    if (s == NULL)
        return NULL;
    j = json_string(s);
    if (j != NULL)
        return j;
    text_put(&out, "", 0);
    while (*s != '\0') {
        size_t n = text_utf8_length(s);

        text_put(&out, n > 0 ? s : "?", n > 0 ? n : 1);
        s += n > 0 ? n : 1;
    }
    j = json_string(out.s);
    arena_free(&arena);
    return j;
}

/* Unknown is absent: NULL adds nothing. */
static void put(json_t *object, const char *key, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, key, value);
}

static void put_text(json_t *object, const char *key, const char *s)
{
    put(object, key, text(s));
}

/* As it is written, with 15 digits: what is read back is written the same again. */
static json_t *number(double x)
{
    char digits[32];

    if (!isfinite(x) || !text_format(digits, sizeof digits, "%.15g", x) || !text_to_double(digits, &x))
        return json_null();
    return x == floor(x) && fabs(x) < 9e15 ? json_integer((json_int_t)x) : json_real(x);
}

static json_t *machine(const struct machine *m)
{
    json_t *o = json_object(), *facts = json_array(), *pci = json_array(), *nodes = json_array(), *drivers = json_array();

    put_text(o, "hostname", m->hostname);
    put_text(o, "os", m->os);
    put_text(o, "kernel", m->kernel);
    put_text(o, "arch", m->arch);
    put_text(o, "place", place_names[m->place]);
    put_text(o, "container", m->container);
    put(o, "module_loaded", json_boolean(m->module_loaded));
    put(o, "nouveau_loaded", json_boolean(m->nouveau_loaded));
    put_text(o, "module_version", m->module_version);
    put(o, "gpu_meant", json_boolean(m->gpu_meant));
    put_text(o, "why", m->gpu_meant ? m->why_meant : m->why_not_meant);
    for (size_t i = 0; i < m->n_pci; i++) {
        json_t *g = json_object();

        put_text(g, "address", m->pci[i].address);
        put(g, "device_id", json_integer(m->pci[i].device_id));
        put_text(g, "driver", m->pci[i].driver);
        json_array_append_new(pci, g);
    }
    for (size_t i = 0; i < m->n_nodes; i++) {
        json_t *n = json_object();

        put_text(n, "path", m->nodes[i].path);
        put(n, "opens", json_boolean(m->nodes[i].opens));
        put_text(n, "why_not", m->nodes[i].why_not);
        json_array_append_new(nodes, n);
    }
    for (size_t i = 0; i < m->n_drivers; i++) {
        json_t *d = json_object();

        put_text(d, "soname", m->drivers[i].soname);
        put_text(d, "path", m->drivers[i].path);
        put_text(d, "version", m->drivers[i].version);
        put_text(d, "kind", driver_kind_names[m->drivers[i].kind]);
        json_array_append_new(drivers, d);
    }
    for (size_t i = 0; i < m->n_facts; i++) {
        json_t *f = json_object();

        put_text(f, "key", m->facts[i].key);
        put_text(f, "value", m->facts[i].value);
        put_text(f, "source", m->facts[i].source);
        json_array_append_new(facts, f);
    }
    put(o, "pci", pci);
    put(o, "nodes", nodes);
    put(o, "drivers", drivers);
    put(o, "facts", facts);
    return o;
}

static json_t *devices(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_devices; i++) {
        const struct device *d = &r->devices[i];
        json_t *o = json_object();

        put(o, "index", json_integer(d->index));
        put_text(o, "name", d->name);
        put_text(o, "uuid", d->uuid);
        put_text(o, "pci", d->pci);
        put(o, "answers", json_boolean(d->answers));
        if (d->answers) {
            put(o, "compute_capability", json_real(d->cc / 10.0));
            put(o, "sms", json_integer(d->sms));
            put(o, "memory_bytes", json_integer((json_int_t)d->memory_bytes));
            put(o, "free_bytes", d->knows_free ? json_integer((json_int_t)d->free_bytes) : NULL);
            put_text(o, "foreign", d->foreign);
        }
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *stack(const struct stack *s)
{
    json_t *o = json_object(), *members = json_array(), *versions = json_array();

    put_text(o, "name", s->name);
    put_text(o, "kind", stack_kind_names[s->kind]);
    put_text(o, "prefix", s->prefix);
    put_text(o, "found_by", s->found_by);
    put_text(o, "unusable", s->unusable);
    put_text(o, "broken", s->broken);
    for (size_t i = 0; i < s->n_versions; i++) {
        json_t *v = json_object();

        put_text(v, "what", s->versions[i].what);
        put_text(v, "version", s->versions[i].version);
        put_text(v, "source", s->versions[i].source);
        json_array_append_new(versions, v);
    }
    for (size_t i = 0; i < s->n_members; i++) {
        const struct member *m = &s->members[i];
        json_t *v = json_object();

        put_text(v, "family", m->family);
        put_text(v, "path", m->place);
        put_text(v, "version", m->version);
        put_text(v, "soname", m->elf != NULL ? m->elf->soname : NULL);
        put_text(v, "why_bad", m->why_bad);
        json_array_append_new(members, v);
    }
    put(o, "versions", versions);
    put(o, "members", members);
    return o;
}

static json_t *stacks(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_stacks; i++)
        json_array_append_new(list, stack(&r->stacks[i]));
    return list;
}

static json_t *observations(const struct outcome *out)
{
    json_t *list = json_array();

    for (size_t i = 0; i < out->n_saw; i++) {
        const struct observation *s = &out->saw[i];
        json_t *o = json_object();

        put_text(o, "key", s->key);
        put(o, "value", s->is_number ? number(s->number) : text(s->text));
        if (s->unit[0] != '\0')
            put_text(o, "unit", s->unit);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *trial(const struct judged *j)
{
    const struct outcome *out = &j->outcome;
    json_t *o = json_object();

    put_text(o, "id", j->trial.id);
    put_text(o, "probe", j->trial.probe->name);
    put_text(o, "claim", j->trial.probe->claim);
    if (j->trial.device != NULL)
        put(o, "device", json_integer(j->trial.device->index));
    put_text(o, "stack", j->trial.stack != NULL ? j->trial.stack->name : NULL);
    put_text(o, "verdict", verdict_name(j->verdict));
    put(o, "warns", j->warns ? json_true() : NULL);
    put_text(o, "why", j->why[0] != '\0' ? j->why : NULL);
    put_text(o, "act", j->act);
    put_text(o, "ending", ending_names[out->ending]);
    if (out->ending == ENDED_SILENT || out->ending == ENDED_CRASHED)
        put(o, "status", json_integer(out->status));
    if (out->ending != ENDED_NOT_RUN)
        put(o, "took_ms", number(out->took_ms));
    put_text(o, "stop", out->stop != STOP_NONE ? stop_names[out->stop] : NULL);
    put_text(o, "call", out->call);
    put_text(o, "library", out->library);
    if (out->stop == STOP_CALL)
        put(o, "code", json_integer(out->code));
    put_text(o, "text", out->stop != STOP_NONE || out->ending == ENDED_NOT_RUN ? out->text : NULL);
    put_text(o, "blamed", out->blamed);
    put_text(o, "fault", out->fault);
    put_text(o, "said", out->said);
    put_text(o, "rerun", out->rerun);
    if (j->rounds > 1) {
        put(o, "rounds", json_integer(j->rounds));
        put(o, "passes", json_integer(j->passes));
    }
    if (j->round > 0)
        put(o, "round", json_integer(j->round));
    put(o, "saw", observations(out));
    return o;
}

static json_t *requirements(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_requires; i++) {
        json_t *o = json_object();

        put_text(o, "text", r->requires[i].text);
        put(o, "met", json_boolean(r->requires[i].met));
        put(o, "unknown", r->requires[i].unknown ? json_true() : NULL);
        put_text(o, "why", r->requires[i].met ? NULL : r->requires[i].why);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *command(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_command; i++)
        json_array_append_new(list, text(r->command[i]));
    return list;
}

static bool dump(FILE *f, json_t *all, size_t flags, struct err *e)
{
    bool ok;

    errno = 0;
    ok = json_dumpf(all, f, flags | JSON_REAL_PRECISION(15)) == 0 && fputc('\n', f) != EOF;
    json_decref(all);
    return ok || err_sys(e, "cannot write JSON");
}

static json_t *whole_list(const struct report *r)
{
    json_t *o = json_object();

    put(o, "format", json_integer(JSON_FORMAT));
    put_text(o, "gpuvet", r->version);
    put(o, "machine", machine(r->machine));
    put(o, "devices", devices(r));
    put(o, "stacks", stacks(r));
    return o;
}

bool json_list(FILE *f, const struct report *r, struct err *e)
{
    return dump(f, whole_list(r), JSON_INDENT(1), e);
}

bool json_report(FILE *f, const struct report *r, struct err *e)
{
    json_t *o = whole_list(r), *trials = json_array();

    put_text(o, "began", r->began);
    put(o, "took_ms", number(r->took_ms));
    put(o, "command", command(r));
    if (r->rounds > 1)
        put(o, "rounds", json_integer(r->rounds));
    if (r->interrupted && r->signo > 0)
        put(o, "interrupted_by", json_integer(r->signo));
    put(o, "cut_short", r->interrupted && r->signo == 0 ? json_true() : NULL);
    put_text(o, "verdict", verdict_name(report_verdict(r)));
    put(o, "exit_code", json_integer(r->exit_code));
    put_text(o, "closing", r->closing);
    put_text(o, "earlier", r->earlier);
    for (size_t i = 0; i < r->n_trials; i++)
        json_array_append_new(trials, trial(&r->trials[i]));
    put(o, "trials", trials);
    put(o, "requires", requirements(r));
    return dump(f, o, JSON_INDENT(1), e);
}

bool json_write(const char *path, const struct report *r, struct err *e)
{
    struct whole_file w;

    return whole_file_begin(&w, path, ".new", e) && whole_file_end(&w, json_report(w.f, r, e), e);
}

bool json_head_line(FILE *f, const struct report *r)
{
    json_t *o = json_object(), *head = whole_list(r);
    struct err e;

    put_text(head, "began", r->began);
    put(head, "command", command(r));
    put(head, "requires", requirements(r));
    put(o, "head", head);
    return dump(f, o, JSON_COMPACT, &e);
}

bool json_trial_line(FILE *f, const struct judged *j)
{
    struct err e;

    return dump(f, trial(j), JSON_COMPACT, &e);
}
