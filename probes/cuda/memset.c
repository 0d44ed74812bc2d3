/* cuda.memset - what the driver is told to fill is filled, and nothing beside it: bytes and words, from odd places, in
 * odd numbers. Other probes poison by it what is then to be written. */
#include "child/child.h"

#include "base/text.h"
#include "kernels/pattern.h"

enum { BYTES = (1 << 18) + 12 };

/* n bytes, or n words of 32 bits, from byte `at` on. */
struct filling { bool words; size_t at, n; unsigned value; };

/* The first fills all: between the guards that every buffer has. */
static const struct filling bytes[] = {
    { false, 0, BYTES, 0xA5 }, { false, 5, 65539, 0x3C }, { false, 1, 1, 0x00 }, { false, 255, 2, 0xFF }, { false, 4097, 4093, 0x7F }, { false, BYTES - 3, 3, 0x81 },
};

/* No byte of a word is like another: one that lies in another's place shows. */
static const struct filling words[] = {
    { true, 0, BYTES / 4, 0x04C83A91 }, { true, 20, 16411, 0xF00DBE57 }, { true, 4, 1, 0x80017FFE }, { true, 1020, 3, 0x00FF55AA }, { true, BYTES - 4, 1, 0x12345678 },
};

static unsigned char filled(const struct filling *f, size_t i)
{
    return (unsigned char)(f->words ? f->value >> 8 * ((i - f->at) % 4) : f->value);
}

/* What was there before, and is no byte like the one that is to take its place. */
static unsigned char before(const struct filling *f, uint64_t seed, size_t i)
{
    return filled(f, i) ^ (unsigned char)(pattern_word(seed, i) | 1);
}

static uint64_t fill(struct child *c, CUdeviceptr p, const struct filling *f)
{
    const size_t end = f->at + f->n * (f->words ? 4 : 1);
    unsigned char *host = host_buffer(c, BYTES);
    uint64_t wrong = 0;

    for (size_t i = 0; i < BYTES; i++)
        host[i] = before(f, c->seed, i);
    device_upload(c, p, host, BYTES);
    if (f->words)
        MUST(c, cuda, cuMemsetD32_v2(p + f->at, f->value, f->n));
    else
        MUST(c, cuda, cuMemsetD8_v2(p + f->at, (unsigned char)f->value, f->n));
    device_download(c, host, p, BYTES);
    for (size_t i = 0; i < BYTES; i++) {
        const bool inside = i >= f->at && i < end;
        const unsigned expected = inside ? filled(f, i) : before(f, c->seed, i);

        if (host[i] != expected && wrong++ == 0)
            saw_text(c, "first", "byte %zu is 0x%02x, expected 0x%02x, %s bytes %zu to %zu that were to be filled", i, host[i], expected,
                     inside ? "one of" : "which is none of", f->at, end - 1);
    }
    child_verified(c, 1);
    return wrong;
}

static uint64_t fill_all(struct child *c, CUdeviceptr p, const struct filling *list, size_t n)
{
    uint64_t wrong = 0;

    for (size_t i = 0; i < n; i++)
        wrong += fill(c, p, &list[i]);
    return wrong;
}

static void run(struct child *c)
{
    CUdeviceptr p = device_buffer(c, BYTES);

    saw_num(c, "d8.wrong", "", (double)fill_all(c, p, bytes, COUNT_OF(bytes)));
    saw_num(c, "d32.wrong", "", (double)fill_all(c, p, words, COUNT_OF(words)));
    saw_num(c, "bytes", "B", (double)BYTES * (COUNT_OF(bytes) + COUNT_OF(words)));
}

extern const struct probe probe_cuda_copy_h2d, probe_cuda_copy_d2h;

const struct probe probe_cuda_memset = {
    .name     = "cuda.memset",
    .claim    = "What the driver fills in memory is filled, and nothing beside it.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT,
    .rests_on = { &probe_cuda_copy_h2d, &probe_cuda_copy_d2h },
    .expects  = (const struct expect[]){
        { .key = "d8.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s bytes are wrong after cuMemsetD8", .detail = "first" },
        { .key = "d32.wrong", .bound = EQUALS, .number = 0, .sentence = "%s bytes are wrong after cuMemsetD32", .detail = "first" },
        { .key = NULL },
    },
    .run      = run,
};
