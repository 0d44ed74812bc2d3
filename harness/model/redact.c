#include "model/redact.h"

#include <string.h>

#include "base/text.h"

/* Folders whose entries are called after people. */
static const char *const homes[] = { "/home/", "/Users/" };

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static size_t name_length(const char *s)
{
    size_t n = 0;

    while (is_of_name(s[n]) || (s[n] == '.' && is_of_name(s[n + 1])))
        n++;
    return n;
}

/* "server" is a word of sentences, too; "node-12" is not. */
static bool is_plain_word(const char *name)
{
    return strpbrk(name, "0123456789-._") == NULL;
}

/* What stands at `at` is the name, whole: as a part of a path or an address where the name is a word that sentences use, too. */
static bool is_name(const char *text, const char *at, const char *name, bool in_address)
{
    const size_t n = strlen(name);
    const char before = at > text ? at[-1] : ' ';

    if (n == 0 || strncmp(at, name, n) != 0 || is_of_name(before) || is_of_name(at[n]))
        return false;
    return !in_address || before == '/' || before == '@' || at[n] == '@' || (at == text && at[n] == '\0');
}

static size_t home_length(const char *at)
{
    for (size_t i = 0; i < COUNT_OF(homes); i++)
        if (text_starts(at, homes[i]) && name_length(at + strlen(homes[i])) > 0)
            return strlen(homes[i]);
    return 0;
}

const char *redact(const struct redaction *names, const char *text, struct arena *a)
{
    struct text t = { .arena = a };
    bool any = false;

    for (const char *at = text; *at != '\0';) {
        const size_t home = home_length(at);

        if (home > 0) {
            text_put(&t, at, home);
            text_add(&t, "USER");
            at += home + name_length(at + home);
            any = true;
        } else if (names->hostname != NULL && is_name(text, at, names->hostname, is_plain_word(names->hostname))) {
            text_add(&t, "HOST");
            at += strlen(names->hostname);
            any = true;
        } else if (names->user != NULL && is_name(text, at, names->user, true)) {
            text_add(&t, "USER");
            at += strlen(names->user);
            any = true;
        } else {
            text_put(&t, at++, 1);
        }
    }
    return any ? t.s : text;
}
