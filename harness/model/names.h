/* names.h - the words that saved runs use for enumerations. Writers and readers
 * share them; each table is indexed by its enumeration and ends with NULL.
 */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

extern const char *const place_names[];
extern const char *const driver_kind_names[];
extern const char *const stack_kind_names[];
extern const char *const unmet_kind_names[];
extern const char *const ending_names[];
extern const char *const stop_names[];
extern const char *const verdict_names[];
extern const char *const unproved_names[];
extern const char *const complaint_source_names[];

#endif
