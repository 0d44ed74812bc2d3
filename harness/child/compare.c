#include "child/child.h"

#include <math.h>

#include "base/text.h"
#include "math/compare.h"

static const char *key(struct child *c, const char *of, const char *what)
{
    return text_make(&c->arena, "%s.%s", of, what);
}

static void saw_element(struct child *c, const char *k, const char *what, size_t index, const int *dims, float got, double expected)
{
    char at[96];

    compare_index_text(at, sizeof at, index, dims);
    saw_text(c, key(c, k, what), "%s is %.9g, expected %.9g", at, (double)got, expected);
}

void compare_exact(struct child *c, const char *k, const float *got, const double *expected, const int *dims)
{
    size_t n = compare_count(dims);
    struct exactness e = compare_exactly(got, expected, n);

    if (e.wrong > 0)
        saw_element(c, k, "first", e.first, dims, got[e.first], expected[e.first]);
    child_verified(c, 1);
    saw_num(c, key(c, k, "compared"), "", (double)n);
    saw_num(c, key(c, k, "wrong"), "", (double)e.wrong);
}

void compare_close(struct child *c, const char *k, const float *got, const double *expected, const int *dims, double limit)
{
    size_t n = compare_count(dims);
    struct closeness e = compare_closely(got, expected, n);

    if (!(e.nmse <= limit))
        saw_element(c, k, "first", e.worst, dims, got[e.worst], expected[e.worst]);
    child_verified(c, 1);
    saw_num(c, key(c, k, "compared"), "", (double)n);
    saw_num(c, key(c, k, "nmse"), "", e.nmse);
    saw_num(c, key(c, k, "nmse_limit"), "", limit);
    saw_num(c, key(c, k, "nmse_ratio"), "", e.nmse / limit);
}
