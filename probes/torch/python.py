# What torch.python runs: gpuvet's child becomes the environment's own interpreter, with this text behind -c (harness/child/torch/python.h).
# For Python 3.6 and later. Records go to a descriptor of their own, so that nothing that anybody prints is taken for an answer.
import sys

# The folder that gpuvet was started in is on the path of `python -c`, and is nobody's choice; PYTHONPATH and the rest are the user's.
from_here = sys.path[:1] == [""]
if from_here:
    del sys.path[0]

import faulthandler, os, re, signal, time, warnings

words, members = {}, {}
for word in sys.argv[1:]:
    name, _, value = word.partition("=")
    if name == "member":
        family, _, path = value.partition("=")
        members.setdefault(family, []).append(path)
    else:
        words[name] = value

device, count, now = words["device"], int(words["count"]), "starting Python"


def record(kind, *fields):
    line = [kind]
    for field in fields:
        text = "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in str(field))
        line.append(text.encode("utf-8", "replace")[:900].decode("utf-8", "ignore"))
    os.write(int(words["fd"]), ("\t".join(line) + "\n").encode("utf-8"))


def saw(key, text):
    global count
    count += 1
    record("text", key, text)


def saw_num(key, unit, number):
    global count
    count += 1
    record("num", key, unit, "%.9g" % number)


def step(call):
    """What is being done, for who has to say where this process died."""
    global now
    now = call
    if int(words["crumb"]) >= 0:
        os.pwrite(int(words["crumb"]), call.encode("utf-8")[:int(words["room"]) - 1] + b"\0", int(words["at"]))


def first_line(text):
    return next((line.strip() for line in str(text).splitlines() if line.strip()), "")


def integers(name):
    return [int(i) for i in words[name].split()]


def same_file(x, y):
    try:
        return os.path.samefile(x, y)
    except OSError:
        return x == y


# ---- Which PyTorch this is

def look_at_version(torch):
    where = getattr(torch, "__file__", None) or ", ".join(getattr(torch, "__path__", ["?"]))
    if not hasattr(torch, "__version__"):
        raise ImportError("`import torch` finds %s, which is not PyTorch" % where)
    saw("python.version", "%d.%d.%d" % sys.version_info[:3])
    saw("torch.file", where)
    saw("torch.says", torch.__version__)
    saw("torch.cuda", getattr(torch.version, "cuda", None) or "none")
    if words.get("version", str(torch.__version__)) != str(torch.__version__):
        saw("disagrees", "`import torch` gives PyTorch %s (%s), the files of this stack are those of %s" % (torch.__version__, where, words["version"]))
    for shadow in ("torch/__init__.py", "torch.py"):
        if from_here and os.path.isfile(shadow) and not same_file(shadow, where):
            saw("warning", "%s holds a %s: a Python that is started there imports that, and not PyTorch" % (os.getcwd(), shadow))


def look_at_libraries():
    """A library of one of the stack's families that is mapped from elsewhere serves it instead of the stack's own."""
    for path in sorted({line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if line.count("/") > 0}):
        family = re.match(r"(?:lib)?(.+?)(?:-[0-9a-f]{8})?\.so(\.|$)", os.path.basename(path))
        own = members.get(family.group(1), []) if family else []
        if own and os.path.exists(path) and not any(same_file(path, o) for o in own):
            saw("foreign", "in Python %s is served by %s, not by the stack's own %s" % (family.group(1), path, own[0]))


# ---- The GPU

def is_available(torch):
    step("torch.cuda.is_available()")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
    if not available:
        step("torch.cuda.init()")
        torch.cuda.init()                               # says why, where there is a reason
        if heard:
            saw("cuda.why", first_line(heard[-1].message))
    saw_num("cuda.available", "", bool(available))
    return available


def look_at_gpu(torch):
    step("torch.cuda.device_count()")
    saw_num("cuda.gpus", "", torch.cuda.device_count())
    step("torch.cuda.get_device_name(0)")
    saw("cuda.name", torch.cuda.get_device_name(0))


# ---- What it computes

def compare(key, result, sizes):
    got, expected = result.detach().cpu().reshape(-1).tolist(), integers(key + ".expected")
    if len(got) != len(expected):
        raise RuntimeError("the result has %d elements, not %d" % (len(got), len(expected)))
    wrong = [i for i in range(len(got)) if not got[i] == expected[i]]
    saw_num(key + ".compared", "", len(got))
    saw_num(key + ".wrong", "", len(wrong))
    if wrong:
        rest, at = wrong[0], []
        for size in reversed(sizes):
            at.insert(0, "[%d]" % (rest % size))
            rest //= size
        saw(key + ".first", "y%s is %.9g, expected %d" % ("".join(at), got[wrong[0]], expected[wrong[0]]))


def compute(torch):
    def tensor(name, sizes):
        return torch.tensor(integers(name), dtype=torch.float32).reshape(*sizes).to(device)

    rows, columns, terms = integers("product.sizes")
    step("a tensor on %s" % device)
    a, w = tensor("product.a", (rows, terms)), tensor("product.w", (columns, terms))
    a.requires_grad_()
    step("torch.matmul on %s" % device)
    y = torch.matmul(a, w.t())
    compare("product", y, (rows, columns))
    step("torch.Tensor.backward on %s" % device)
    y.sum().backward()
    compare("gradient", a.grad, (rows, terms))
    x, w = tensor("conv.x", integers("conv.x.sizes")), tensor("conv.w", integers("conv.w.sizes"))
    step("torch.nn.functional.conv2d on %s" % device)
    compare("conv", torch.nn.functional.conv2d(x, w, stride=2, padding=1), integers("conv.y.sizes"))
    saw_num("verified", "", 3)


def main():
    step("import torch")
    began = time.time()
    import torch
    saw_num("import_s", "s", time.time() - began)
    look_at_version(torch)
    step("torch.backends.cudnn.version()")
    cudnn = torch.backends.cudnn.version()
    if cudnn is not None:
        saw_num("cudnn.version", "", cudnn)
    if device == "cpu" or is_available(torch):
        if device != "cpu":
            look_at_gpu(torch)
        compute(torch)
    look_at_libraries()


def fail(error):
    """The type and its words as a traceback's last line has them; the whole of it is kept with what was printed."""
    name = type(error).__name__ if type(error).__module__ == "builtins" else "%s.%s" % (type(error).__module__, type(error).__name__)
    sys.__excepthook__(*sys.exc_info())
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        if isinstance(error, ModuleNotFoundError):
            saw("act", "%s -m pip check" % words["python"])
        record("call", now, words["python"], 1, "%s: %s" % (name, first_line(error)))
        os._exit(0)


faulthandler.register(signal.SIGTERM, chain=True)       # where it hung, when its time is over
try:
    main()
except BaseException as error:
    fail(error)
step("sys.exit")
record("end", words["index"], count)                    # it counts once this process has ended, and with code 0
