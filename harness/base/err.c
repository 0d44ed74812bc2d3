#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;

    e->kind = kind;
    e->code = 0;
    va_start(ap, fmt);
    text_vformat(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    return false;
}

bool err_sys(struct err *e, const char *fmt, ...)
{
    int code = errno;
    char what[400];
    va_list ap;

    va_start(ap, fmt);
    text_vformat(what, sizeof what, fmt, ap);
    va_end(ap);
    err_set(e, ERR_SYS, "%s: %s", what, strerror(code));
    e->code = code;
    return false;
}

bool err_in(struct err *e, const char *fmt, ...)
{
    char inner[sizeof e->text];
    char context[200];
    va_list ap;

    va_start(ap, fmt);
    text_vformat(context, sizeof context, fmt, ap);
    va_end(ap);
    memcpy(inner, e->text, sizeof inner);
    text_format(e->text, sizeof e->text, "%s: %s", context, inner);
    return false;
}
