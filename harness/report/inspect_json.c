#include "report/inspect_json.h"

#include "model/gpu_code.h"
#include "model/wheel.h"
#include "report/json_value.h"

static const char *const found_by_names[] = {
    [FOUND_NOT] = "nowhere", [FOUND_LOADED] = "loaded", [FOUND_PRELOAD] = "preload", [FOUND_PATH] = "path", [FOUND_RPATH] = "rpath",
    [FOUND_LIBRARY_PATH] = "library_path", [FOUND_RUNPATH] = "runpath", [FOUND_CACHE] = "cache", [FOUND_DEFAULT] = "default",
};

/* What is only noted stands apart: a list of problems is empty where all is well. */
static json_t *problems(const struct problems *p, bool noted)
{
    json_t *list = json_array();

    for (size_t i = 0; i < p->n; i++) {
        json_t *o;

        if ((p->items[i].weight == NOTED) != noted)
            continue;
        o = json_object();
        json_put_text(o, "text", p->items[i].text);
        json_put(o, "unknown", p->items[i].weight == UNKNOWN ? json_true() : NULL);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *needs(const struct inspected *one)
{
    struct arena arena = { NULL };
    json_t *list = json_array();

    for (size_t i = 0; i < one->n_needs; i++) {
        const struct loading *l = &one->needs[i];
        json_t *o = json_object();

        json_put_text(o, "name", l->name);
        json_put_text(o, "asked_by", l->asked_by);
        json_put(o, "depth", json_integer((json_int_t)l->depth));
        json_put_text(o, "path", l->path);
        json_put_text(o, "by", found_by_names[l->by]);
        json_put_text(o, "why", loading_why(&arena, l));
        json_array_append_new(list, o);
    }
    arena_free(&arena);
    return list;
}

static json_t *wheel_needs(const struct inspected *one)
{
    json_t *list = json_array();

    for (size_t i = 0; i < one->n_wheel_needs; i++) {
        const struct wheel_need *n = &one->wheel_needs[i];
        json_t *o = json_object();

        json_put_text(o, "name", n->name);
        json_put_text(o, "path", n->path);
        json_put_text(o, "by", n->by);
        json_put_text(o, "why", n->why);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *gpu_code(const struct gpu_code *codes, size_t n_codes)
{
    struct arena arena = { NULL };
    json_t *list = json_array();
    const char **names;
    size_t n = gpu_code_names(&names, &arena, codes, n_codes);

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_of_text(names[i]));
    arena_free(&arena);
    return list;
}

static void put_elf(json_t *o, const struct elf_facts *elf)
{
    json_t *needed = json_array();

    json_put_text(o, "soname", elf->soname);
    json_put_text(o, "machine", elf->machine);
    json_put(o, "bytes", json_integer((json_int_t)elf->bytes));
    json_put(o, "bytes_needed", json_integer((json_int_t)elf->bytes_needed));
    json_put_text(o, "glibc", elf->glibc);
    json_put_text(o, "glibcxx", elf->glibcxx);
    json_put_text(o, "cxxabi", elf->cxxabi);
    json_put_text(o, "rpath", elf->rpath);
    json_put_text(o, "runpath", elf->runpath);
    for (size_t i = 0; i < elf->n_needed; i++)
        json_array_append_new(needed, json_of_text(elf->needed[i]));
    json_put(o, "needed", needed);
    json_put(o, "gpu_code", gpu_code(elf->codes, elf->n_codes));
    json_put(o, "gpu_images", json_integer((json_int_t)elf->n_images));
    json_put(o, "gpu_images_compressed", json_integer((json_int_t)elf->n_compressed));
    if (elf->n_loose > 0) {
        json_put(o, "loose_gpu_code", gpu_code(elf->loose, elf->n_loose));
        json_put_text(o, "loose_gpu_code_in", elf->loose_in);
    }
}

static json_t *file(const struct inspected *one)
{
    json_t *o = json_object();

    json_put_text(o, "path", one->path);
    json_put_text(o, "place", one->place);
    json_put_text(o, "wheel", one->wheel);
    json_put_text(o, "package", one->package);
    json_put_text(o, "version", one->version);
    json_put_text(o, "version_source", one->version_source);
    if (one->elf != NULL)
        put_elf(o, one->elf);
    json_object_set_new(o, "gpu_code_unknown", one->gpu_code_unknown != NULL ? json_of_text(one->gpu_code_unknown) : json_null());
    json_put_text(o, "needs_unknown", one->needs_unknown);
    json_put(o, "needs", one->wheel != NULL ? wheel_needs(one) : needs(one));
    json_put(o, "problems", problems(&one->problems, false));
    json_put(o, "notes", problems(&one->problems, true));
    return o;
}

static json_t *wheel(const struct wheel *w)
{
    json_t *o = json_object(), *pins = json_array();

    json_put_text(o, "path", w->path);
    json_put(o, "bytes", json_integer((json_int_t)w->bytes));
    json_put_text(o, "name", w->name);
    json_put_text(o, "version", w->version);
    json_put_text(o, "python", w->python);
    json_put_text(o, "abi", w->abi);
    json_put_text(o, "platform", w->platform);
    json_put_text(o, "glibc", w->glibc);
    json_put_text(o, "build", w->build);
    json_put_text(o, "cuda", w->cuda);
    for (size_t i = 0; i < w->n_pins; i++) {
        json_t *pin = json_object();

        json_put_text(pin, "name", w->pins[i].distribution);
        json_put_text(pin, "version", w->pins[i].version);
        json_array_append_new(pins, pin);
    }
    json_put(o, "pins", pins);
    json_put(o, "members", json_integer((json_int_t)w->n_members));
    json_put(o, "recorded", w->has_record ? json_integer((json_int_t)w->n_recorded) : NULL);
    json_put(o, "problems", problems(&w->problems, false));
    json_put(o, "notes", problems(&w->problems, true));
    return o;
}

bool inspect_json(FILE *f, const struct inspection *all, struct err *e)
{
    json_t *o = json_object(), *files = json_array(), *wheels = json_array();

    json_put(o, "format", json_integer(1));
    json_put_text(o, "gpuvet", GPUVET_VERSION);
    for (size_t i = 0; i < all->n_files; i++)
        json_array_append_new(files, file(&all->files[i]));
    for (size_t i = 0; i < all->n_wheels; i++)
        json_array_append_new(wheels, wheel(&all->wheels[i]));
    json_put(o, "wheels", wheels);
    json_put(o, "files", files);
    return json_finish(f, o, false, e);
}
