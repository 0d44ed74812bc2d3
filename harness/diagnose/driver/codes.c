/* What a code of the driver means wherever it comes from: those that have one cause, or nearly. */
#include "diagnose/look.h"

#include "base/text.h"

/* call NULL: any of the driver's or the runtime's. */
struct meaning { const char *call; long code; enum certainty certainty; const char *cause, *fix; };

static void look_for_code(struct look *l, const struct meaning *m)
{
    const struct judged *told = ended_by(l, m->call, m->code);

    if (told == NULL)
        return;
    found(l, m->certainty, "%s", m->cause);
    evidence_of_call(l, told);
    fix(l, "%s", m->fix);
}

#define MEANS(id, ...) static void look_for_##id(struct look *l) { look_for_code(l, &(const struct meaning){ __VA_ARGS__ }); }

MEANS(no_code, NULL, 209, SHOWN, "a library has no code for this GPU: neither machine code for its compute capability nor PTX", "gpuvet matrix")
MEANS(new_ptx, NULL, 222, SHOWN, "a library carries only PTX for this GPU, of a newer CUDA than the driver is for", "gpuvet matrix")

const struct rule code_rules[] = {
    { { "gpu-not-covered", LINK_BUILD, .needs_gpu = true, .what = "\"no kernel image is available\": the build was made for other GPUs, newer or older ones.",
        .unlike = "ptx-too-new: there PTX is carried." }, look_for_no_code },
    { { "ptx-too-new", LINK_BUILD, .needs_gpu = true, .what = "Machine code would run on an older driver of the same major; PTX must not be newer than the driver.",
        .unlike = "driver-too-old: there nothing of the build runs." }, look_for_new_ptx },
    { { .id = NULL }, NULL },
};
