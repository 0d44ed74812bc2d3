#include "child/pace/meter.h"

#include <string.h>

#include "child/checked.h"
#include "child/state.h"
#include "kernels/gate.h"
#include "math/clocks.h"

/* The gate's deadline; and that of a first one, which finds out whether the host is held, too. */
static const uint64_t wait_ns = 250000000, try_ns = 20000000;

/* Blocks for each multiprocessor: the more, the surer that each gets one. */
enum { LOOKS = 4 };

/* In host memory that the device reaches under the same address, for as long as the process lives. */
struct meter {
    struct gate      gate;
    struct clock_row before[CLOCK_SMS], after[CLOCK_SMS];
};

static const struct grid one = { 1, 1, 1 };

static struct meter *meter_of(const struct child *c)
{
    return c->state->meter;
}

static void put_gate(struct child *c, bool open, uint64_t ns)
{
    struct gate *g = &meter_of(c)->gate;
    CUdeviceptr at = (CUdeviceptr)(uintptr_t)g;

    *g = (struct gate){ .open = open, .state = GATE_UNSEEN };
    launch(c, "gate_wait", one, one, &at, &ns);
}

void meter_close_gate(struct child *c)
{
    put_gate(c, false, wait_ns);
}

void meter_open_gate(struct child *c)
{
    __atomic_store_n(&meter_of(c)->gate.open, 1, __ATOMIC_RELEASE);
}

bool meter_was_opened(struct child *c)
{
    const unsigned state = __atomic_load_n(&meter_of(c)->gate.state, __ATOMIC_ACQUIRE);

    checked_all(c, "gate_wait", "gates", state != GATE_UNSEEN, 1);
    return state == GATE_OPENED;
}

bool meter_gate_works(struct child *c)
{
    put_gate(c, false, try_ns);
    meter_open_gate(c);
    device_wait(c);
    return meter_was_opened(c);
}

void meter_look(struct child *c, bool after)
{
    struct clock_row *rows = after ? meter_of(c)->after : meter_of(c)->before;
    CUdeviceptr at = (CUdeviceptr)(uintptr_t)rows;
    const unsigned held = (unsigned)device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);

    memset(rows, 0, CLOCK_SMS * sizeof *rows);
    launch(c, "gate_clocks", ((struct grid){ held * LOOKS, 1, 1 }), one, &at);
}

double meter_mhz(const struct child *c)
{
    return clocks_mhz(meter_of(c)->before, meter_of(c)->after, CLOCK_SMS);
}

bool meter_begin(struct child *c)
{
    if (!c->state->kernels_ready)
        return false;
    if (c->state->meter == NULL) {
        void *page;

        MUST(c, cuda, cuMemAllocHost_v2(&page, sizeof(struct meter)));
        c->state->meter = page;
    }
    put_gate(c, true, try_ns);
    meter_look(c, true);
    device_wait(c);
    (void)meter_was_opened(c);
    checked_all(c, "gate_clocks", "looks", clocks_seen(meter_of(c)->after, CLOCK_SMS) > 0, 1);
    return true;
}
