#include "report/json.h"

#include "base/text.h"
#include "model/figures.h"
#include "model/names.h"
#include "report/json_complaint.h"
#include "report/json_value.h"
#include "report/whole_file.h"

static json_t *machine(const struct machine *m)
{
    json_t *o = json_object(), *facts = json_array(), *pci = json_array(), *nodes = json_array(), *drivers = json_array();

    json_put_text(o, "hostname", m->hostname);
    json_put_text(o, "os", m->os);
    json_put_text(o, "os_id", m->os_id);
    json_put_text(o, "kernel", m->kernel);
    json_put_text(o, "arch", m->arch);
    json_put_text(o, "place", place_names[m->place]);
    json_put_text(o, "container", m->container);
    json_put(o, "module_loaded", json_boolean(m->module_loaded));
    json_put(o, "nouveau_loaded", json_boolean(m->nouveau_loaded));
    json_put_text(o, "module_version", m->module_version);
    json_put(o, "gpu_meant", json_boolean(m->gpu_meant));
    json_put_text(o, "why", m->gpu_meant ? m->why_meant : m->why_not_meant);
    for (size_t i = 0; i < m->n_pci; i++) {
        json_t *g = json_object();

        json_put_text(g, "address", m->pci[i].address);
        json_put(g, "device_id", json_integer(m->pci[i].device_id));
        json_put_text(g, "driver", m->pci[i].driver);
        json_array_append_new(pci, g);
    }
    for (size_t i = 0; i < m->n_nodes; i++) {
        json_t *n = json_object();

        json_put_text(n, "path", m->nodes[i].path);
        json_put(n, "opens", json_boolean(m->nodes[i].opens));
        json_put_text(n, "why_not", m->nodes[i].why_not);
        json_put_text(n, "mode", m->nodes[i].mode);
        json_put(n, "uid", m->nodes[i].mode != NULL ? json_integer(m->nodes[i].uid) : NULL);
        json_put(n, "gid", m->nodes[i].mode != NULL ? json_integer(m->nodes[i].gid) : NULL);
        json_put_text(n, "group", m->nodes[i].group);
        json_put(n, "major", m->nodes[i].major != 0 ? json_integer(m->nodes[i].major) : NULL);
        json_array_append_new(nodes, n);
    }
    for (size_t i = 0; i < m->n_drivers; i++) {
        json_t *d = json_object();

        json_put_text(d, "soname", m->drivers[i].soname);
        json_put_text(d, "path", m->drivers[i].path);
        json_put_text(d, "real", text_is(m->drivers[i].real, m->drivers[i].path) ? NULL : m->drivers[i].real);
        json_put_text(d, "version", m->drivers[i].version);
        json_put_text(d, "kind", driver_kind_names[m->drivers[i].kind]);
        json_put(d, "in_cache", m->drivers[i].in_cache ? json_true() : NULL);
        json_array_append_new(drivers, d);
    }
    for (size_t i = 0; i < m->n_facts; i++) {
        json_t *f = json_object();

        json_put_text(f, "key", m->facts[i].key);
        json_put_text(f, "value", m->facts[i].value);
        json_put_text(f, "source", m->facts[i].source);
        json_array_append_new(facts, f);
    }
    json_put(o, "pci", pci);
    json_put(o, "nodes", nodes);
    json_put(o, "drivers", drivers);
    json_put(o, "facts", facts);
    return o;
}

static json_t *devices(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_devices; i++) {
        const struct device *d = &r->devices[i];
        json_t *o = json_object();

        json_put(o, "index", json_integer(d->index));
        json_put_text(o, "name", d->name);
        json_put_text(o, "uuid", d->uuid);
        json_put_text(o, "pci", d->pci);
        json_put(o, "answers", json_boolean(d->answers));
        if (d->answers) {
            json_put(o, "compute_capability", json_real(d->cc / 10.0));
            json_put(o, "sms", json_integer(d->sms));
            json_put(o, "clock_mhz", d->clock_mhz > 0 ? json_integer(d->clock_mhz) : NULL);
            json_put(o, "memory_bytes", json_integer((json_int_t)d->memory_bytes));
            json_put(o, "free_bytes", d->knows_free ? json_integer((json_int_t)d->free_bytes) : NULL);
            json_put_text(o, "foreign", d->foreign);
        }
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *unmet(const struct unmet *u)
{
    json_t *o = json_object();

    json_put_text(o, "kind", unmet_kind_names[u->kind]);
    json_put_text(o, "file", u->file);
    json_put_text(o, "version", u->version);
    json_put_text(o, "package", u->package);
    json_put_text(o, "name", u->name);
    json_put_text(o, "library", u->library);
    json_put_text(o, "taken", u->taken);
    json_put_text(o, "taken_version", u->taken_version);
    json_put_text(o, "how", u->how);
    json_put_text(o, "own", u->own);
    json_put_text(o, "own_version", u->own_version);
    json_put_text(o, "alike", u->alike);
    return o;
}

static json_t *stack(const struct stack *s)
{
    json_t *o = json_object(), *members = json_array(), *versions = json_array(), *wants = s->n_unmet > 0 ? json_array() : NULL;

    json_put_text(o, "name", s->name);
    json_put_text(o, "kind", stack_kind_names[s->kind]);
    json_put_text(o, "prefix", s->prefix);
    json_put_text(o, "python", s->python);
    json_put_text(o, "found_by", s->found_by);
    json_put_text(o, "unusable", s->unusable);
    json_put_text(o, "broken", s->broken);
    for (size_t i = 0; i < s->n_versions; i++) {
        json_t *v = json_object();

        json_put_text(v, "what", s->versions[i].what);
        json_put_text(v, "version", s->versions[i].version);
        json_put_text(v, "source", s->versions[i].source);
        json_array_append_new(versions, v);
    }
    for (size_t i = 0; i < s->n_members; i++) {
        const struct member *m = &s->members[i];
        json_t *v = json_object();

        json_put_text(v, "family", m->family);
        json_put_text(v, "path", m->place);
        json_put_text(v, "version", m->version);
        json_put_text(v, "source", m->source);
        json_put_text(v, "soname", m->elf != NULL ? m->elf->soname : NULL);
        json_put_text(v, "why_bad", m->why_bad);
        json_array_append_new(members, v);
    }
    for (size_t i = 0; i < s->n_unmet; i++)
        json_array_append_new(wants, unmet(&s->unmet[i]));
    json_put(o, "versions", versions);
    json_put(o, "members", members);
    json_put(o, "unmet", wants);
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

        json_put_text(o, "key", s->key);
        json_put(o, "value", s->is_number ? json_of_number(s->number) : json_of_text(s->text));
        if (s->unit[0] != '\0')
            json_put_text(o, "unit", s->unit);
        json_array_append_new(list, o);
    }
    return list;
}

static void put_set(json_t *o, const struct gpu_set *set)
{
    json_t *list = json_array();

    for (size_t i = 0; i < set->n; i++)
        json_array_append_new(list, json_integer(set->gpus[i]->index));
    json_put(o, "together", list);
    json_put_text(o, "without", set->without);
}

static json_t *numbers(const double *x, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_of_number(x[i]));
    return list;
}

static json_t *figure(const struct figure *f)
{
    json_t *o = json_object();

    json_put_text(o, "unit", f->unit);
    json_put(o, "rounds", numbers(f->rounds, f->n));
    json_put(o, "middle", json_of_number(f->middle));
    json_put(o, "spread", json_of_number(f->spread));
    if (f->n_clocks > 0)
        json_put(o, "clocks", numbers(f->clocks, f->n_clocks));
    if (f->peak > 0) {
        json_put(o, "peak", json_of_number(f->peak));
        json_put_text(o, "peak_of", f->peak_of);
    }
    if (f->attainable > 0)
        json_put(o, "attainable", json_of_number(f->attainable));
    if (f->least > 0) {
        json_put(o, "least", json_of_number(f->least));
        json_put_text(o, "least_source", f->least_source);
    }
    if (f->disturbed != NULL) {
        json_put_text(o, "disturbed", f->disturbed);
        json_put(o, "disturbed_rounds", json_integer(f->disturbed_rounds));
    }
    return o;
}

static json_t *trial(const struct judged *j)
{
    const struct outcome *out = &j->outcome;
    json_t *o = json_object();

    json_put_text(o, "id", j->trial.id);
    json_put_text(o, "probe", j->trial.probe->name);
    json_put_text(o, "claim", j->trial.probe->claim);
    if (j->trial.device != NULL)
        json_put(o, "device", json_integer(j->trial.device->index));
    if (j->trial.set != NULL)
        put_set(o, j->trial.set);
    json_put_text(o, "stack", j->trial.stack != NULL ? j->trial.stack->name : NULL);
    json_put_text(o, "verdict", verdict_name(j->verdict));
    json_put(o, "warns", j->warns ? json_true() : NULL);
    json_put_text(o, "why", j->why[0] != '\0' ? j->why : NULL);
    json_put_text(o, "act", j->act);
    json_put_text(o, "ending", ending_names[out->ending]);
    if (out->ending == ENDED_SILENT || out->ending == ENDED_CRASHED)
        json_put(o, "status", json_integer(out->status));
    if (out->ending != ENDED_NOT_RUN)
        json_put(o, "took_ms", json_of_number(out->took_ms));
    json_put_text(o, "stop", out->stop != STOP_NONE ? stop_names[out->stop] : NULL);
    json_put_text(o, "call", out->call);
    json_put_text(o, "library", out->library);
    if (out->stop == STOP_CALL)
        json_put(o, "code", json_integer(out->code));
    json_put_text(o, "text", out->stop != STOP_NONE || out->ending == ENDED_NOT_RUN ? out->text : NULL);
    json_put_text(o, "blamed", out->blamed);
    json_put_text(o, "fault", out->fault);
    json_put_text(o, "said", out->said);
    json_put_text(o, "rerun", out->rerun);
    if (j->rounds > 1) {
        json_put(o, "rounds", json_integer(j->rounds));
        json_put(o, "passes", json_integer(j->passes));
    }
    if (j->round > 0)
        json_put(o, "round", json_integer(j->round));
    json_put(o, "figure", j->figure != NULL ? figure(j->figure) : NULL);
    json_put(o, "saw", observations(out));
    return o;
}

static json_t *requirements(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_requires; i++) {
        json_t *o = json_object();

        json_put_text(o, "text", r->requires[i].text);
        json_put(o, "met", json_boolean(r->requires[i].met));
        json_put(o, "unknown", r->requires[i].unknown ? json_true() : NULL);
        json_put_text(o, "why", r->requires[i].met ? NULL : r->requires[i].why);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *unproved(const struct report *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_unproved; i++) {
        json_t *o = json_object(), *what = json_array();

        json_put_text(o, "about", unproved_names[r->unproved[i].about]);
        json_put_text(o, "why", r->unproved[i].why);
        for (size_t k = 0; k < r->unproved[i].n_what; k++)
            json_array_append_new(what, json_of_text(r->unproved[i].what[k]));
        json_put(o, "what", what);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *whole_list(const struct report *r)
{
    json_t *o = json_object();

    json_put(o, "format", json_integer(JSON_FORMAT));
    json_put_text(o, "gpuvet", r->version);
    json_put(o, "machine", machine(r->machine));
    json_put(o, "devices", devices(r));
    json_put(o, "stacks", stacks(r));
    return o;
}

bool json_list(FILE *f, const struct report *r, struct err *e)
{
    return json_finish(f, whole_list(r), false, e);
}

static json_t *whole_report(const struct report *r)
{
    json_t *o = whole_list(r), *trials = json_array();

    json_put_text(o, "began", r->began);
    json_put(o, "took_ms", json_of_number(r->took_ms));
    json_put(o, "command", json_of_texts(r->command, r->n_command));
    json_put(o, "complaint", r->complaint != NULL ? json_complaint(r->complaint) : NULL);
    if (r->rounds > 1)
        json_put(o, "rounds", json_integer(r->rounds));
    if (r->interrupted && r->signo > 0)
        json_put(o, "interrupted_by", json_integer(r->signo));
    json_put(o, "cut_short", r->interrupted && r->signo == 0 ? json_true() : NULL);
    json_put_text(o, "verdict", verdict_name(report_verdict(r)));
    json_put(o, "exit_code", json_integer(r->exit_code));
    json_put_text(o, "closing", r->closing);
    json_put_text(o, "earlier", r->earlier);
    for (size_t i = 0; i < r->n_trials; i++)
        json_array_append_new(trials, trial(&r->trials[i]));
    json_put(o, "trials", trials);
    json_put(o, "requires", requirements(r));
    json_put(o, "unproved", unproved(r));
    return o;
}

bool json_report(FILE *f, const struct report *r, struct err *e)
{
    return json_finish(f, whole_report(r), false, e);
}

bool json_write(const char *path, const struct report *r, struct err *e)
{
    struct whole_file w;

    return whole_file_begin(&w, path, ".new", e) && whole_file_end(&w, json_report(w.f, r, e), e);
}

bool json_write_redacted(const char *path, const struct report *r, const struct redaction *names, struct err *e)
{
    struct whole_file w;
    json_t *o;

    if (!whole_file_begin(&w, path, ".new", e))
        return false;
    o = whole_report(r);
    json_redact(o, names);
    return whole_file_end(&w, json_finish(w.f, o, false, e), e);
}

bool json_head_line(FILE *f, const struct report *r)
{
    json_t *o = json_object(), *head = whole_list(r);
    struct err e;

    json_put_text(head, "began", r->began);
    json_put(head, "command", json_of_texts(r->command, r->n_command));
    json_put(head, "requires", requirements(r));
    json_put(o, "head", head);
    return json_finish(f, o, true, &e);
}

bool json_trial_line(FILE *f, const struct judged *j)
{
    struct err e;

    return json_finish(f, trial(j), true, &e);
}
