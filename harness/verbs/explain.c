#include "verbs/verbs.h"

#include "base/embed.h"
#include "base/text.h"
#include "diagnose/look.h"
#include "report/out.h"

/* Each example stands in scripts/examples/ alone; the program carries those very bytes. */
#define EXAMPLES(X) \
    X(slurm_prolog,   "slurm-prolog.sh") \
    X(slurm_health,   "slurm-health.sh") \
    X(slurm_fleet,    "slurm-fleet.sh") \
    X(nhc,            "gpuvet.nhc") \
    X(github_actions, "github-actions.yml") \
    X(gitlab_ci,      "gitlab-ci.yml") \
    X(kubernetes_job, "kubernetes-job.yaml") \
    X(npd,            "node-problem-detector.json") \
    X(dockerfile,     "Dockerfile") \
    X(ansible,        "ansible.yml")

#define EMBED_EXAMPLE(id, name) EMBED(example_##id, "scripts/examples/" name)
EXAMPLES(EMBED_EXAMPLE)

enum example {
#define ID(id, name) ID_##id,
    EXAMPLES(ID)
    NONE
};

static const struct { const char *name, *text; } examples[] = {
#define ROW(id, name) [ID_##id] = { name, example_##id },
    EXAMPLES(ROW)
};

struct topic { const char *name, *what, *text; enum example files[5]; };

static const struct topic topics[] = {
    { "slurm", "Slurm's prolog and health check, all nodes at once, LBNL NHC",
      "gpuvet and Slurm\n"
      "\n"
      "Exit code 1 says that the node is bad, and is the only one that may drain it. 3 (could not\n"
      "find out), 2 (usage) and death by a time limit (124, 137) say nothing of the node: log them.\n"
      "With --require gpu, or any other demand on GPUs, 77 cannot occur.\n"
      "\n"
      "  - Slurm ignores the exit code of HealthCheckProgram: what drains is our call of scontrol.\n"
      "  - A prolog that ends with anything but 0 drains with the reason \"Prolog error\", unless a reason\n"
      "    was set before. Ours is: \"gpuvet: FAIL - ...\". That beginning marks it as ours.\n"
      "  - Slurm gives these programs no PATH, HOME or USER, and does not tell the health check where\n"
      "    slurm.conf lies. The health check is killed after 60 s.\n"
      "  - Nodes without a GPU run the same programs: ask Slurm's books first, then --require.\n"
      "  - srun's exit code is the highest of all nodes'. Decide from one saved run a node, and count\n"
      "    the nodes that left none.\n",
      { ID_slurm_prolog, ID_slurm_health, ID_slurm_fleet, ID_nhc, NONE } },
    { "ci", "GitHub Actions, GitLab CI",
      "gpuvet in CI\n"
      "\n"
      "Every exit code but 0 makes the job red: 1 the machine or a stack is wrong, 2 usage, 3 could\n"
      "not find out.\n"
      "\n"
      "  - Always give --require gpu (or gpu=8): a runner that has lost its GPU is then red. Without\n"
      "    it, a runner on which no GPU is meant ends with 77, and whoever allows 77 is green for ever.\n"
      "  - Save the reports even when the job fails.\n"
      "  - The service's own time limit has to be longer than gpuvet's (--timeout, 600 s).\n",
      { ID_github_actions, ID_gitlab_ci, NONE } },
    { "k8s", "a Kubernetes Job, node-problem-detector, an image",
      "gpuvet in Kubernetes\n"
      "\n"
      "A Job runs on the GPUs and leaves the saved run on its node; node-problem-detector reads that\n"
      "file by `gpuvet health`, which touches no GPU. The Job fails at once for 1 (the machine is\n"
      "wrong) and 2 (usage), and tries again for 3 (could not find out). node-problem-detector takes 0\n"
      "as good, 1 as a problem and all else as unknown. Drain for 1 alone.\n"
      "\n"
      "  - A pod sees the node's driver but only its own image's libraries: what is proved is the driver,\n"
      "    the GPUs and the stacks of that image.\n"
      "  - A Job that asks for all GPUs waits until no other pod has one.\n"
      "  - A saved run that is old, or from before the last boot, is unknown (3), never good.\n",
      { ID_kubernetes_job, ID_npd, ID_dockerfile, NONE } },
    { "ansible", "a play for a list of machines",
      "gpuvet and Ansible\n"
      "\n"
      "The play goes on for 0, 1 and 77 and stops for all else, of which nothing is known; a task of\n"
      "its own then looks at the verdict, so that a machine that is wrong and a run that went wrong\n"
      "are two different tasks in red.\n",
      { ID_ansible, NONE } },
};

static void add_topics(struct text *t)
{
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        text_add(t, "  %-8s %s:", topics[i].name, topics[i].what);
        for (const enum example *f = topics[i].files; *f != NONE; f++)
            text_add(t, "%s%s", f == topics[i].files ? "\n             " : ", ", examples[*f].name);
        text_add(t, "\n");
    }
}

static void add_ailments(struct text *t)
{
    const struct ailment *one;

    for (size_t i = 0; (one = ailment_at(i)) != NULL; i++)
        text_add(t, "  %s\n", one->id);
}

/* What is to be printed for a topic or a file; false if there is none of that name. */
static bool explain(struct text *t, const char *what)
{
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        if (text_is(what, examples[i].name)) {
            text_add(t, "%s", examples[i].text);
            return true;
        }
    for (size_t i = 0; i < COUNT_OF(topics); i++)
        if (text_is(what, topics[i].name)) {
            text_add(t, "%s\nThe files; `gpuvet explain FILE` prints one alone.\n", topics[i].text);
            for (const enum example *f = topics[i].files; *f != NONE; f++)
                text_add(t, "\n======== %s ========\n\n%s", examples[*f].name, examples[*f].text);
            return true;
        }
    return false;
}

int verb_explain(const struct options *o)
{
    struct arena arena = { NULL };
    struct text t = { .arena = &arena };
    struct err e = { .kind = ERR_NONE };
    const char *what = o->rest.n > 0 ? o->rest.items[0] : NULL;
    int code = 0;

    if (what != NULL && ailment_by_id(what) != NULL) {
        code = out_ailment(ailment_by_id(what), &e) ? 0 : 3;
        if (code != 0)
            out_error("%s", e.text);
        arena_free(&arena);
        return code;
    }
    if (what == NULL) {
        text_add(&t, "gpuvet explain TOPIC prints a topic and its files, gpuvet explain FILE a file alone:\n\n");
        add_topics(&t);
        text_add(&t, "\ngpuvet explain ID says what a finding of gpuvet doctor is, and what looks the same:\n\n");
        add_ailments(&t);
    } else if (!explain(&t, what)) {
        for (size_t i = 0; i < COUNT_OF(topics); i++)
            text_add(&t, "%s%s", i > 0 ? ", " : "", topics[i].name);
        out_error("there is no topic \"%s\": there are %s, and the files and findings that gpuvet explain names", what, t.s);
        code = 2;
    }
    if (code == 0 && !out_text(t.s, &e)) {
        out_error("%s", e.text);
        code = 3;
    }
    arena_free(&arena);
    return code;
}
