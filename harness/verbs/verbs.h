/* verbs.h - what the program can be told to do; each returns its exit code. */
#ifndef VERBS_VERBS_H
#define VERBS_VERBS_H

#include "options.h"

int verb_run(const struct options *o, char *const *env);
int verb_doctor(const struct options *o, char *const *env);
int verb_list(const struct options *o, char *const *env);
int verb_inspect(const struct options *o, char *const *env);
int verb_judge(const struct options *o, char *const *env);
int verb_report(const struct options *o, char *const *env);
int verb_compare(const struct options *o);
int verb_health(const struct options *o);
int verb_matrix(const struct options *o, char *const *env);
int verb_explain(const struct options *o);
int verb_child(int argc, char **argv, char *const *env);

#endif
