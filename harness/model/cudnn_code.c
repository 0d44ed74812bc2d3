#include "model/cudnn_code.h"

#include <string.h>

#include "base/text.h"

static bool is_for(const struct cudnn_build *b, const char *cuda)
{
    size_t major = strcspn(cuda, ".");

    return strncmp(b->cuda, cuda, major) == 0 && b->cuda[major] == '.';
}

/* The oldest GPU in the matrix of a release's builds for that major of CUDA; 0: it is not in the tables. */
static int oldest_gpu(const struct cudnn_release *r, const char *cuda)
{
    int oldest = 0;

    for (size_t i = 0; i < r->n_builds; i++)
        for (size_t k = 0; k < r->builds[i].cc.n && is_for(&r->builds[i], cuda); k++) {
            int cc = cc_parse(r->builds[i].cc.items[k]);

            if (cc > 0 && (oldest == 0 || cc < oldest))
                oldest = cc;
        }
    return oldest;
}

/* The nearest release, on one side or the very one, whose matrix is known. */
static const struct cudnn_release *nearest(const struct expected *x, const char *cudnn, const char *cuda, bool above)
{
    const struct cudnn_release *best = NULL;

    for (size_t i = 0; i < x->n_cudnn; i++) {
        const struct cudnn_release *r = &x->cudnn[i];
        bool same = text_version_within(cudnn, r->cudnn);
        int order = same ? 0 : text_compare_versions(r->cudnn, cudnn);

        if ((above ? order < 0 : order > 0) || oldest_gpu(r, cuda) == 0)
            continue;
        if (best == NULL || (above ? text_compare_versions(r->cudnn, best->cudnn) < 0 : text_compare_versions(r->cudnn, best->cudnn) > 0))
            best = r;
    }
    return best;
}

enum answer cudnn_serves(const struct expected *x, const char *cudnn, const char *cuda, int cc, int *oldest)
{
    const struct cudnn_release *below = nearest(x, cudnn, cuda, false), *above = nearest(x, cudnn, cuda, true);
    int since_below = below != NULL ? oldest_gpu(below, cuda) : 0, since_above = above != NULL ? oldest_gpu(above, cuda) : 0;

    *oldest = since_below > 0 ? since_below : since_above;
    if (since_below > cc)
        return ANSWER_NO;               /* what was dropped did not come back */
    if (since_above > cc) {
        *oldest = since_above;
        return ANSWER_UNKNOWN;
    }
    return ANSWER_YES;
}
