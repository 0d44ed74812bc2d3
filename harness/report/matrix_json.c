/* The matrix as JSON; what is not known is null. */
#include "report/json_value.h"
#include "report/matrix.h"

static json_t *json_of_answer(enum answer a)
{
    return a == ANSWER_UNKNOWN ? json_null() : json_boolean(a == ANSWER_YES);
}

static json_t *json_of_host(const struct fit_host *host)
{
    json_t *o = json_object(), *gpus = json_array();

    json_put_text(o, "platform", host->platform);
    json_put_text(o, "driver", host->driver);
    json_put(o, "no_driver", host->no_driver ? json_true() : NULL);
    for (size_t i = 0; i < host->n_gpus; i++) {
        json_t *gpu = json_object();

        json_put_text(gpu, "name", host->gpus[i].name);
        json_put(gpu, "compute_capability", json_of_number(host->gpus[i].cc / 10.0));
        json_array_append_new(gpus, gpu);
    }
    json_put(o, "gpus", gpus);
    json_put_text(o, "python", host->python);
    json_put_text(o, "glibc", host->glibc);
    return o;
}

static json_t *json_of_fit(const struct matrix *m, const struct fit *fit)
{
    json_t *o = json_object(), *links = json_array();
    const struct torch_build *b = fit->build;

    json_put_text(o, "torch", b->torch);
    json_put_text(o, "variant", b->variant);
    json_put_text(o, "platform", b->platform);
    json_put_text(o, "cuda", b->cuda);
    json_put_text(o, "cudnn", b->cudnn);
    json_put_text(o, "nccl", b->nccl);
    json_put(o, "runs", json_of_answer(fit->runs));
    json_put(o, "best", fit == m->best ? json_true() : NULL);
    for (int i = 0; i < FIT_LINKS; i++) {
        json_t *link = json_object();

        json_put_text(link, "link", fit_link_names[i]);
        json_put(link, "holds", json_of_answer(fit->links[i].holds));
        json_put_text(link, "why", fit->links[i].why);
        json_array_append_new(links, link);
    }
    json_put(o, "links", links);
    json_put_text(o, "source", b->origin.source);
    json_put_text(o, "as_of", b->origin.as_of);
    return o;
}

static json_t *json_of_commands(const char *pip, const char *uv, const char *conda)
{
    json_t *o = pip != NULL ? json_object() : NULL;

    if (o == NULL)
        return NULL;
    json_put_text(o, "pip", pip);
    json_put_text(o, "uv", uv);
    json_put_text(o, "conda", conda);
    return o;
}

bool matrix_write_json(FILE *f, const struct matrix *m, struct err *e)
{
    json_t *o = json_object(), *builds = json_array();

    json_put(o, "host", json_of_host(m->host));
    for (size_t i = 0; i < m->n; i++)
        json_array_append_new(builds, json_of_fit(m, &m->fits[i]));
    json_put(o, "builds", builds);
    json_put_text(o, "closing", m->closing);
    json_put_text(o, "hint", m->hint);
    json_put_text(o, "caveat", m->caveat);
    json_put(o, "install", json_of_commands(m->install.pip, m->install.uv, m->install.conda));
    return json_finish(f, o, false, e);
}

static json_t *json_of_release(const struct frameworks *x, const struct framework_fit *fit)
{
    json_t *o = json_object(), *cuda = json_array();
    const struct framework_release *r = fit->release;

    json_put_text(o, "framework", r->framework);
    json_put_text(o, "version", r->version);
    json_put_text(o, "last", r->last);
    json_put_text(o, "torch", r->torch);
    for (size_t i = 0; i < r->cuda.n; i++)
        json_array_append_new(cuda, json_of_text(r->cuda.items[i]));
    json_put(o, "cuda", cuda);
    json_put_text(o, "cudnn", r->cudnn);
    json_put(o, "runs", json_of_answer(fit->runs.holds));
    json_put_text(o, "why", fit->runs.why);
    json_put(o, "best", fit == x->best ? json_true() : NULL);
    if (fit->with != NULL) {
        json_put_text(o, "with_torch", fit->with->torch);
        json_put_text(o, "with_variant", fit->with->variant);
    }
    json_put_text(o, "source", r->origin.source);
    json_put_text(o, "as_of", r->origin.as_of);
    return o;
}

bool frameworks_write_json(FILE *f, const struct frameworks *x, struct err *e)
{
    json_t *o = json_object(), *releases = json_array();

    json_put(o, "host", json_of_host(x->host));
    for (size_t i = 0; i < x->n; i++)
        json_array_append_new(releases, json_of_release(x, &x->fits[i]));
    json_put(o, "releases", releases);
    json_put_text(o, "closing", x->closing);
    json_put(o, "install", json_of_commands(x->pip, x->uv, NULL));
    return json_finish(f, o, false, e);
}
