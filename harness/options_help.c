/* What `gpuvet help` prints. Each option stands in the table of options.c as well. */
#include "options.h"

#include "base/text.h"

static const char general_help[] =
    "gpuvet proves a CUDA stack by running it.\n"
    "\n"
    "  gpuvet run               prove every stack on every GPU; the exit code is the verdict\n"
    "  gpuvet doctor            what is wrong here, why, and the one command that mends it\n"
    "  gpuvet bench             how fast, against what this GPU can do\n"
    "  gpuvet compare A B       two saved runs of bench: what is slower, faster or the same\n"
    "  gpuvet selftest          put faults in front of gpuvet's own detectors: do they catch them here?\n"
    "  gpuvet list              the GPUs and the stacks of this machine\n"
    "  gpuvet list probes       what can be proved\n"
    "  gpuvet inspect FILE      what a library, a folder or a wheel needs, and the GPUs it is for\n"
    "  gpuvet judge FILE        judge a saved run again, elsewhere or with other requirements\n"
    "  gpuvet report FILE       a saved run for people, or for other programs; --html: as a page\n"
    "  gpuvet health            what the last saved run said, in one line if asked\n"
    "  gpuvet matrix            which official PyTorch builds run here, and how to install the best\n"
    "  gpuvet explain TOPIC     where it is used, with files to paste: slurm, ci, k8s, ansible\n"
    "  gpuvet help VERB         the options of a verb\n"
    "  gpuvet version\n"
    "\n"
    "Exit codes of run, selftest and judge: 0 proved, 1 something is wrong, 2 usage, 3 could not find out,\n"
    "77 no GPU is meant for this process and the rest passed, 129/130/143 interrupted before\n"
    "anything wrong was found.\n";

static const char run_help[] =
    "gpuvet run - prove every stack on every GPU; the exit code is the verdict\n"
    "\n"
    "  -p, --probe NAME     only this probe and what it rests on; \"blas.*\"; repeatable\n"
    "  -d, --device GPU     only this GPU: gpu0, 0, a UUID or a PCI address; repeatable\n"
    "  -s, --select STACK   only this stack, by its name; \"venv:*\"; repeatable\n"
    "      --stack DIR      add the stack in DIR: a Python environment, a libtorch, a toolkit\n"
    "      --require WHAT   gpu, gpu=8, stack, a probe's name and more, or a file of such lines:\n"
    "                       else exit 1 (`gpuvet help require`); repeatable\n"
    "      --expect WHAT    the PyTorch there should be: torch==2.4.1+cu124, torch==2.4, a\n"
    "                       requirements file, a saved run; auto (the default): what is installed.\n"
    "                       Every PyTorch of the run is compared with it: -s picks one\n"
    "      --data DIR       other tables than this program's own (results/expected)\n"
    "      --no-gpu         only what needs no GPU\n"
    "      --level LEVEL    quick (the default), full: more, and for longer; or soak: all of that,\n"
    "                       then every GPU at once at full load, each result checked as it comes\n"
    "      --for TIME       how long the soak lasts: 90s, 30m, 4h, 2d (1h)\n"
    "      --on-fault WHAT  of the soak: a GPU's first fault ends its own (stop, the default), or\n"
    "                       it is counted (go-on); the other GPUs go on\n"
    "      --all-gpus       also those that CUDA_VISIBLE_DEVICES hides\n"
    "      --even-if-busy   at --level full and soak, also GPUs on which other processes compute\n"
    "      --clean          open the stacks without LD_LIBRARY_PATH and LD_PRELOAD\n"
    "      --isolate        a process of its own for every trial\n"
    "      --kernels RUNG   load our kernels as sass (machine code) or as ptx (compiled by the\n"
    "                       driver), and fail where that cannot be; else as sass where it can\n"
    "      --root DIR       read the files below DIR: a recorded machine, a mounted disk;\n"
    "                       the driver that is asked is still this machine's\n"
    "      --plan           show what would run, and why the rest would not\n"
    "  -o, --output FILE    save the run as JSON; FILE.part grows while it goes on\n"
    "      --json           the same JSON on standard output\n"
    "      --junit FILE     a JUnit report, for Jenkins, GitLab and others\n"
    "      --metrics FILE   Prometheus metrics, for node_exporter's textfile collector\n"
    "      --ci github      annotations and a step summary for GitHub Actions\n"
    "      --nagios         one line and the exit code of a Nagios plugin\n"
    "      --strict         a warning is a failure\n"
    "      --seed N         the data of another run: its reports name the number\n"
    "      --repeat N       run it N times; what failed once failed\n"
    "      --timeout S      end the whole run (with --repeat, each round) after S seconds (600), and\n"
    "                       the time of a soak\n"
    "      --limit S        end each trial after S seconds (60; 120 where a stack is opened); a soak,\n"
    "                       after so long without a sign of life\n"
    "      --color WHEN     auto, always or never\n"
    "  -q, --quiet          no progress\n";

static const char selftest_help[] =
    "gpuvet selftest - whether gpuvet's own detectors work on this machine. It puts faults of its own\n"
    "into right results, between the result and the check that `gpuvet run` makes of it, and every\n"
    "detector must catch its own and name the place. No library of a stack takes part.\n"
    "\n"
    "  -d, --device GPU     only this GPU, as run; repeatable\n"
    "      --no-gpu         only the detectors that work on the CPU\n"
    "      --all-gpus, --kernels RUNG, --seed N, --timeout S, --limit S    as run\n"
    "  -o, --output FILE    save it as JSON: \"caught.FAULT\" of each detector's trial is 1 or 0\n"
    "      --json, --junit FILE, --metrics FILE, --nagios, --strict        as run\n"
    "      --color WHEN     auto, always or never\n"
    "  -q, --quiet          no progress\n"
    "\n"
    "The faults: bit (one bit of one element, or of memory once), shift (all rows by one), scale (all\n"
    "elements times a factor), nan (one element; all for what looks at samples), zeros, stale (nothing\n"
    "was written), first and 1000th (one bit, in the first call only, in every 1000th), tf32 (factors\n"
    "rounded to TF32), cut (16 bits cut instead of rounded), stuck (a memory bit), alias (two addresses\n"
    "reach one cell), sm (one lane of one multiprocessor), lost (a multiprocessor without a block),\n"
    "before and behind (a write beside a buffer), odd (one of five GPUs has other bits).\n"
    "\n"
    "Exit codes: 0 all were caught, 1 one was not - what gpuvet says of this machine is then worth\n"
    "nothing -, or the GPU failed before that; 2 usage, 3 could not find out, 77 no GPU is meant for\n"
    "this process and the detectors on the CPU caught theirs.\n";

static const char bench_help[] =
    "gpuvet bench - how fast each GPU is, against what its model can do; in rounds, each in fresh\n"
    "processes; a figure is the median of its rounds\n"
    "\n"
    "  -p, --probe NAME     only this measurement, of any level; \"bench.memory.*\"; repeatable\n"
    "  -d, --device GPU     only this GPU; repeatable\n"
    "  -s, --select STACK   only this stack, by its name; repeatable\n"
    "      --stack DIR      add the stack in DIR\n"
    "      --level LEVEL    quick (the default): what tells whether a GPU is sound, in at most 90 s of\n"
    "                       it; or full: all, with longer looks, in at most 8 minutes\n"
    "      --rounds N       measure N times, each in another order (3, at --level full 5, as long as\n"
    "                       they fit into that time); two are needed to compare with another run\n"
    "      --baseline FILE  compare with a saved run of bench, as gpuvet compare FILE TODAY does, of\n"
    "                       what is measured now: 1 if anything is slower or gone, 3 if that cannot be told\n"
    "      --data DIR       other tables than this program's own (results/expected)\n"
    "      --timeout S      end each round after S seconds (600)\n"
    "      --plan           show what would run, and how long that takes at most\n"
    "  -o, --output FILE, --json, --junit FILE, --metrics FILE, --ci github, --nagios, --require,\n"
    "      --all-gpus, --even-if-busy, --kernels, --limit, --seed, --strict, --color,\n"
    "  -q, --quiet          as run\n"
    "\n"
    "Exit codes: as run; 77 also where nothing could be measured; 1 also for a GPU that is slower than\n"
    "healthy ones of its model, or than the others like it in this machine: of three or more, 7 % below\n"
    "their median in products, 3 % in memory, 5 % on links. A GPU on which other processes compute is\n"
    "measured and not judged.\n";

static const char doctor_help[] =
    "gpuvet doctor [-- COMMAND...] - what is wrong here, why, and the one command that mends it\n"
    "\n"
    "Runs those of gpuvet run's trials that take little, and says the first broken link of the chain: the\n"
    "kernel module, device nodes, the driver's libraries, the driver, a stack's files, how they load, what\n"
    "they were built for.\n"
    "Each cause comes with its evidence; what follows from it is a note. gpuvet explain ID says more.\n"
    "Nothing is changed: the command that mends it is printed, and is yours to run.\n"
    "\n"
    "Told what goes wrong, it looks for that first: what the message may mean and the machine shows comes\n"
    "first, what nothing here shows is told as likely, and what is not known is left open.\n"
    "\n"
    "  -- COMMAND...        run the command that fails, then look at its environment, folder and Python: it\n"
    "                       is given standard input and the terminal, and ended with all of its process\n"
    "                       group after --timeout S (120)\n"
    "      --error TEXT     what the program said; repeatable; - for a log on standard input\n"
    "      --pid N          look at a running process, by /proc alone: its environment and limits, and the\n"
    "                       libraries that it has mapped; its own user's or root's, in this container\n"
    "      --from FILE      look at what was saved, here or on another machine (also by gpuvet run -o)\n"
    "      --save FILE      keep what was found out, to be looked at elsewhere (--from): facts, versions,\n"
    "                       outcomes, lines of the kernel's log, what it was told; the names of this host,\n"
    "                       its users and their folders are taken out\n"
    "      --with-names     leave them in\n"
    "      --json           the answer for programs\n"
    "      --no-gpu         only what files tell\n"
    "  -d, --device GPU     only this GPU; repeatable\n"
    "  -s, --select STACK   only this stack, by its name; repeatable\n"
    "      --stack DIR      add the stack in DIR\n"
    "      --root DIR       the files of another machine\n"
    "      --data, --all-gpus, --even-if-busy, --kernels, --seed, --timeout, --limit, --quiet\n"
    "                       as for run\n"
    "\n"
    "Exit code: 0 nothing wrong, 1 a cause was found, 2 usage, 3 something failed and its cause cannot be\n"
    "told, 77 no GPU is meant for this process and nothing is wrong, 129, 130 or 143 interrupted.\n";

static const char compare_help[] =
    "gpuvet compare BEFORE AFTER - two saved runs of gpuvet bench (-o FILE): what differs around them,\n"
    "then of each measurement whether it is the same, faster, slower, or cannot be told\n"
    "\n"
    "The same: within 1 % (GB/s), 2 % (TFLOP/s, TOP/s, images/s) or 10 % (ns, us, ms) with 99 %\n"
    "certainty.\n"
    "Slower and faster: beyond that, and certain at 99 % for the whole report (Welch's t on the rounds,\n"
    "Holm's correction). It takes two rounds of each; more rounds tell smaller differences.\n"
    "\n"
    "Exit codes: 0 the same or faster, 1 something is slower or missing, 2 usage, 3 cannot tell.\n";

static const char list_help[] =
    "gpuvet list [probes] - the GPUs and the stacks of this machine, or the probes\n"
    "\n"
    "      --stack DIR      add the stack in DIR\n"
    "      --root DIR       read the files below DIR: a recorded machine, a mounted disk\n"
    "      --as-require     as an order sheet for `gpuvet run --require FILE`\n"
    "      --json           as JSON\n"
    "      --color WHEN     auto, always or never\n";

static const char inspect_help[] =
    "gpuvet inspect FILE|DIR|WHEEL... - what files say about themselves: soname and version, the GPUs\n"
    "they carry code for, the oldest glibc they start on, and where the loader would find what they\n"
    "need, and why there. A DIR means every shared library below it; a wheel is read as it is.\n"
    "\n"
    "      --needs          of every library all that it needs, also by what it needs; not one line each\n"
    "      --root DIR       a FILE is one of the machine below DIR: a mounted disk, a container's files\n"
    "      --json           as JSON\n"
    "      --color WHEN     auto, always or never\n"
    "\n"
    "Exit codes: 0 all well, 1 something is wrong with a file (truncated, damaged, no library, or what\n"
    "it needs is found nowhere), 2 usage, 3 a file could not be read.\n";

static const char explain_help[] =
    "gpuvet explain [TOPIC | FILE] - how to use it with Slurm, in CI, in Kubernetes, with Ansible\n"
    "\n"
    "  gpuvet explain           the topics and their files\n"
    "  gpuvet explain TOPIC     what the exit codes mean there, then the files\n"
    "  gpuvet explain FILE      one of the files alone: gpuvet explain slurm-prolog.sh >prolog.sh\n";

static const char judge_help[] =
    "gpuvet judge FILE - judge a saved run again (`gpuvet run -o FILE`, or the FILE.part of one\n"
    "that was killed): no GPU is touched; exit codes as run\n"
    "\n"
    "      --require WHAT   instead of what the run itself required (`gpuvet help require`)\n"
    "      --expect WHAT    the PyTorch there should have been, as run\n"
    "      --data DIR       other tables than this program's own, as run\n"
    "      --strict         a warning is a failure\n"
    "  -o, --output FILE    save what it came to as JSON\n"
    "      --json           the same JSON on standard output\n"
    "      --junit FILE, --metrics FILE, --ci github, --nagios    as run\n"
    "      --color WHEN     auto, always or never\n";

static const char report_help[] =
    "gpuvet report FILE - a saved run (`gpuvet run -o FILE`, or the FILE.part of one that was killed),\n"
    "told again as it was judged: on the terminal, or in one of these forms\n"
    "\n"
    "      --html           a page for a browser: verdict, findings, bars, charts and tables; no script,\n"
    "                       nothing fetched, dark where the reader's screen is, fit for phones and paper\n"
    "      --markdown       the summary that --ci github makes\n"
    "      --json           as JSON\n"
    "      --ci github      as run\n"
    "  -o, --output FILE    write --html, --markdown or JSON there, not to standard output\n"
    "      --junit FILE, --metrics FILE    as run\n"
    "      --color WHEN     auto, always or never\n"
    "\n"
    "Exit codes: 0 it is written, whatever the verdict is (`gpuvet judge` ends with that); 2 usage,\n"
    "3 the file cannot be read, or what was asked for cannot be written.\n";

static const char health_help[] =
    "gpuvet health [FILE] - what the last saved run said; FILE is " HEALTH_FILE "\n"
    "unless it is named. No GPU is touched, and it ends at once.\n"
    "\n"
    "      --oneline        one line of at most 80 bytes\n"
    "      --max-age S      an older run says nothing any more (86400); an older failure stays one,\n"
    "                       with its age, until the next boot\n"
    "      --nagios         one line and the exit code of a Nagios plugin\n"
    "\n"
    "Exit codes: 0, 1 or 77 as that run ended; 3 if it could not find out, is too old, was made\n"
    "before the last boot, or cannot be read.\n";

static const char matrix_help[] =
    "gpuvet matrix - which official PyTorch builds run on this machine, which do not and why, which is\n"
    "best, and the command that installs it\n"
    "\n"
    "      --driver VERSION  of another machine: 535.183.01, or 535 for the branch\n"
    "      --gpu GPU         of another machine: sm_120, 12.0 or \"RTX 5090\"; repeatable\n"
    "      --python VERSION  3.12\n"
    "      --torch VERSION   only these releases: 2.3, 2.3.1, 2.3.1+cu121\n"
    "      --cuda VERSION    only builds with these CUDA libraries: 12, 12.1\n"
    "      --framework NAME  of another: tensorflow, jax, vllm, onnxruntime-gpu, ComfyUI,\n"
    "                        stable-diffusion-webui; NAME==VERSION for one release\n"
    "      --all             every release\n"
    "      --json            as JSON; --markdown as a table for a page\n"
    "      --data DIR        other tables than this program's own (results/expected)\n"
    "      --root DIR        read the files below DIR: a recorded machine, a mounted disk\n"
    "\n"
    "With --driver or --gpu nothing is read from this machine but its Python and its kind of processor:\n"
    "what is not named restricts nothing.\n"
    "Exit codes: 0 a build runs, 1 none does, 2 usage, 3 could not find out.\n";

static const char require_help[] =
    "--require WHAT - what a run must show, or it exits with 1. A file holds one of these a line:\n"
    "\n"
    "  gpu                       at least one GPU is proved\n"
    "  gpu = 8                   exactly 8 GPUs answer, and all are proved; also >= and <=\n"
    "  gpu.name = NVIDIA H200    of every GPU; also gpu.ecc = on, gpu.vbios, gpu.part_number\n"
    "  gpu.memory_gib >= 139     of every GPU; also gpu.compute_capability, gpu.power_limit_w,\n"
    "                            gpu.pcie_generation, gpu.pcie_width, gpu.nvlinks (that are up)\n"
    "  driver >= 580             and driver.cuda >= 13.0, number by number; = 580 is every 580\n"
    "  devices.alike             the GPUs agree in model, VBIOS, memory, ECC, power limit, links\n"
    "  stack                     at least one stack was found\n"
    "  stack = venv:/opt/app     it was found, and nothing about it failed or was left out\n"
    "  torch==2.4.1+cu124        every PyTorch of the run is that one, and there is one\n"
    "  blas.*                    every trial of these probes passed (`gpuvet list probes`)\n"
    "\n"
    "# begins a comment. `gpuvet list --as-require` writes such a file from a good machine.\n"
    "What is required and was skipped is a failure, unless what it rests on could not be found out:\n"
    "that is neither met nor refused, and exit code 3. With -p, what is required is run as well.\n";

const char *options_help(const char *verb)
{
    static const struct { const char *verb, *help; } helps[] = {
        { "run", run_help }, { "doctor", doctor_help }, { "bench", bench_help }, { "compare", compare_help }, { "selftest", selftest_help }, { "list", list_help },
        { "judge", judge_help }, { "report", report_help }, { "health", health_help }, { "inspect", inspect_help },
        { "explain", explain_help }, { "matrix", matrix_help }, { "require", require_help },
    };

    for (size_t i = 0; i < COUNT_OF(helps); i++)
        if (text_is(helps[i].verb, verb))
            return helps[i].help;
    return general_help;
}
