#include "store/scalar.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool complain(const struct reader *r, const char *at, const char *why)
{
    *r->flaw = (struct flaw){ r->line, (size_t)(at - r->line_start) + 1, why };
    return false;
}

bool missing(const struct reader *r, const char *why)
{
    return complain(r, r->at, r->at == r->end ? "the document ends too early" : why);
}

/* ---- Texts ---- */

/* What stands for itself in a text: ASCII without control characters, '"' and '\\'. A table, since most of a document are such. */
static bool is_plain(char c)
{
#define NONE 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define ALL  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
    static const bool plain[256] = { NONE, NONE, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ALL, ALL,
                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, ALL, ALL };
#undef NONE
#undef ALL

    return plain[(unsigned char)c];
}

/* Four hexadecimal digits; -1 for anything else. */
static long four_digits(const char *s)
{
    long n = 0;

    for (int i = 0; i < 4; i++) {
        const char c = s[i], lower = (char)(c | 0x20);

        if (c >= '0' && c <= '9')
            n = n * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            n = n * 16 + (lower - 'a') + 10;
        else
            return -1;
    }
    return n;
}

static char *put_utf8(char *to, long c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* \u and its digits, at the reader: a character beyond the first 65,536 is two of them. What it is said by is longer than it is. */
static bool unicode(struct reader *r, char **to)
{
    long c = four_digits(r->at + 2), low;

    if (c < 0)
        return complain(r, r->at, "four hexadecimal digits belong behind \\u");
    if (c >= 0xd800 && c < 0xdc00 && r->at[6] == '\\' && r->at[7] == 'u' && (low = four_digits(r->at + 8)) >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        r->at += 6;
    }
    if (c == 0 || (c >= 0xd800 && c < 0xe000))
        return complain(r, r->at, c == 0 ? "a text may not hold \\u0000" : "half of a pair of surrogates is no character");
    r->at += 6;
    *to = put_utf8(*to, c);
    return true;
}

static bool escape(struct reader *r, char **to)
{
    static const char said[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *which;

    if (r->at[1] == 'u')
        return unicode(r, to);
    which = r->at[1] != '\0' ? strchr(said, r->at[1]) : NULL;
    if (which == NULL)
        return complain(r, r->at, "there is no such escape");
    *(*to)++ = meant[which - said];
    r->at += 2;
    return true;
}

/* The rest of a text that is not all plain, moved together. */
static bool rest_of_text(struct reader *r, char *to)
{
    while (*r->at != '"') {
        const size_t n = (unsigned char)*r->at >= 0x80 ? text_utf8_length(r->at) : is_plain(*r->at);

        if (n > 0) {
            memmove(to, r->at, n);
            to += n;
            r->at += n;
        } else if (*r->at == '\\') {
            if (!escape(r, &to))
                return false;
        } else {
            return missing(r, (unsigned char)*r->at >= 0x80 ? "the text is not valid UTF-8" : "a control character in a text");
        }
    }
    *to = '\0';
    r->at++;
    return true;
}

bool read_text(struct reader *r, const char **text)
{
    char *s = ++r->at;

    *text = s;
    while (is_plain(*s))
        s++;
    r->at = s;
    if (*s != '"')
        return rest_of_text(r, s);
    *s = '\0';
    r->at++;
    return true;
}

/* ---- Numbers ---- */

enum { DIGITS_EXACT = 18 };             /* so many are an exact uint64_t */

/* What a number's digits are without their point, where they are no more than DIGITS_EXACT. */
struct digits { uint64_t all; size_t n, behind_point; };

/* More of them; their number. */
static size_t read_digits(struct reader *r, struct digits *d)
{
    char *s = r->at;
    uint64_t all = d->all;
    size_t n;

    for (; *s >= '0' && *s <= '9'; s++)
        all = all * 10 + (uint64_t)(*s - '0');
    n = (size_t)(s - r->at);
    r->at = s;
    d->all = all;
    d->n += n;
    return n;
}

/* Digits below 2^53 and powers of ten up to 10^22 are exact doubles, so that one division rounds once, and right: W. Clinger,
 * How to Read Floating Point Numbers Accurately, PLDI 1990. Most numbers are such. */
static double real_of(const char *began, const struct digits *d, bool has_exponent)
{
    static const double tens[DIGITS_EXACT + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };

    if (has_exponent || d->n > DIGITS_EXACT || d->all >= (uint64_t)1 << 53)
        return strtod(began, NULL);
    return (*began == '-' ? -1 : 1) * ((double)d->all / tens[d->behind_point]);
}

static bool put_whole(const struct reader *r, struct value *v, const char *began, const struct digits *d)
{
    v->kind = VALUE_WHOLE;
    if (d->n <= DIGITS_EXACT) {
        v->whole = *began == '-' ? -(long long)d->all : (long long)d->all;
        return true;
    }
    errno = 0;
    v->whole = strtoll(began, NULL, 10);
    return errno == 0 || complain(r, began, "the number is too large");
}

static bool put_real(const struct reader *r, struct value *v, const char *began, const struct digits *d, bool has_exponent)
{
    v->kind = VALUE_REAL;
    v->real = real_of(began, d, has_exponent);
    return isfinite(v->real) || complain(r, began, "the number is too large");
}

bool read_number(struct reader *r, struct value *v)
{
    const char *began = r->at;
    struct digits d = { 0, 0, 0 }, exponent = { 0, 0, 0 };
    bool has_point, has_exponent;

    r->at += *r->at == '-';
    if (*r->at == '0')
        r->at++;                        /* nothing but a point or an exponent follows it */
    else if (read_digits(r, &d) == 0)
        return missing(r, "a digit is missing");
    has_point = *r->at == '.';
    r->at += has_point;
    if (has_point && (d.behind_point = read_digits(r, &d)) == 0)
        return missing(r, "a digit is missing");
    has_exponent = *r->at == 'e' || *r->at == 'E';
    r->at += has_exponent;
    r->at += has_exponent && (*r->at == '+' || *r->at == '-');
    if (has_exponent && read_digits(r, &exponent) == 0)
        return missing(r, "a digit is missing");
    return has_point || has_exponent ? put_real(r, v, began, &d, has_exponent) : put_whole(r, v, began, &d);
}
