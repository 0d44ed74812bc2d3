/* Files against the SHA-256 of their RECORDs: FIPS 180-4's examples, and files as people have spoilt them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "child/product/hashes.h"
#include "child/state.h"
#include "discover/record_line.h"
#include "tests/unit/layout.h"

#define OF_NOTHING  "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define OF_ABC      "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
#define OF_MILLION_A "zcduXJkU-5KBocfihNc-Z_GAmkiklyAOBG05zMcRLNA"

static struct crumb crumb;
static struct child_state own;

/* The state of every file of one RECORD, by its path's end. */
struct hashing { struct child child; struct stack stack; struct stack_version records[2]; struct hashed *files; size_t n; };

static void hash(struct hashing *h, struct layout *l, const char *const *records, size_t n)
{
    *h = (struct hashing){ .stack = { .name = "venv:/e", .n_versions = n } };
    for (size_t i = 0; i < n; i++)
        h->records[i] = (struct stack_version){ "record:x", layout_path(l, records[i]), NULL };
    h->stack.versions = h->records;
    h->child.stack = &h->stack;
    h->child.crumb = &crumb;
    h->child.state = &own;
    h->child.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);     /* what it would tell the parent */
    h->n = hashes_listed(&h->files, &h->child);
    hashes_check(&h->child, h->files, h->n);
    close(h->child.fd);
}

static void assert_state(const struct hashing *h, const char *path, enum hash_state state)
{
    for (size_t i = 0; i < h->n; i++)
        if (text_ends(h->files[i].path, path)) {
            if (h->files[i].state != state)
                fail_msg("%s: state %d, and it should be %d", path, (int)h->files[i].state, (int)state);
            return;
        }
    fail_msg("%s is not among the %zu files", path, h->n);
}

static void every_listed_file_is_the_same_or_it_is_said_how_it_is_not(void **state)
{
    static const char *const records[] = { "/site/x-1.dist-info/RECORD" };
    struct layout *l = *state;
    char *many = malloc(1000000);
    struct hashing h;

    assert_non_null(many);
    memset(many, 'a', 1000000);
    put_bytes(l, "/site/x/million", many, 1000000);
    free(many);
    put_text(l, "/site/x/abc", "abc");
    put_text(l, "/site/x/empty", "");
    put_text(l, "/site/x/changed", "abd");
    put_text(l, "/site/x/a, b", "abc");
    put_text(l, "/bin/tool", "abc");
    put_folder(l, "/site/x/folder");
    put_text(l, records[0],
             "x/million,sha256=" OF_MILLION_A ",1000000\nx/abc,sha256=" OF_ABC ",3\r\nx/empty,sha256=" OF_NOTHING ",0\n"
             "x/changed,sha256=" OF_ABC ",3\n\"x/a, b\",sha256=" OF_ABC ",3\n../bin/tool,sha256=" OF_ABC ",3\n"
             "x/gone,sha256=" OF_ABC ",3\nx/folder,sha256=" OF_ABC ",3\nx/abc/below,sha256=" OF_ABC ",3\n"
             "x-1.dist-info/RECORD,,\nx/abc.pyc,,\nnonsense\n");
    hash(&h, l, records, 1);
    assert_int_equal(h.n, 9);
    assert_state(&h, "/million", HASH_SAME);
    assert_state(&h, "/abc", HASH_SAME);
    assert_state(&h, "/empty", HASH_SAME);
    assert_state(&h, "/a, b", HASH_SAME);
    assert_state(&h, "/tool", HASH_SAME);
    assert_state(&h, "/changed", HASH_DIFFERS);
    assert_state(&h, "/folder", HASH_DIFFERS);
    assert_state(&h, "/gone", HASH_MISSING);
    assert_state(&h, "/below", HASH_MISSING);
    assert_true(crumb.done_bytes > 1000000);
    assert_int_equal(crumb.all_bytes, 0);
    arena_free(&h.child.arena);
}

static void a_file_that_two_records_list_may_be_either_ones(void **state)
{
    static const char *const records[] = { "/site/x-1.dist-info/RECORD", "/site/x-2.dist-info/RECORD" };
    struct layout *l = *state;
    struct hashing h;

    put_text(l, "/site/x/abc", "abc");
    put_text(l, records[0], "x/abc,sha256=" OF_NOTHING ",0\n");
    put_text(l, records[1], "x/abc,sha256=" OF_ABC ",3\n");
    hash(&h, l, records, 2);
    assert_int_equal(h.n, 1);
    assert_state(&h, "/abc", HASH_SAME);
    arena_free(&h.child.arena);
}

static void a_line_of_a_record_is_read_whole_or_not_at_all(void **state)
{
    static const struct { const char *line, *path; bool hashed; long bytes; } lines[] = {
        { "a/b.so,sha256=" OF_ABC ",3", "a/b.so", true, 3 }, { "a/b.so,,", "a/b.so", false, -1 }, { "a,sha256=short,3", "a", false, 3 },
        { "a,md5=rL0Y20zC-Fzt72VPzMSk2A,3", "a", false, 3 }, { "\"a\"\"b\",,7", "a\"b", false, 7 }, { "\"a,b\",,7", "a,b", false, 7 },
        { "", NULL, false, 0 }, { "a", NULL, false, 0 }, { "a,b", NULL, false, 0 }, { ",,", NULL, false, 0 }, { "a,,x", NULL, false, 0 }, { "a,,-1", NULL, false, 0 },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct record_line r;
        bool ok = record_line_read(&r, &a, lines[i].line, strlen(lines[i].line));

        if (ok != (lines[i].path != NULL) || (ok && (!text_is(r.path, lines[i].path) || (r.sha256 != NULL) != lines[i].hashed || r.bytes != lines[i].bytes)))
            fail_msg("%s", lines[i].line);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_listed_file_is_the_same_or_it_is_said_how_it_is_not, layout_open, layout_close),
        cmocka_unit_test_setup_teardown(a_file_that_two_records_list_may_be_either_ones, layout_open, layout_close),
        cmocka_unit_test(a_line_of_a_record_is_read_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
