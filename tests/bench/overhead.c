/* What a launch costs through the harness, above the bare call: an entry that does nothing is called in each way, in turn.
 * Prints nanoseconds a call, the least of many rounds; exit code 1 where one is more than 100 ns above the bare call. */
#include "base/clock.h"
#include "tests/unit/own_child.h"

enum { CALLS = 100000, ROUNDS = 30, WAYS = 3 };

static const double most_ns = 100;

static CUresult nothing(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, CUstream stream, void **args, void **extra)
{
    (void)f; (void)gx; (void)gy; (void)gz; (void)bx; (void)by; (void)bz; (void)shared; (void)stream; (void)args; (void)extra;
    return 0;
}

static void bare(struct child *c, void **args)
{
    for (int i = 0; i < CALLS; i++)
        c->cuda.cuLaunchKernel(NULL, 1, 1, 1, 1, 1, 1, 0, NULL, args, NULL);
}

static void must(struct child *c, void **args)
{
    for (int i = 0; i < CALLS; i++)
        MUST(c, cuda, cuLaunchKernel(NULL, 1, 1, 1, 1, 1, 1, 0, NULL, args, NULL));
}

static void by_name(struct child *c, void **args)
{
    static const struct grid one = { 1, 1, 1 };

    for (int i = 0; i < CALLS; i++)
        child_launch(c, "stream_wrong", one, one, args);
}

int main(void)
{
    static const struct { const char *name; void (*calls)(struct child *c, void **args); } ways[WAYS] = {
        { "the bare call", bare }, { "MUST(cuLaunchKernel)", must }, { "launch()", by_name },
    };
    struct child *c = own_child("/dev/null");
    double least[WAYS] = { 0 };
    uint64_t value = 0;
    void *args[] = { &value, NULL };
    int code = 0;

    c->cuda.cuLaunchKernel = nothing;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < WAYS; i++) {
            const double began = clock_ms_fine();
            double ns;

            ways[i].calls(c, args);
            ns = (clock_ms_fine() - began) * 1e6 / CALLS;
            least[i] = round == 0 || ns < least[i] ? ns : least[i];
        }
    for (int i = 0; i < WAYS; i++) {
        printf("%-22s %7.1f ns a call, %7.1f above the bare call\n", ways[i].name, least[i], least[i] - least[0]);
        code |= least[i] - least[0] > most_ns;
    }
    return code;
}
