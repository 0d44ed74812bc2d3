/* selftest.vote - the vote among like GPUs, one of which has other bits than the others. */
#include "selftest.h"

#include "base/text.h"
#include "model/judge.h"
#include "model/vote.h"

enum { GPUS = 5, ODD = 3 };

/* What the vote says goes the way of an observation, as that of any other detector does. */
static const struct expect bounds[] = {
    { .key = "voted.wrong", .bound = ABSENT, .sentence = "%s" },
    { .key = NULL },
};

/* Five GPUs of one model that passed a product, all with the same bits, but for one bit of the GPU `odd` (-1: of none). */
static void hold_vote(struct child *c, int odd)
{
    static const struct machine unknown;
    static const struct probe product = { .name = "blas.repeat", .claim = "It is so." };
    struct device *devices = host_buffer(c, GPUS * sizeof *devices);
    struct observation (*saw)[2] = host_buffer(c, GPUS * sizeof *saw);
    struct judged *trials = host_buffer(c, GPUS * sizeof *trials);
    const struct report r = { .devices = devices, .n_devices = GPUS, .trials = trials, .n_trials = GPUS };

    for (int i = 0; i < GPUS; i++) {
        devices[i] = (struct device){ .index = i, .name = "one model", .answers = true };
        saw[i][0] = (struct observation){ .key = "repeat.hash", .unit = "", .text = text_make(&c->arena, "%016llx", (unsigned long long)(c->seed ^ (i == odd))) };
        saw[i][1] = (struct observation){ .key = "repeat.of", .unit = "", .text = "one product" };
        trials[i] = (struct judged){ .trial = { .probe = &product, .device = &devices[i], .id = "product" },
                                     .outcome = { .saw = saw[i], .n_saw = 2 } };
        judge_trial(&trials[i], &unknown, &c->arena);
    }
    vote(trials, &r, &c->arena);
    for (int i = 0; i < GPUS; i++)
        if (trials[i].verdict != PASS)
            saw_text(c, "voted.wrong", "%s", trials[i].why);
    saw_num(c, "voted", "", GPUS);
}

static void run(struct child *c)
{
    child_listen(c);
    hold_vote(c, -1);
    selftest_clean(c, "five GPUs", bounds);
    child_listen(c);
    hold_vote(c, ODD);
    selftest_caught(c, "odd", "five GPUs", bounds, text_make(&c->arena, "gpu%d", ODD));
}

SELFTEST_ON_CPU(vote, "The vote among like GPUs names the one that has other bits.", run);
