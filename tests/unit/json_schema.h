/* json_schema.h - as much of JSON Schema as ours use; every other keyword is an
 * error of the test. For tests of what writes JSON.
 */
#ifndef TESTS_JSON_SCHEMA_H
#define TESTS_JSON_SCHEMA_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct arena arena;
static json_t *schema, *shown;          /* shown: the schema's own properties that a document had, as keys */

static int schema_open(const char *path)
{
    schema = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    shown = json_object();
    return schema != NULL ? 0 : -1;
}

static int schema_close(void **state)
{
    (void)state;
    json_decref(schema);
    json_decref(shown);
    return 0;
}

static bool is_type(const json_t *value, const char *type)
{
    static const struct { const char *name; json_type type; } types[] = {
        { "object", JSON_OBJECT }, { "array", JSON_ARRAY }, { "string", JSON_STRING }, { "integer", JSON_INTEGER },
        { "number", JSON_INTEGER }, { "number", JSON_REAL }, { "boolean", JSON_TRUE }, { "boolean", JSON_FALSE }, { "null", JSON_NULL },
    };

    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (text_is(type, types[i].name) && json_typeof(value) == types[i].type)
            return true;
    return false;
}

static bool is_one_of(const json_t *value, const json_t *list, bool types)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
        if (types ? is_type(value, json_string_value(item)) : json_equal(value, item))
            return true;
    return false;
}

static bool has_all(const json_t *value, const json_t *names)
{
    size_t i;
    json_t *name;

    json_array_foreach(names, i, name)
        if (json_object_get(value, json_string_value(name)) == NULL)
            return false;
    return true;
}

static bool fits(const char *at, json_t *rule, json_t *value);

static bool properties_fit(const char *at, json_t *properties, json_t *value)
{
    const char *key;
    json_t *field;

    json_object_foreach(value, key, field) {
        json_t *rule = json_object_get(properties, key);
        const char *name = text_make(&arena, "%s.%s", at, key);

        if (rule == NULL || !fits(name, rule, field))
            return false;
        json_object_set_new(shown, name, json_true());
    }
    return true;
}

static bool keyword_fits(const char *at, const char *keyword, json_t *is, json_t *rule, json_t *value)
{
    static const char *const said_elsewhere[] = { "$schema", "$id", "$defs", "title", "description", "additionalProperties" };
    size_t i;
    const char *key;
    json_t *item;

    if (text_is(keyword, "$ref")) {
        const char *name = json_string_value(is) + strlen("#/$defs/");

        return fits(name, json_object_get(json_object_get(schema, "$defs"), name), value);
    }
    if (text_is(keyword, "type"))
        return json_is_array(is) ? is_one_of(value, is, true) : is_type(value, json_string_value(is));
    if (text_is(keyword, "enum"))
        return is_one_of(value, is, false);
    if (text_is(keyword, "const"))
        return json_equal(is, value);
    if (text_is(keyword, "minimum") || text_is(keyword, "maximum"))
        return text_is(keyword, "minimum") ? json_number_value(value) >= json_number_value(is) : json_number_value(value) <= json_number_value(is);
    if (text_is(keyword, "required"))
        return has_all(value, is);
    if (text_is(keyword, "dependentRequired")) {
        json_object_foreach(is, key, item)
            if (json_object_get(value, key) != NULL && !has_all(value, item))
                return false;
        return true;
    }
    if (text_is(keyword, "properties")) {
        assert_true(json_is_false(json_object_get(rule, "additionalProperties")));
        return properties_fit(at, is, value);
    }
    if (text_is(keyword, "items")) {
        json_array_foreach(value, i, item)
            if (!fits(at, is, item))
                return false;
        return true;
    }
    for (i = 0; i < COUNT_OF(said_elsewhere); i++)
        if (text_is(keyword, said_elsewhere[i]))
            return true;
    fail_msg("the schema uses \"%s\", which this test does not know", keyword);
    return false;
}

static bool fits(const char *at, json_t *rule, json_t *value)
{
    const char *keyword;
    json_t *is;

    assert_non_null(rule);
    json_object_foreach(rule, keyword, is)
        if (!keyword_fits(at, keyword, is, rule, value))
            return false;
    return true;
}

static void all_are_shown(const char *at, json_t *rule)
{
    const char *key;
    json_t *field;

    json_object_foreach(json_object_get(rule, "properties"), key, field)
        if (json_object_get(shown, text_make(&arena, "%s.%s", at, key)) == NULL)
            fail_msg("no sample has %s.%s", at, key);
}

/* Every property of the schema, and of what it defines, was in some document. */
static void schema_is_all_shown(const char *name_of_whole)
{
    const char *name;
    json_t *rule;

    all_are_shown(name_of_whole, schema);
    json_object_foreach(json_object_get(schema, "$defs"), name, rule)
        all_are_shown(name, rule);
}

#endif
