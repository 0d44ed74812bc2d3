#include "report/json_value.h"

#include <errno.h>
#include <math.h>

#include "base/text.h"

json_t *json_of_text(const char *s)
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

json_t *json_of_texts(const char *const *items, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_of_text(items[i]));
    return list;
}

void json_put(json_t *object, const char *key, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, key, value);
}

void json_put_text(json_t *object, const char *key, const char *s)
{
    json_put(object, key, json_of_text(s));
}

json_t *json_of_number(double x)
{
    char digits[32];

    if (!isfinite(x) || !text_format(digits, sizeof digits, "%.15g", x) || !text_to_double(digits, &x))
        return json_null();
    return x == floor(x) && fabs(x) < 9e15 ? json_integer((json_int_t)x) : json_real(x);
}

static void redact_text(json_t *text, const struct redaction *names)
{
    struct arena a = { NULL };
    const char *now = redact(names, json_string_value(text), &a);

    if (now != json_string_value(text))
        (void)json_string_set(text, now);
    arena_free(&a);
}

void json_redact(json_t *value, const struct redaction *names)
{
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_string(value))
        redact_text(value, names);
    json_array_foreach (value, i, item)
        json_redact(item, names);
    json_object_foreach (value, key, item)
        json_redact(item, names);
}

bool json_finish(FILE *f, json_t *all, bool compact, struct err *e)
{
    bool ok;

    errno = 0;
    ok = json_dumpf(all, f, (compact ? JSON_COMPACT : JSON_INDENT(1)) | JSON_REAL_PRECISION(15)) == 0 && fputc('\n', f) != EOF;
    json_decref(all);
    return ok || err_sys(e, "cannot write JSON");
}
