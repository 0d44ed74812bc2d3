#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>

#include "base/text.h"
#include "discover/spare.h"
#include "discover/zip.h"
#include "tests/unit/small_elf.h"
#include "tests/unit/small_zip.h"

static const char text[] = "one line of text, one line of text, one line of text, and another one\n";

struct opened {
    struct arena arena;
    struct zip   zip;
    struct err   err;
    int          fd;
    bool         ok;
};

static struct opened open_bytes(const void *bytes, size_t n)
{
    struct opened o = { .fd = small_file(bytes, n) };

    assert_true(o.fd >= 0);
    o.ok = zip_open(&o.zip, &o.arena, o.fd, &o.err);
    return o;
}

static void close_zip(struct opened *o)
{
    close(o->fd);
    arena_free(&o->arena);
}

static struct small_zip *two_members(int wide)
{
    static struct small_zip z;

    z = (struct small_zip){ .n = 0 };
    small_zip_add(&z, "b/stored.txt", text, sizeof text - 1, 0);
    small_zip_add(&z, "a/packed.txt", text, sizeof text - 1, 8);
    small_zip_end(&z, wide);
    return &z;
}

static const char *member_text(struct opened *o, const char *name)
{
    const struct zip_member *m = zip_find(&o->zip, name);

    assert_non_null(m);
    return zip_text(&o->zip, &o->arena, m, &o->err);
}

static void what_was_put_in_comes_out(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        const struct small_zip *z = two_members(wide);
        struct opened o = open_bytes(z->bytes, z->n);

        assert_true(o.ok);
        assert_int_equal(o.zip.n, 2);
        assert_string_equal(o.zip.members[0].name, "a/packed.txt");
        assert_true(o.zip.members[0].packed < o.zip.members[0].bytes);
        assert_string_equal(member_text(&o, "a/packed.txt"), text);
        assert_string_equal(member_text(&o, "b/stored.txt"), text);
        assert_null(zip_find(&o.zip, "a/"));
        close_zip(&o);
    }
}

static void a_comment_behind_the_end_is_none_of_its_business(void **state)
{
    struct small_zip *z = two_members(0);
    struct opened o;

    (void)state;
    z->bytes[z->end + 20] = 5;
    small_zip_put(z, "hello", 5);
    o = open_bytes(z->bytes, z->n);
    assert_true(o.ok);
    close_zip(&o);
}

static void what_is_no_zip_file_is_told_from_one_that_is_cut(void **state)
{
    const struct small_zip *z = two_members(0);
    static const struct { size_t keep; const char *bytes, *says; } cases[] = {
        { 0, "", "not a zip file" }, { 0, "PK", "not a zip file" }, { 0, "#!/bin/sh\nsome text that is no archive\n", "not a zip file" },
        { 200, NULL, "cut: a zip file's directory" }, { 50, NULL, "cut: a zip file's directory" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct opened o = open_bytes(cases[i].bytes != NULL ? (const void *)cases[i].bytes : z->bytes,
                                     cases[i].bytes != NULL ? strlen(cases[i].bytes) : cases[i].keep);

        assert_false(o.ok);
        assert_int_equal(o.err.kind, ERR_FORMAT);
        assert_true(text_starts(o.err.text, cases[i].says));
        close_zip(&o);
    }
}

/* One number of the directory's first entry, b/stored.txt's, or of the second. */
static void refused(size_t member, size_t field, uint64_t value, size_t width, enum err_kind kind, const char *says)
{
    struct small_zip *z = two_members(0);
    const size_t entry = z->directory + (member == 0 ? 0 : 46 + strlen(z->members[0].name));
    struct opened o;

    for (size_t i = 0; i < width; i++)
        z->bytes[entry + field + i] = (unsigned char)(value >> (8 * i));
    o = open_bytes(z->bytes, z->n);
    if (o.ok)
        assert_null(member_text(&o, z->members[member].name));
    assert_int_equal(o.err.kind, kind);
    if (!text_has(o.err.text, says))
        fail_msg("\"%s\" does not say \"%s\"", o.err.text, says);
    close_zip(&o);
}

static void what_does_not_hold_together_is_refused(void **state)
{
    (void)state;
    refused(0, 16, 0x12345678, 4, ERR_FORMAT, "its checksum is another");
    refused(1, 16, 0x12345678, 4, ERR_FORMAT, "its checksum is another");
    refused(0, 20, sizeof text - 2, 4, ERR_FORMAT, "stored, and in two sizes");
    refused(1, 24, 10, 4, ERR_FORMAT, "it unpacks to more than the 10 bytes that it declares");
    refused(1, 24, 10000, 4, ERR_FORMAT, "and declares 10000");
    refused(1, 20, 5, 4, ERR_FORMAT, "its packed bytes make no sense");
    refused(0, 8, 1, 2, ERR_LIMIT, "encrypted");
    refused(0, 10, 14, 2, ERR_LIMIT, "packed by method 14");
    refused(0, 42, 3, 4, ERR_FORMAT, "no member begins at byte 3");
    refused(0, 42, 0xfffffff0, 4, ERR_FORMAT, "entry 1 of its directory makes no sense");
    refused(1, 28, 0xffff, 2, ERR_FORMAT, "entry 2 of its directory makes no sense");
}

/* Ten megabytes of zeros in ten kilobytes, declared as 100 bytes: no more than those reach anybody. */
static void a_bomb_is_stopped_at_the_size_it_declares(void **state)
{
    static unsigned char zeros[10 << 20];
    static struct small_zip z;
    struct opened o;
    struct err e;
    int out = memfd_create("out", MFD_CLOEXEC);

    (void)state;
    small_zip_add(&z, "bomb.so", zeros, sizeof zeros, 8);
    z.members[0].size = 100;
    small_zip_end(&z, 0);
    o = open_bytes(z.bytes, z.n);
    assert_true(o.ok);
    assert_false(zip_unpack(&o.zip, zip_find(&o.zip, "bomb.so"), out, NULL, &e));
    assert_string_equal(e.text, "damaged: it unpacks to more than the 100 bytes that it declares");
    assert_true(lseek(out, 0, SEEK_END) <= 100);
    close(out);
    close_zip(&o);
}

static void a_member_that_is_there_twice_is_refused(void **state)
{
    struct small_zip z = { .n = 0 };
    struct opened o;

    (void)state;
    small_zip_text(&z, "a", text);
    small_zip_text(&z, "a", "another");
    small_zip_end(&z, 0);
    o = open_bytes(z.bytes, z.n);
    assert_false(o.ok);
    assert_string_equal(o.err.text, "damaged: it holds a twice");
    close_zip(&o);
}

static void no_cut_and_no_changed_byte_stops_the_reader(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        const struct small_zip *z = two_members(wide);

        for (size_t i = 0; i < 2 * z->n; i++) {
            struct small_zip copy = *z;
            struct opened o;

            if (i >= z->n)
                copy.bytes[i - z->n] ^= 0xff;
            o = open_bytes(copy.bytes, i < z->n ? i : copy.n);
            for (size_t k = 0; o.ok && k < o.zip.n; k++)
                (void)zip_text(&o.zip, &o.arena, &o.zip.members[k], &o.err);
            close_zip(&o);
        }
    }
}

static void a_spare_file_has_no_name_and_holds_what_it_is_given(void **state)
{
    struct err e = { .kind = ERR_NONE };
    int fd = spare_file("/nowhere", 100, &e);
    struct stat st;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 0);
    close(fd);
    assert_int_equal(spare_file(NULL, UINT64_MAX / 4, &e), -1);
    assert_true(text_has(e.text, "has room"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_in_comes_out),
        cmocka_unit_test(a_comment_behind_the_end_is_none_of_its_business),
        cmocka_unit_test(what_is_no_zip_file_is_told_from_one_that_is_cut),
        cmocka_unit_test(what_does_not_hold_together_is_refused),
        cmocka_unit_test(a_bomb_is_stopped_at_the_size_it_declares),
        cmocka_unit_test(a_member_that_is_there_twice_is_refused),
        cmocka_unit_test(no_cut_and_no_changed_byte_stops_the_reader),
        cmocka_unit_test(a_spare_file_has_no_name_and_holds_what_it_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
