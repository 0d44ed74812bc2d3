/* gpuvet matrix: which official builds run on this machine, or on one that is described. */
#include "verbs/verbs.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/python.h"
#include "model/matrix.h"
#include "report/out.h"
#include "store/expected.h"
#include "verbs/session.h"

/* What is asked about: filled from the machine, or from what the options say. */
struct asking {
    struct arena          *arena;
    const struct options  *o;
    const struct expected *x;
    struct fit_host        host;
    struct fit_gpu        *gpus;
    struct host_line      *lines;
    size_t                 n_lines;
};

static void tell(struct asking *q, const char *what, const char *value, const char *source)
{
    *ARENA_PUSH(q->arena, q->lines, q->n_lines) = (struct host_line){ what, value, source };
}

/* ---- What the options say ---- */

static bool is_driver(const char *version)
{
    return strspn(version, "0123456789") == 3 && text_version_length(version) == strlen(version);
}

static bool take_driver(struct asking *q, const char *driver, const char *source, struct err *e)
{
    const char *cuda;

    if (!is_driver(driver))
        return err_set(e, ERR_USAGE, "\"%s\" is no driver's version: as nvidia-smi shows it under \"Driver Version\", 535.183.01, or its branch, 535", driver);
    cuda = fit_branch_is_known(q->x, driver) ? fit_driver_cuda(q->x, driver) : NULL;
    q->host.driver = driver;
    tell(q, "driver", cuda != NULL ? text_make(q->arena, "%s, for which nvidia-smi shows CUDA %s", driver, cuda) : text_make(q->arena, "%s, of a branch that the tables do not know", driver), source);
    return true;
}

static bool take_gpu(struct asking *q, const char *name, struct err *e)
{
    struct named_gpu found = expected_gpu(q->x, q->arena, name);
    struct text said = { .arena = q->arena };

    for (size_t i = 0; i < found.names.n; i++)
        text_add(&said, "%s%s", i > 0 ? ", " : "", found.names.items[i]);
    if (found.cc == 0)
        return err_set(e, ERR_USAGE, "no GPU called \"%s\" is in the tables (%s): say its compute capability, as in sm_90 or 9.0", name, q->x->where);
    if (found.cc < 0)
        return err_set(e, ERR_USAGE, "\"%s\" is the name of GPUs of different compute capability (%s and so on): say more of it", name, said.s);
    if (found.platform != NULL)
        q->host.platform = found.platform;
    *ARENA_PUSH(q->arena, q->gpus, q->host.n_gpus) = (struct fit_gpu){ name, found.cc };
    tell(q, "gpu", text_make(q->arena, "%s (sm_%d)", name, found.cc), NULL);
    return true;
}

static bool take_python(struct asking *q, const char *version, const char *source, struct err *e)
{
    size_t major = strcspn(version, "."), minor = major + 1 < strlen(version) ? strspn(version + major + 1, "0123456789") : 0;

    if (text_version_length(version) != strlen(version) || minor == 0)
        return err_set(e, ERR_USAGE, "\"%s\" is no Python version as in 3.12", version);
    q->host.python = arena_copy(q->arena, version, major + 1 + minor);
    tell(q, "python", q->host.python, source);
    return true;
}

/* What is spelt otherwise is in no table: to say so of it would be taken for "no such build". */
static bool check_spelling(const struct options *o, struct err *e)
{
    size_t release = o->torch != NULL ? strcspn(o->torch, "+") : 0;
    const char *variant = o->torch != NULL && o->torch[release] == '+' ? o->torch + release + 1 : NULL;

    if (o->torch != NULL && (release == 0 || text_version_length(o->torch) != release))
        return err_set(e, ERR_USAGE, "\"%s\" is no release of PyTorch as in 2.3, 2.3.1 or 2.3.1+cu121", o->torch);
    if (variant != NULL && !text_starts(variant, "cu"))
        return err_set(e, ERR_USAGE, "\"%s\": the tables hold PyTorch's builds for CUDA alone, as in 2.3.1+cu121", o->torch);
    if (o->cuda != NULL && text_version_length(o->cuda) != strlen(o->cuda))
        return err_set(e, ERR_USAGE, "\"%s\" is no CUDA version as in 12, 12.1 or 12.1.1", o->cuda);
    return true;
}

static bool take_options(struct asking *q, struct err *e)
{
    if (!check_spelling(q->o, e))
        return false;
    if (q->o->driver != NULL && !take_driver(q, q->o->driver, NULL, e))
        return false;
    for (size_t i = 0; i < q->o->gpus.n; i++)
        if (!take_gpu(q, q->o->gpus.items[i], e))
            return false;
    return q->o->python == NULL || take_python(q, q->o->python, NULL, e);
}

/* ---- What the machine says ---- */

/* As the driver answers; else as its files say. NULL with a source: it is installed, and nothing tells its version. */
static const char *installed_driver(const struct session *s, const char **source)
{
    const char *library = NULL;

    for (size_t i = 0; i < s->plan.n_trials; i++) {
        const struct observation *said = s->has_outcome[i] ? outcome_saw(&s->judged[i].outcome, "driver.version") : NULL;

        *source = "NVML";
        if (said != NULL)
            return said->text;
    }
    *source = "the kernel module";
    if (s->machine.module_version != NULL)
        return s->machine.module_version;
    for (size_t i = 0; i < s->machine.n_drivers; i++) {
        const struct driver_file *f = &s->machine.drivers[i];

        if (f->kind != DRIVER_INSTALLED && f->kind != DRIVER_WSL)
            continue;
        *source = library = f->path;
        if (f->version != NULL)
            return f->version;
    }
    *source = library;
    return NULL;
}

static bool take_machine(struct asking *q, struct session *s, struct err *e)
{
    const char *source, *driver;
    size_t silent = 0;

    driver = installed_driver(s, &source);
    driver = driver != NULL ? arena_copy(q->arena, driver, text_version_length(driver)) : NULL;
    if (driver != NULL && is_driver(driver) && !take_driver(q, driver, source, e))
        return false;
    if (driver != NULL && !is_driver(driver))
        tell(q, "driver", text_make(q->arena, "\"%s\", which is no version that the tables know: it restricts nothing", driver), source);
    q->host.no_driver = driver == NULL && source == NULL;
    if (driver == NULL)
        tell(q, "driver", source == NULL ? "none is installed" : "installed, and nothing tells its version: --driver VERSION says it", source);
    for (size_t i = 0; i < s->n_devices; i++) {
        const struct device *d = &s->devices[i];

        silent += !d->answers;
        if (!d->answers)
            continue;
        *ARENA_PUSH(q->arena, q->gpus, q->host.n_gpus) = (struct fit_gpu){ d->name, d->cc };
        tell(q, "gpu", text_make(q->arena, "gpu%d, %s (sm_%d)", d->index, d->name != NULL ? d->name : "of unknown name", d->cc), NULL);
    }
    if (silent > 0)
        tell(q, "gpu", text_make(q->arena, "%zu more that %s not answer: --gpu NAME says what it is", silent, silent == 1 ? "does" : "do"), NULL);
    else if (s->n_devices == 0)
        tell(q, "gpu", "none is known: --gpu NAME says which it will be", s->machine.gpu_meant ? s->machine.why_meant : s->machine.why_not_meant);
    return true;
}

static bool take_active_python(struct asking *q, struct session *s, struct err *e)
{
    struct search search = { .arena = q->arena, .root = &s->root, .env = &s->environment, .machine = &s->machine };
    struct python py;

    if (!python_active(&search, &py) || py.version == NULL)
        return true;
    return take_python(q, py.version, py.prefix, e);
}

static const char *libc_version(struct arena *a)
{
    char said[64];
    size_t n = confstr(_CS_GNU_LIBC_VERSION, said, sizeof said);

    return n > 0 && n <= sizeof said && text_starts(said, "glibc ") ? arena_text(a, said + strlen("glibc ")) : NULL;
}

static bool look_at_machine(struct asking *q, struct session *s, struct err *e)
{
    const struct selection all = { .no_gpu = false };
    bool another = q->o->driver != NULL || q->o->gpus.n > 0;

    if (!session_open_machine(s, e) || (!another && !session_census(s, &all, e)))
        return false;
    if (q->host.platform == NULL)
        q->host.platform = text_make(q->arena, "linux-%s", s->machine.arch != NULL ? s->machine.arch : "x86_64");
    if (!another && !take_machine(q, s, e))
        return false;
    if (q->o->python == NULL && !take_active_python(q, s, e))
        return false;
    if (!another && root_is_this_machine(&s->root))
        q->host.glibc = libc_version(q->arena);
    if (q->host.glibc != NULL)
        tell(q, "glibc", q->host.glibc, NULL);
    return true;
}

static enum matrix_form form_of(const struct options *o)
{
    if (o->json)
        return MATRIX_JSON;
    if (o->markdown)
        return MATRIX_MARKDOWN;
    return o->all || o->torch != NULL || o->cuda != NULL ? MATRIX_PEOPLE : MATRIX_PEOPLE_BRIEF;
}

static bool answer_framework(const struct asking *q, int *code, struct err *e)
{
    struct frameworks f;

    if (!frameworks_make(&f, q->arena, q->x, &q->host, q->o->framework, e))
        return false;
    *code = f.best != NULL ? 0 : 1;
    return out_frameworks(&f, form_of(q->o), e);
}

static bool answer(const struct options *o, char *const *env, struct arena *a, int *code, struct err *e)
{
    struct session s = { .arena = a, .o = o, .env = env };
    const struct matrix_ask ask = { .torch = o->torch, .cuda = o->cuda, .all = o->all };
    struct expected x;
    struct asking q = { .arena = a, .o = o, .x = &x };
    struct matrix m;

    if (!expected_read(&x, a, o->data, e))
        return false;
    tell(&q, "tables", text_make(a, "as of %s, %s", expected_as_of(&x), x.where), NULL);
    if (!take_options(&q, e) || !look_at_machine(&q, &s, e))
        return false;
    q.host.gpus = q.gpus;
    q.host.lines = q.lines;
    q.host.n_lines = q.n_lines;
    if (o->framework != NULL)
        return answer_framework(&q, code, e);
    if (!matrix_make(&m, a, &x, &q.host, &ask, e))
        return false;
    *code = m.best != NULL ? 0 : 1;
    return out_matrix(&m, form_of(o), e);
}

int verb_matrix(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    int code = 3;

    if (answer(o, env, &arena, &code, &e))
        return code;
    out_error("%s", e.text);
    return e.kind == ERR_USAGE ? 2 : 3;
}
