/* sys.path of an environment, as far as its files tell. */
#include "discover/python.h"

#include <string.h>

#include "base/text.h"

struct paths { const char **items; size_t n; };

static void add_path(struct search *s, struct paths *p, const char *dir)
{
    const char *real = root_resolve(s->root, s->arena, dir);

    if (real == NULL || !root_is_folder(s->root, real))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (text_is(p->items[i], real))
            return;
    *ARENA_PUSH(s->arena, p->items, p->n) = real;
}

/* A .pth file adds the folders it names, one a line; lines of code are passed over. */
static void add_pth_files(struct search *s, struct paths *p, const char *site)
{
    char **names;
    size_t n = root_list(s->root, s->arena, site, &names);

    for (size_t i = 0; i < n; i++) {
        const char *text = text_ends(names[i], ".pth") ? root_read(s->root, s->arena, text_join(s->arena, site, names[i]), NULL) : NULL;
        const char *line;
        size_t length;

        while (text_next_line(&text, &line, &length)) {
            char *dir = arena_copy(s->arena, line, length);

            dir[strcspn(dir, "\r")] = '\0';
            if (*dir == '\0' || *dir == '#' || text_starts(dir, "import ") || text_starts(dir, "import\t"))
                continue;
            add_path(s, p, *dir == '/' ? dir : text_join(s->arena, site, dir));
        }
    }
}

/* Whether lib/NAME belongs to that Python: "python3.11", or Debian's "python3"
 * for all of them. Every Python 3 fits while the version is unknown. */
static bool is_of_version(const char *name, const char *version)
{
    if (!text_starts(name, "python3"))
        return false;
    return version == NULL || text_is(name, "python3") || text_is(name + strlen("python"), version);
}

/* lib/python3.X/{site,dist}-packages and their kin below a prefix, in the order
 * of Debian's and Fedora's site.py: what pip put into local/ goes first. */
static void add_sites(struct search *s, struct paths *p, const char *prefix, const char **version)
{
    static const char *const libs[] = { "local/lib64", "local/lib", "lib64", "lib" };

    for (size_t i = 0; i < COUNT_OF(libs); i++) {
        const char *lib = text_join(s->arena, prefix, libs[i]);
        char **names;
        size_t n = root_list(s->root, s->arena, lib, &names);

        for (size_t k = n; k-- > 0;) {
            const char *dir = text_join(s->arena, lib, names[k]);
            size_t before = p->n;

            if (!is_of_version(names[k], *version))
                continue;
            add_path(s, p, text_join(s->arena, dir, "site-packages"));
            add_path(s, p, text_join(s->arena, dir, "dist-packages"));
            if (*version == NULL && p->n > before && names[k][strlen("python3")] == '.')
                *version = arena_text(s->arena, names[k] + strlen("python"));
        }
    }
}

static void add_python_path(struct search *s, struct paths *p)
{
    const char *at = environment_get(s->env, "PYTHONPATH");

    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, ":");

        if (n > 0 && *at == '/')
            add_path(s, p, arena_copy(s->arena, at, n));
        at += n + (at[n] == ':');
    }
}

const char *python_user_base(const struct search *s)
{
    const char *off = environment_get(s->env, "PYTHONNOUSERSITE"), *base = environment_get(s->env, "PYTHONUSERBASE");
    const char *home = environment_get(s->env, "HOME");

    if (off != NULL && *off != '\0')
        return NULL;
    if (base != NULL && *base == '/')
        return base;
    return home != NULL && *home == '/' ? text_join(s->arena, home, ".local") : NULL;
}

static void add_user_site(struct search *s, struct paths *p, const char *version)
{
    const char *base = python_user_base(s);

    if (base != NULL && version != NULL)
        add_path(s, p, text_make(s->arena, "%s/lib/python%s/site-packages", base, version));
}

/* A value of "KEY = VALUE" in pyvenv.cfg; NULL if it is not there. */
static const char *venv_setting(struct search *s, const char *prefix, const char *key)
{
    const char *cfg = root_read(s->root, s->arena, text_join(s->arena, prefix, "pyvenv.cfg"), NULL), *line;
    size_t n;

    while (text_next_line(&cfg, &line, &n)) {
        char *copy = arena_copy(s->arena, line, n), *value = copy + strlen(key);

        if (!text_starts(copy, key))
            continue;
        value += strspn(value, " \t");
        if (*value != '=')
            continue;
        value += 1 + strspn(value + 1, " \t");
        value[strcspn(value, " \t\r")] = '\0';
        return value;
    }
    return NULL;
}

/* "3.11" of "3.11.2"; NULL for anything else. */
static const char *minor_version(struct arena *a, const char *version)
{
    size_t n = version != NULL && text_starts(version, "3.") ? 2 + strspn(version + 2, "0123456789") : 0;

    return n > 2 ? arena_copy(a, version, n) : NULL;
}

static const char *interpreter_of(struct search *s, const char *prefix)
{
    static const char *const names[] = { "bin/python3", "bin/python" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = text_join(s->arena, prefix, names[i]);

        if (root_exists(s->root, path))
            return path;
    }
    return NULL;
}

/* "3.11" if bin/python3 is a link to python3.11, or pyvenv.cfg says so. */
static const char *version_of(struct search *s, const struct python *py)
{
    const char *real = py->interpreter != NULL ? root_resolve(s->root, s->arena, py->interpreter) : NULL;
    const char *name = real != NULL ? text_base_name(real) : "", *version = NULL;

    if (py->is_venv) {
        version = minor_version(s->arena, venv_setting(s, py->prefix, "version"));
        if (version == NULL)
            version = minor_version(s->arena, venv_setting(s, py->prefix, "version_info"));
    }
    if (version == NULL && text_starts(name, "python"))
        version = minor_version(s->arena, name + strlen("python"));
    return version;
}

void python_read(struct search *s, struct python *py, const char *prefix, const char *version)
{
    struct paths p = { NULL, 0 }, own = { NULL, 0 };
    const char *home;

    *py = (struct python){ .prefix = prefix, .interpreter = interpreter_of(s, prefix) };
    py->is_venv = root_exists(s->root, text_join(s->arena, prefix, "pyvenv.cfg"));
    py->is_conda = root_is_folder(s->root, text_join(s->arena, prefix, "conda-meta"));
    py->version = version != NULL ? version : version_of(s, py);
    add_python_path(s, &p);
    add_sites(s, &own, prefix, &py->version);
    if (own.n == 0 && version == NULL) {                /* the version was wrong: a venv of a Python since replaced */
        py->version = NULL;
        add_sites(s, &own, prefix, &py->version);
    }
    if (!py->is_venv)
        add_user_site(s, &p, py->version);
    for (size_t i = 0; i < own.n; i++)
        add_path(s, &p, own.items[i]);
    if (py->is_venv && text_is(venv_setting(s, prefix, "include-system-site-packages"), "true")) {
        add_user_site(s, &p, py->version);
        home = venv_setting(s, prefix, "home");         /* the base's bin */
        if (home != NULL && *home == '/')
            add_sites(s, &p, text_dir_name(s->arena, home), &py->version);
    }
    for (size_t i = 0, n = p.n; i < n; i++)
        add_pth_files(s, &p, p.items[i]);
    py->path = p.items;
    py->n_path = p.n;
}
