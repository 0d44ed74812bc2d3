// gate.cu - what a measurement puts around its work: a gate that keeps the stream until the host has put all of it there, so
// that how long a launch takes is not measured, and a look at the clock of every multiprocessor.
#include <kernels/gate.h>
#include <kernels/ptx.h>

// Launch: one thread. It has a deadline of its own: a stream that waits for ever would be taken for a hung GPU.
KERNEL gate_wait(gate *g, u64 wait_ns)
{
    u64 deadline = ptx_ns() + wait_ns;
    u32 open, late;

    do {
        open = ptx_reread(&g->open);
        late = ptx_ns() > deadline;
    } while (!open && !late);
    g->state = open ? GATE_OPENED : GATE_EXPIRED;
}

// Launch: blocks of one thread, several for each multiprocessor, so that each gets one; of those on the same, any may be the last.
KERNEL gate_clocks(clock_row *rows)
{
    u32 sm = ptx_sm();
    clock_row row = { ptx_cycles(), ptx_ns() };

    rows[sm < CLOCK_SMS ? sm : CLOCK_SMS - 1] = row;
}
