#include "store/want.h"

#include <string.h>

#include "base/text.h"
#include "store/file.h"
#include "store/saved.h"

enum { LARGEST = 64 << 20 };

/* A release by its number and variant; what is none by its whole text. */
static bool want_of_version(struct want *w, struct arena *a, const char *version, struct err *e)
{
    struct err no_release;

    return want_parse(w, a, text_make(a, "torch==%s", version), &no_release) || want_parse(w, a, text_make(a, "torch===%s", version), e);
}

static bool want_of_run(struct want *w, struct arena *a, const char *text, size_t n, struct err *e)
{
    struct report r;

    if (!saved_parse(&r, a, text, n, e))
        return false;
    for (size_t i = 0; i < r.n_stacks; i++) {
        const char *version = stack_version(&r.stacks[i], "build:version");

        if (version == NULL)
            version = stack_version(&r.stacks[i], "torch");
        if (version != NULL && r.stacks[i].kind != STACK_TOOLKIT)
            return want_of_version(w, a, version, e);
    }
    return err_set(e, ERR_USAGE, "no PyTorch is in that run");
}

bool want_read(struct want *w, struct arena *a, const char *path, struct err *e)
{
    char *text;
    size_t n;
    bool ok;

    if (!file_read(&text, &n, a, path, LARGEST, e))
        return false;
    if (text[strspn(text, " \t\r\n")] == '{')
        ok = want_of_run(w, a, text, n, e);
    else if (memchr(text, '\0', n) != NULL)
        ok = err_set(e, ERR_USAGE, "it is no text");
    else
        ok = want_of_requirements(w, a, text, e);
    return ok || err_in(e, "%s", path);
}
