#include "model/pep440.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { VERSION_MAX = 64 };

static const char *skip_blanks(const char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    return s;
}

/* "2.4" and "2.4.0" are one release. Ends at the first character that is neither a digit nor a dot. */
static int order(const char *a, const char *b)
{
    static const char part[] = "0123456789.";

    while ((*a != '\0' && strchr(part, *a) != NULL) || (*b != '\0' && strchr(part, *b) != NULL)) {
        size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
        char x[VERSION_MAX], y[VERSION_MAX];
        int by;

        text_format(x, sizeof x, "%.*s", n > 0 ? (int)n : 1, n > 0 ? a : "0");
        text_format(y, sizeof y, "%.*s", m > 0 ? (int)m : 1, m > 0 ? b : "0");
        by = text_compare_versions(x, y);
        if (by != 0)
            return by;
        a += n + (a[n] == '.');
        b += m + (b[m] == '.');
    }
    return 0;
}

/* "~=2.3.1" is at least 2.3.1 and within 2.3. */
static bool is_compatible(const char *release, const char *version)
{
    const char *dot = strrchr(version, '.');
    char series[VERSION_MAX];

    return dot != NULL && text_format(series, sizeof series, "%.*s", (int)(dot - version), version)
        && order(release, version) >= 0 && text_version_within(release, series);
}

static bool equals(const char *release, const char *local, char *version)
{
    size_t n = strlen(version);
    char *plus = strchr(version, '+');

    if (n > 2 && text_ends(version, ".*")) {
        version[n - 2] = '\0';
        return text_version_within(release, version);
    }
    if (plus != NULL) {
        *plus = '\0';
        return text_is(local, plus + 1) && order(release, version) == 0;
    }
    return order(release, version) == 0;
}

static bool is_plain(const char *version, bool may_be_local)
{
    size_t n = text_version_length(version);

    return n > 0 && isdigit((unsigned char)*version)
        && (version[n] == '\0' || (may_be_local && (version[n] == '+' || text_is(version + n, ".*"))));
}

/* One specifier, "op version". */
static bool meets_one(const char *release, const char *local, const char *op, char *version, bool *understood)
{
    *understood &= is_plain(version, text_is(op, "==") || text_is(op, "!="));
    if (!*understood)
        return false;
    if (text_is(op, "=="))
        return equals(release, local, version);
    if (text_is(op, "!="))
        return !equals(release, local, version);
    if (text_is(op, "~="))
        return is_compatible(release, version);
    if (text_is(op, ">="))
        return order(release, version) >= 0;
    if (text_is(op, "<="))
        return order(release, version) <= 0;
    if (text_is(op, ">"))
        return order(release, version) > 0;
    if (text_is(op, "<"))
        return order(release, version) < 0;
    *understood = false;
    return false;
}

bool pep440_meets(const char *release, const char *specifiers, bool *understood)
{
    const char *plus = strchr(release, '+'), *local = plus != NULL ? plus + 1 : "";
    char plain[VERSION_MAX], op[4], version[VERSION_MAX];
    bool meets = true;

    *understood = text_format(plain, sizeof plain, "%.*s", (int)(plus != NULL ? (size_t)(plus - release) : strlen(release)), release);
    for (const char *at = skip_blanks(specifiers); *understood && *at != '\0';) {
        size_t n = strspn(at, "=<>!~"), length;

        *understood = text_format(op, sizeof op, "%.*s", (int)n, at);
        at = skip_blanks(at + n);
        length = strcspn(at, ", \t");
        *understood &= text_format(version, sizeof version, "%.*s", (int)length, at);
        if (*understood)
            meets &= meets_one(plain, local, op, version, understood);
        at = skip_blanks(at + length);
        if (*at == ',')
            at = skip_blanks(at + 1);
        else
            *understood &= *at == '\0';
    }
    return meets && *understood;
}
