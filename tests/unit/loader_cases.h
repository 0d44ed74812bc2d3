/* loader_cases.h - shared libraries laid out so that each rule of the dynamic
 * loader decides once. Included behind cmocka. A case's script runs in an empty
 * folder ($D, and the current one); the words it knows are in the prelude:
 *
 *     lib FILE SONAME "NEEDED..." FLAGS...        SONAME - for none; links, with FLAGS for the linker
 *     program FILE "NEEDED..." FLAGS...
 *     old PATH, new PATH                          those flags: an RPATH, a RUNPATH
 *     patch FILE OFFSET BYTES                     as printf writes them: '\001'
 *
 * Where several name one folder, each spells it differently ($D/a, $D/./a): LD_DEBUG tells every search of a folder as one on
 * behalf of who named it first.
 */
#ifndef TESTS_LOADER_CASES_H
#define TESTS_LOADER_CASES_H

#include <stddef.h>

static const char loader_prelude[] =
    "set -e; D=$PWD; S=$D/../stubs; mkdir -p \"$S\"\n"
    "stub() { f=$S/$(echo \"$1\" | tr '/$' '__'); [ -e \"$f\" ] || ${CC:-cc} -shared -nostdlib \"$S/../empty.o\" -Wl,-soname,\"$1\" -o \"$f\"; echo \"$f\"; }\n"
    "stubs() { for n in $1; do stub \"$n\"; done; }\n"
    "lib() { out=$1 name=$2 needs=$3; shift 3; mkdir -p \"$(dirname \"$out\")\"; [ \"$name\" = - ] || set -- \"$@\" -soname \"$name\"\n"
    "    flags=; for w; do flags=\"$flags -Xlinker $w\"; done\n"
    "    ${CC:-cc} -shared -nostdlib \"$S/../empty.o\" -Wl,--no-as-needed $(stubs \"$needs\") $flags -o \"$out\"; }\n"
    "program() { out=$1 needs=$2; shift 2; mkdir -p \"$(dirname \"$out\")\"\n"
    "    flags=; for w; do flags=\"$flags -Xlinker $w\"; done\n"
    "    ${CC:-cc} \"$S/../opener.o\" -Wl,--no-as-needed $(stubs \"$needs\") $flags -o \"$out\"; }\n"
    "old() { echo \"--disable-new-dtags -rpath $1\"; }\n"
    "new() { echo \"--enable-new-dtags -rpath $1\"; }\n"
    "patch() { printf \"$3\" | dd of=\"$1\" bs=1 seek=\"$2\" conv=notrunc 2>/dev/null; }\n";

struct loader_case {
    const char *name;           /* what is so */
    const char *script;         /* lays the files out */
    const char *opens;          /* the file to open, below $D: "top.so"; "./prog" (with a "./") is started */
    const char *vars[3];        /* "LD_LIBRARY_PATH=$D/a"; $D is replaced */
};

static const struct loader_case loader_cases[] = {
    { "an_rpath_leads_to_a_library", "lib a/liby.so liby.so ''; lib top.so - liby.so $(old $D/a)", "top.so", { NULL } },
    { "a_runpath_leads_to_a_library", "lib a/liby.so liby.so ''; lib top.so - liby.so $(new $D/a)", "top.so", { NULL } },
    { "an_rpath_counts_for_what_is_needed_further_down",
      "lib b/libz.so libz.so ''; lib a/liby.so liby.so libz.so; lib top.so - liby.so $(old $D/a:$D/b)", "top.so", { NULL } },
    { "a_runpath_does_not_count_further_down",
      "lib b/libz.so libz.so ''; lib a/liby.so liby.so libz.so; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_runpath_shuts_out_the_rpath_of_those_above",
      "lib b/libz.so libz.so ''; lib a/liby.so liby.so libz.so $(new $D/no); lib top.so - liby.so $(old $D/a:$D/b)", "top.so", { NULL } },
    { "a_runpath_in_between_does_not_cut_the_chain_of_rpaths",
      "lib c/libw.so libw.so ''; lib b/libz.so libz.so libw.so; lib a/liby.so liby.so libz.so $(new $D/b); lib top.so - liby.so $(old $D/a:$D/c)",
      "top.so", { NULL } },
    { "the_nearest_rpath_comes_first",
      "lib b/libz.so libz.so ''; lib c/libz.so libz.so ''; lib a/liby.so liby.so libz.so $(old $D/c); lib top.so - liby.so $(old $D/a:$D/b)",
      "top.so", { NULL } },
    { "beside_a_runpath_a_files_rpath_does_not_count_even_further_down",
      /* The linker writes one of them: the other is the first DT_NEEDED, whose tag becomes DT_RPATH. */
      "lib r/liby.so liby.so ''; lib u/liby.so liby.so libz.so; lib r/libz.so libz.so ''; lib top.so - \"$D/r liby.so\" $(new $D/u)\n"
      "tag=$(readelf -S top.so | awk '$2 == \".dynamic\" { print $5 } $3 == \".dynamic\" { print $6 }')\n"
      "patch top.so $((0x$tag)) '\\017'; readelf -d top.so | grep -q '(RPATH)'", "top.so", { NULL } },
    { "an_rpath_comes_before_the_environment",
      "lib r/liby.so liby.so ''; lib e/liby.so liby.so ''; lib top.so - liby.so $(old $D/r)", "top.so", { "LD_LIBRARY_PATH=$D/e" } },
    { "the_environment_comes_before_a_runpath",
      "lib r/liby.so liby.so ''; lib e/liby.so liby.so ''; lib top.so - liby.so $(new $D/r)", "top.so", { "LD_LIBRARY_PATH=$D/e" } },
    { "the_environment_comes_before_the_cache", "lib e/libm.so.6 libm.so.6 ''; lib top.so - libm.so.6", "top.so", { "LD_LIBRARY_PATH=$D/e" } },
    { "the_cache_knows_the_systems_libraries", "lib top.so - 'libm.so.6 libc.so.6'", "top.so", { NULL } },
    { "semicolons_part_the_environments_path_as_well",
      "lib e/liby.so liby.so ''; lib f/libz.so libz.so ''; lib top.so - 'libz.so liby.so'", "top.so", { "LD_LIBRARY_PATH=$D/e;$D/no:$D/f" } },
    { "semicolons_do_not_part_a_runpath", "lib e/liby.so liby.so ''; lib top.so - liby.so $(new \"$D/e;$D/f\")",
      "top.so", { NULL } },
    { "an_empty_entry_is_the_current_folder", "lib liby.so liby.so ''; lib top.so - liby.so", "top.so", { "LD_LIBRARY_PATH=/nowhere:" } },
    { "an_empty_variable_is_no_path", "lib liby.so liby.so ''; lib top.so - liby.so", "top.so", { "LD_LIBRARY_PATH=" } },
    { "a_relative_entry_starts_from_the_current_folder",
      "lib e/liby.so liby.so 'libz.so'; lib e/libz.so libz.so ''; lib top.so - liby.so", "top.so", { "LD_LIBRARY_PATH=e//" } },
    { "origin_of_a_file_found_by_a_relative_entry",
      "lib e/liby.so liby.so 'libz.so' $(new '$ORIGIN/../f'); lib f/libz.so libz.so ''; lib top.so - liby.so", "top.so", { "LD_LIBRARY_PATH=e" } },
    { "origin_is_the_files_own_folder", "lib a/lib/liby.so liby.so ''; lib a/bin/top.so - liby.so $(new '$ORIGIN/../lib')", "a/bin/top.so", { NULL } },
    { "origin_in_braces_and_beside_other_words",
      "lib ax/liby.so liby.so ''; lib a-x/libz.so libz.so ''; lib a/top.so - 'liby.so libz.so' $(new '$ORIGIN_x:$ORIGINAL:${ORIGIN}x:$ORIGIN-x')",
      "a/top.so", { NULL } },
    { "lib_and_platform_are_replaced",
      "for d in lib/x86_64-linux-gnu lib64 lib lib/aarch64-linux-gnu; do lib p/$d/liby.so liby.so ''; done\n"
      "for d in x86_64 aarch64 haswell; do lib q/$d/libz.so libz.so ''; done; lib top.so - 'liby.so libz.so' $(new '$ORIGIN/p/$LIB:$ORIGIN/q/${PLATFORM}')",
      "top.so", { NULL } },
    { "a_linked_folder_is_the_origin_as_it_was_named",
      "lib real/deep/top.so - liby.so $(new '$ORIGIN/../lib'); lib lib/liby.so liby.so ''; lib real/lib/liby.so liby.so ''; ln -s real/deep link",
      "link/top.so", { NULL } },
    { "a_linked_files_origin_is_the_links_folder",
      "lib a/liby.so liby.so ''; lib b/liby.so liby.so ''; lib b/real.so - liby.so $(new '$ORIGIN'); mkdir -p a; ln -s ../b/real.so a/top.so",
      "a/top.so", { NULL } },
    { "a_needed_link_is_opened_by_its_own_name",
      "lib s/libz.so libz.so ''; lib s/liby.so.1.2 liby.so libz.so $(new '$ORIGIN/.'); mkdir l; ln -s ../s/liby.so.1.2 l/liby.so\n"
      "lib l/libz.so libz.so ''; lib top.so - liby.so $(new $D/l)", "top.so", { NULL } },
    { "a_soname_that_is_loaded_is_not_looked_for",
      "lib a/liby.so.1 liby.so.1 ''; lib a/libz.so libz.so liby.so.1 $(new $D/b); lib b/liby.so.1 liby.so.1 ''\n"
      "lib top.so - 'liby.so.1 libz.so' $(new $D/a)", "top.so", { NULL } },
    { "a_file_of_another_name_answers_to_its_soname",
      "lib a/liby-renamed.so liby.so ''; lib b/liby.so liby.so ''; lib b/libz.so libz.so liby.so $(new $D/b)\n"
      "lib top.so - \"$D/a/liby-renamed.so libz.so\" $(new $D/b)", "top.so", { NULL } },
    { "two_names_of_one_file_are_one_object",
      "lib a/liby.so - '$ORIGIN/libw.so'; mkdir b; ln -s ../a/liby.so b/libz.so; lib a/libw.so - ''; lib b/libw.so - ''\n"
      "lib top.so - 'liby.so libz.so' $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_needed_path_is_not_searched_for", "lib a/liby.so liby.so ''; lib b/liby.so liby.so ''; lib top.so - $D/a/liby.so $(new $D/b)", "top.so", { NULL } },
    { "a_needed_relative_path_starts_from_the_current_folder", "lib a/liby.so liby.so ''; lib b/top.so - a/liby.so", "b/top.so", { NULL } },
    { "a_needed_path_with_origin", "lib a/liby.so - ''; lib a/top.so - '$ORIGIN/liby.so'", "a/top.so", { NULL } },
    { "a_needed_path_that_is_missing", "lib top.so - $D/a/liby.so", "top.so", { NULL } },
    { "a_32_bit_file_is_passed_over",
      "lib a/liby.so liby.so ''; patch a/liby.so 4 '\\001'; lib b/liby.so liby.so ''; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_file_for_another_machine_is_passed_over",
      "lib a/liby.so liby.so ''; patch a/liby.so 18 '\\025\\000'; lib b/liby.so liby.so ''; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "an_empty_file_stops_the_loader", "mkdir a; : >a/liby.so; lib b/liby.so liby.so ''; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_text_file_stops_the_loader",
      "mkdir a; awk 'BEGIN { for (i = 0; i < 99; i++) print i }' >a/liby.so; lib b/liby.so liby.so ''; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_file_cut_inside_its_headers_stops_the_loader",
      "lib b/liby.so liby.so ''; mkdir a; head -c 300 b/liby.so >a/liby.so; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_folder_of_that_name_stops_the_loader", "mkdir -p a/liby.so; lib b/liby.so liby.so ''; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "an_object_file_stops_the_loader",
      "lib b/liby.so liby.so ''; mkdir a; cp $S/../empty.o a/liby.so; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_big_endian_file_stops_the_loader",
      "lib b/liby.so liby.so ''; mkdir a; cp b/liby.so a; patch a/liby.so 5 '\\002'; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_file_for_another_system_stops_the_loader",
      "lib b/liby.so liby.so ''; mkdir a; cp b/liby.so a; patch a/liby.so 7 '\\011'; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_link_to_nothing_is_passed_over", "mkdir a; ln -s nowhere a/liby.so; lib b/liby.so liby.so ''; lib top.so - liby.so $(new $D/a:$D/b)", "top.so", { NULL } },
    { "a_library_that_is_nowhere", "lib a/liby.so liby.so libno.so; lib top.so - liby.so $(new $D/a)", "top.so", { NULL } },
    { "breadth_comes_before_depth",
      "lib a/l1.so l1.so 'l4.so l5.so' $(new $D/./a); lib a/l2.so l2.so 'l5.so l6.so' $(new $D/b:$D/a); lib a/l3.so l3.so l4.so; lib a/l4.so l4.so l6.so $(new $D/a)\n"
      "lib a/l5.so l5.so top.so; lib a/l6.so l6.so l1.so; lib b/l5.so l5.so ''; lib b/l6.so l6.so ''; lib top.so top.so 'l1.so l2.so l3.so' $(new $D/a)",
      "top.so", { NULL } },
    { "a_circle_of_needs", "lib a/l1.so l1.so l2.so $(new $D/./a); lib a/l2.so l2.so 'l1.so l3.so' $(new $D/././a); lib a/l3.so l3.so l3.so; lib top.so - l1.so $(new $D/a)",
      "top.so", { NULL } },
    { "a_preloaded_library_answers_to_its_soname",
      "lib p/liby-mine.so liby.so libz.so $(new $D/p); lib p/libz.so libz.so ''; lib a/liby.so liby.so ''; lib a/libz.so libz.so ''\n"
      "lib top.so - 'liby.so libz.so' $(new $D/a)", "top.so", { "LD_PRELOAD=$D/p/liby-mine.so" } },
    { "a_preloaded_name_is_searched_for", "lib p/liby.so liby.so ''; lib a/liby.so liby.so ''; lib top.so - liby.so $(new $D/a)", "top.so",
      { "LD_PRELOAD=liby.so libno.so", "LD_LIBRARY_PATH=$D/p" } },
    { "a_preload_that_the_program_does_not_find_others_may", "lib a/liby.so liby.so ''; lib top.so - liby.so $(new $D/a)", "top.so", { "LD_PRELOAD=liby.so" } },
    { "a_preload_that_is_missing_or_garbage_is_left_out",
      "mkdir p; echo no >p/liby.so; lib a/liby.so liby.so ''; lib top.so - liby.so $(new $D/a)", "top.so", { "LD_PRELOAD=$D/p/liby.so:$D/none.so" } },
    { "a_hwcaps_folder_comes_before_its_folder",
      "for v in 2 3 4 9; do lib a/glibc-hwcaps/x86-64-v$v/liby.so liby.so ''; done; lib a/liby.so liby.so ''\n"
      "lib a/glibc-hwcaps/x86-64-v2/libz.so libz.so ''; lib a/libz.so libz.so ''; lib top.so - 'liby.so libz.so' $(new $D/a)", "top.so", { NULL } },
    { "an_earlier_folder_comes_before_a_later_hwcaps_folder",
      "lib b/glibc-hwcaps/x86-64-v2/liby.so liby.so ''; lib a/liby.so liby.so ''; lib top.so - 'liby.so' $(new $D/a:$D/b)", "top.so", { NULL } },
    { "without_default_folders_the_cache_does_not_help", "lib top.so - libm.so.6 -z nodefaultlib", "top.so", { NULL } },
    { "without_default_folders_a_runpath_does_help", "lib a/libm.so.6 libm.so.6 ''; lib top.so - libm.so.6 -z nodefaultlib $(new $D/a)", "top.so", { NULL } },
    { "the_default_folders_come_last", "lib top.so - libm.so", "top.so", { NULL } },
    { "the_c_library_is_loaded_whatever_the_paths_say", "lib a/libc.so.6 libc.so.6 ''; lib top.so - libc.so.6 $(old $D/a)", "top.so", { NULL } },
    { "a_started_programs_rpath_counts_for_all",
      "lib b/libz.so libz.so ''; lib a/liby.so liby.so libz.so; program prog liby.so $(old $D/a:$D/b)", "./prog", { NULL } },
    { "a_started_programs_runpath_counts_for_it_alone",
      "lib b/libz.so libz.so ''; lib a/liby.so liby.so libz.so; program prog liby.so $(new $D/a:$D/b)", "./prog", { "LD_LIBRARY_PATH=$D/./b" } },
    { "a_started_programs_origin_follows_links",
      "lib real/liby.so liby.so ''; lib link/liby.so liby.so ''; program real/prog liby.so $(new '$ORIGIN'); ln -s ../real/prog link/prog", "./link/prog", { NULL } },
    { "origin_in_the_environment_is_the_programs",
      "lib e/liby.so liby.so ''; lib a/libz.so libz.so liby.so; program prog libz.so $(new $D/a)", "./prog", { "LD_LIBRARY_PATH=$ORIGIN/e" } },
    { "preloads_of_a_started_program_come_before_its_needs",
      "lib p/libp.so libp.so 'libz.so libq.so' $(new $D/p); lib p/libz.so libz.so ''; lib p/libq.so libq.so ''; lib a/libz.so libz.so ''; lib a/liby.so liby.so libz.so $(new $D/a)\n"
      "program prog 'liby.so' $(new $D/a)", "./prog", { "LD_PRELOAD=$D/p/libp.so" } },
};

#endif
