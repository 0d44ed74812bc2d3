#include "discover/interpreter.h"

#include <string.h>

#include "base/text.h"

enum { UPWARDS_MAX = 64 };

struct seeker {
    struct arena             *a;
    const struct root        *root;
    const struct environment *env;
    const char               *folder;
};

static const char *absolute(struct seeker *s, const char *path)
{
    return path[0] == '/' ? path : text_join(s->a, s->folder, path);
}

static const char *file_or_null(struct seeker *s, const char *path)
{
    return root_exists(s->root, path) && !root_is_folder(s->root, path) ? path : NULL;
}

/* As a shell finds it: a word with a slash is a path, else PATH has it. NULL: there is none. */
static const char *program(struct seeker *s, const char *word)
{
    const char *path = environment_get(s->env, "PATH");

    if (strchr(word, '/') != NULL)
        return file_or_null(s, absolute(s, word));
    while (path != NULL && *path != '\0' && *word != '\0') {
        const size_t n = strcspn(path, ":");
        const char *file = absolute(s, text_make(s->a, "%.*s/%s", n > 0 ? (int)n : 1, n > 0 ? path : ".", word));

        if (file_or_null(s, file) != NULL)
            return file;
        path += n + (path[n] == ':');
    }
    return NULL;
}

static bool is_python(const char *path)
{
    const char *name = text_base_name(path);

    return text_starts(name, "python") || text_starts(name, "pypy");
}

/* The first word of a text; in double quotes what is between them. */
static const char *first_word(struct arena *a, const char *text, size_t n, size_t *used)
{
    size_t from = 0, to;

    while (from < n && text[from] == ' ')
        from++;
    if (from < n && text[from] == '"') {
        to = ++from;
        while (to < n && text[to] != '"')
            to++;
        *used = to < n ? to + 1 : n;
        return arena_copy(a, text + from, to - from);
    }
    to = from;
    while (to < n && text[to] != ' ' && text[to] != '\t' && text[to] != '\r')
        to++;
    *used = to;
    return arena_copy(a, text + from, to - from);
}

/* A script's Python: "#!/opt/app/bin/python3", "#!/usr/bin/env python3", or what pip writes where that would be too long. */
static const char *python_of_script(struct seeker *s, const char *file)
{
    static const char long_form[] = "'''exec' ";
    const char *text = root_read(s->root, s->a, file, NULL), *line, *word;
    size_t n, used = 0;

    if (text == NULL || !text_starts(text, "#!") || !text_next_line(&text, &line, &n))
        return NULL;
    line += 2;
    n -= 2;
    word = first_word(s->a, line, n, &used);
    while (text_is(text_base_name(word), "env") || (word[0] == '-' && used < n)) {
        line += used;
        n -= used;
        word = first_word(s->a, line, n, &used);
    }
    if (is_python(word))
        return program(s, word);
    if (text_next_line(&text, &line, &n) && n > sizeof long_form && strncmp(line, long_form, sizeof long_form - 1) == 0) {
        word = first_word(s->a, line + sizeof long_form - 1, n - (sizeof long_form - 1), &used);
        return is_python(word) ? program(s, word) : NULL;
    }
    return NULL;
}

/* What pyenv's stand-in would start: the version of its variable, of a .python-version here or above, or of all. */
static const char *python_of_pyenv(struct seeker *s, const char *shim)
{
    const char *home = text_dir_name(s->a, text_dir_name(s->a, shim)), *version = environment_get(s->env, "PYENV_VERSION"), *dir = s->folder;

    for (int i = 0; (version == NULL || *version == '\0') && i < UPWARDS_MAX; i++, dir = text_dir_name(s->a, dir)) {
        version = root_read_line(s->root, s->a, text_join(s->a, dir, ".python-version"));
        if (text_is(dir, "/") || text_is(dir, "."))
            break;
    }
    if (version == NULL || *version == '\0')
        version = root_read_line(s->root, s->a, text_join(s->a, home, "version"));
    if (version == NULL || *version == '\0')
        return NULL;
    return file_or_null(s, text_make(s->a, "%s/versions/%.*s/bin/%s", home, (int)strcspn(version, ":\n "), version, text_base_name(shim)));
}

/* Not a script of that name, which starts one that only it knows. */
static const char *python_itself(struct seeker *s, const char *file)
{
    const char *text = text_has(file, "/shims/") ? root_read(s->root, s->a, file, NULL) : NULL;

    if (text == NULL || !text_starts(text, "#!"))
        return file;
    return text_ends(text_dir_name(s->a, file), "/shims") ? python_of_pyenv(s, file) : NULL;
}

static const char *python_in_prefix(struct seeker *s, const char *prefix)
{
    return prefix != NULL && *prefix != '\0' ? file_or_null(s, text_join(s->a, absolute(s, prefix), "bin/python")) : NULL;
}

/* The project's .venv, here or in a folder above. */
static const char *python_of_project(struct seeker *s)
{
    const char *named = python_in_prefix(s, environment_get(s->env, "UV_PROJECT_ENVIRONMENT")), *dir = s->folder;

    for (int i = 0; named == NULL && i < UPWARDS_MAX; i++, dir = text_dir_name(s->a, dir)) {
        named = python_in_prefix(s, text_join(s->a, dir, ".venv"));
        if (text_is(dir, "/") || text_is(dir, "."))
            break;
    }
    return named != NULL ? named : python_in_prefix(s, environment_get(s->env, "VIRTUAL_ENV"));
}

/* conda run -p PREFIX, or -n NAME of those beside conda itself. */
static const char *python_of_conda(struct seeker *s, const struct command_line *c)
{
    const char *conda = program(s, c->words[0]), *real = conda != NULL ? root_resolve(s->root, s->a, conda) : NULL, *base = environment_get(s->env, "MAMBA_ROOT_PREFIX");

    if (base == NULL && real != NULL)
        base = text_dir_name(s->a, text_dir_name(s->a, real));
    for (size_t i = 1; i + 1 < c->n; i++) {
        if (text_is(c->words[i], "-p") || text_is(c->words[i], "--prefix"))
            return python_in_prefix(s, c->words[i + 1]);
        if ((text_is(c->words[i], "-n") || text_is(c->words[i], "--name")) && base != NULL)
            return python_in_prefix(s, text_is(c->words[i + 1], "base") ? base : text_make(s->a, "%s/envs/%s", base, c->words[i + 1]));
    }
    return NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (text_is(*names, name))
            return true;
    return false;
}

/* What a wrapper starts: the first word behind its options and their values that is a program. */
static bool unwrap(struct seeker *s, struct command_line *c)
{
    static const char *const wrappers[] = { "env", "nice", "ionice", "nohup", "setsid", "stdbuf", "time", "timeout", "taskset", "numactl", "chrt",
                                            "compute-sanitizer", "cuda-memcheck", "nsys", "strace", "catchsegv", NULL };

    if (c->n < 2 || !is_one_of(text_base_name(c->words[0]), wrappers))
        return false;
    for (size_t i = 1; i < c->n; i++)
        if (c->words[i][0] != '-' && strchr(c->words[i], '=') == NULL && program(s, c->words[i]) != NULL) {
            c->words += i;
            c->n -= i;
            return true;
        }
    return false;
}

/* python -c and -m look in the current folder first, python FILE in the file's. */
static const char *first_folder(struct seeker *s, const struct command_line *c)
{
    for (size_t i = 1; i < c->n; i++) {
        if (text_is(c->words[i], "-I") || text_is(c->words[i], "-P"))
            return NULL;
        if (text_starts(c->words[i], "-m") || text_starts(c->words[i], "-c"))
            return s->folder;
        if (text_is(c->words[i], "-W") || text_is(c->words[i], "-X"))
            i++;
        else if (c->words[i][0] != '-')
            return text_dir_name(s->a, absolute(s, c->words[i]));
    }
    return s->folder;
}

const char *interpreter_of(const struct command_line *line, struct arena *a, const struct root *root, const struct environment *env, const char **first)
{
    static const char *const projects[] = { "uv", "poetry", "pdm", "pipenv", "hatch", NULL }, *const condas[] = { "conda", "mamba", "micromamba", NULL };
    struct seeker s = { a, root, env, line->folder };
    struct command_line c = *line;
    const char *file, *name, *python;

    *first = NULL;
    while (unwrap(&s, &c))
        continue;
    if (c.n == 0)
        return NULL;
    name = text_base_name(c.words[0]);
    if (c.n > 2 && text_is(c.words[1], "run") && is_one_of(name, projects))
        return python_of_project(&s);
    if (c.n > 2 && text_is(c.words[1], "run") && is_one_of(name, condas))
        return python_of_conda(&s, &c);
    file = program(&s, c.words[0]);
    if (file == NULL)
        return NULL;
    python = is_python(file) ? file : python_of_script(&s, file);
    if (python != NULL)
        python = python_itself(&s, python);
    if (python != NULL)
        *first = is_python(file) ? first_folder(&s, &c) : text_dir_name(a, file);
    return python;
}
