/* selftest.sm - the map of multiprocessors by another build of its kernel, in which one of them
 * computes wrongly (kernels/sm_map_spoilt.cu), and one of which a multiprocessor is left out. */
#include "selftest.h"

#include <string.h>

#include "base/text.h"
#include "child/sm_map.h"

static void run(struct child *c)
{
    struct sm_map_seen sound, spoilt, lost;
    struct sm_row *rows;
    const char *place;

    child_listen(c);
    sound = sm_map_look(c, "sm_map");
    sm_map_tell(c, &sound);
    selftest_clean(c, "as it is", sm_map_bounds);

    child_listen(c);
    spoilt = sm_map_look(c, "sm_map_spoilt");
    sm_map_tell(c, &spoilt);
    place = text_make(&c->arena, ": SM %u is wrong in %d of %d items, in fp32, lane %d, bit %d ", spoilt.rows[spoilt.blocks / 2].sm, SM_ITEMS, SM_ITEMS,
                      SM_SPOILT_LANE, SM_SPOILT_BIT);
    selftest_caught(c, "sm", "fp32", sm_map_bounds, place);

    /* As of blocks that never came. */
    rows = host_buffer(c, sound.blocks * sizeof *rows);
    for (unsigned i = 0; i < sound.blocks; i++)
        rows[i] = sound.rows[i];
    for (unsigned i = 0; i < sound.blocks; i++)
        if (sound.rows[i].sm == sound.rows[0].sm)
            memset(&rows[i], 0xFF, sizeof rows[i]);
    lost = sound;
    lost.rows = rows;
    child_listen(c);
    sm_map_tell(c, &lost);
    selftest_caught(c, "lost", "one of them", sm_map_bounds, NULL);
    saw_num(c, "seed", "", (double)c->seed);
}

SELFTEST_ON_GPU(sm, "The map of multiprocessors shows the one that computes wrongly, and one that is left out.", true, run);
