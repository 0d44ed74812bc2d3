# The words in which a broken machine is written down: each file beside this one holds the reports of one family of failures, a function each.
# scripts/reproduce builds what the function says, asks `gpuvet doctor`, and compares.
#
#   family 49 "Nouveau owns the GPU"            once a file: the number that the table is ordered by (0: of no family), and its title
#   F273() { host ubuntu 24.04; gpu 01:00.0 2684 nouveau; top nouveau-owns-gpu; }
#
# A function's name says what it is made from:
#   F273          a public report whose cause is confirmed; its address is in the comment above it
#   mechanism_X   no such report: from how the thing works
#   alike_X       what looks the same and is another thing
#   healthy_X     nothing is wrong: no finding is right
#
# A root: every path below is one of the machine; FOLDER is where it is built.

# ---- The machine ----

# file PATH [TEXT...] - a file with these lines; none: an empty one.
file() {
    local path=$FOLDER$1
    shift
    mkdir -p "$(dirname "$path")"
    if [ $# = 0 ]; then : >"$path"; else printf '%s\n' "$@" >"$path"; fi
}

# add PATH LINE... - lines at its end.
add() {
    local path=$FOLDER$1
    shift
    mkdir -p "$(dirname "$path")"
    printf '%s\n' "$@" >>"$path"
}

# link PATH TARGET
link() {
    mkdir -p "$(dirname "$FOLDER$1")"
    ln -sfn "$2" "$FOLDER$1"
}

# host ID VERSION [KERNEL] - a machine of that distribution, without a GPU.
host() {
    file /etc/os-release "PRETTY_NAME=\"$1 $2\"" "ID=$1" "VERSION_ID=\"$2\""
    file /proc/sys/kernel/osrelease "${3:-6.8.0-45-generic}"
    file /proc/sys/kernel/hostname machine
    file /proc/sys/kernel/arch x86_64
    file /proc/modules
    mkdir -p "$FOLDER/proc/self" "$FOLDER/sys/bus/pci/devices"
    : >"$FOLDER/proc/self/environ"
}

# container KIND [ID VERSION] - docker, podman or kubernetes, of that image.
container() {
    host "${2:-ubuntu}" "${3:-22.04}"
    case $1 in
        podman) file /run/.containerenv ;;
        kubernetes) file /proc/self/cgroup "0::/kubepods/pod1" ;;
        *) file /.dockerenv ;;
    esac
}

# wsl [ID VERSION] - a distribution in Windows.
wsl() {
    host "${1:-ubuntu}" "${2:-22.04}" 5.15.153.1-microsoft-standard-WSL2
    file /proc/version "Linux version 5.15.153.1-microsoft-standard-WSL2"
}

# gpu ADDRESS DEVICE [DRIVER] - an NVIDIA GPU of that PCI device id (2684 is an RTX 4090, 2330 an H100 SXM) and what drives it.
gpu() {
    local dir=/sys/bus/pci/devices/0000:$1
    file "$dir/vendor" 0x10de
    file "$dir/device" "0x$2"
    file "$dir/class" 0x030200
    if [ -n "${3:-}" ]; then
        mkdir -p "$FOLDER/sys/bus/pci/drivers/$3"
        link "$dir/driver" "../../drivers/$3"
    fi
}

# pci_switch ADDRESS - an NVSwitch on the bus.
pci_switch() {
    local dir=/sys/bus/pci/devices/0000:$1
    file "$dir/vendor" 0x10de
    file "$dir/device" 0x22a3
    file "$dir/class" 0x068000
}

# running PID NAME [TICKS [NODE...]] - a running process, when after boot it began, and the device nodes that it has open.
running() {
    local pid=$1 name=$2 ticks=${3:-4000} fd=3
    file "/proc/$pid/comm" "${name:0:15}"
    file "/proc/$pid/stat" "$pid (${name:0:15}) S 1 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 $ticks 1 1"
    shift 2
    if [ $# -gt 0 ]; then shift; fi
    for node; do
        mkdir -p "$FOLDER/proc/$pid/fd"
        link "/proc/$pid/fd/$((fd++))" "/dev/$node"
    done
}

# package NAME VERSION - installed by dpkg.
package() { add /var/lib/dpkg/status "Package: $1" "Status: install ok installed" "Architecture: amd64" "Version: $2" ""; }

# modules NAME... - loaded kernel modules.
modules() { for name; do add /proc/modules "$name 16384 0 - Live 0x0000000000000000"; done; }

# module VERSION [open] - NVIDIA's, loaded, with its memory module.
module() {
    modules nvidia nvidia_uvm
    file /sys/module/nvidia/version "$1"
    file /proc/driver/nvidia/version \
        "NVRM version: NVIDIA UNIX ${2:+Open Kernel Module for }x86_64 ${2:-Kernel Module}  $1  Release Build  (builder@host)"
    file /proc/devices "Character devices:" "195 nvidia" "195 nvidiactl" "505 nvidia-uvm"
}

# kernel_tree [KERNEL] - the running kernel's own modules and headers. ko KERNEL DIR [LAST LINE] - nvidia.ko for that kernel, in that folder of it.
kernel_tree() {
    local kernel=${1:-$(cat "$FOLDER/proc/sys/kernel/osrelease")}
    mkdir -p "$FOLDER/lib/modules/$kernel/kernel" "$FOLDER/usr/src/linux-headers-$kernel"
    link "/lib/modules/$kernel/build" "/usr/src/linux-headers-$kernel"
}
ko() { file "/lib/modules/$1/$2/nvidia.ko" "a module" "${3:-}"; }

# secure_boot - is on.
secure_boot() {
    local path=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
    file "$path"
    printf '\6\0\0\0\1' >"$FOLDER$path"
}

# below BRIDGE ADDRESS... - these devices hang at that PCI bridge, whose slot has 16 lanes. acs BRIDGE CONTROL - of its access control, in hex.
below() {
    local bridge=/sys/devices/pci0000:00/0000:$1 one
    file "$bridge/class" 0x060400
    file "$bridge/max_link_width" 16
    file "$bridge/max_link_speed" "16.0 GT/s PCIe"
    link "/sys/bus/pci/devices/0000:$1" "../../../devices/pci0000:00/0000:$1"
    shift
    for one; do
        mv "$FOLDER/sys/bus/pci/devices/0000:$one" "$FOLDER$bridge/0000:$one"
        link "/sys/bus/pci/devices/0000:$one" "../../../devices/pci0000:00/$(basename "$bridge")/0000:$one"
    done
}
acs() {
    local path=$FOLDER/sys/bus/pci/devices/0000:$1/config
    { head -c 256 /dev/zero; printf '\x0d\x00\x01\x00\x00\x00'; printf "\\x${2:2:2}\\x${2:0:2}"; } >"$path"
}

# pci_link ADDRESS WIDTH [SPEED] - of a GPU that can do 16 lanes at 16 GT/s.
pci_link() {
    local dir=/sys/bus/pci/devices/0000:$1
    file "$dir/current_link_width" "$2"
    file "$dir/max_link_width" 16
    file "$dir/current_link_speed" "${3:-16.0 GT/s PCIe}"
    file "$dir/max_link_speed" "16.0 GT/s PCIe"
}

# of_gpu ADDRESS FILE TEXT... - a file of its folder on the bus.
of_gpu() {
    local path=/sys/bus/pci/devices/0000:$1/$2
    shift 2
    file "$path" "$@"
}

# nodes NAME... - device nodes that open: nvidia0 nvidiactl nvidia-uvm. node NAME LINE... - what a node is: "Permission denied" and other words of a
# refusal, "mode 0660 root:video", "major 195".
nodes() { for name; do file "/dev/$name"; done; }
node() { local name=$1; shift; file "/dev/$name" "$@"; }

# user UID GID... - the process is that user's, of these groups. video is 44, render 109.
user() {
    file /etc/group "root:x:0:" "video:x:44:" "render:x:109:"
    file /proc/self/status "Uid:	$1	$1	$1	$1" "Gid:	$2	$2	$2	$2" "Groups:	${*:2} "
    file /proc/self/uid_map "         0          0 4294967295"
}

# shared_memory KIB - the size of /dev/shm. home LINE... - what ~/.nv is to the process.
shared_memory() { file /proc/self/mounts "overlay / overlay rw,relatime 0 0" "shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=$1k,inode64 0 0"; }
home() { variable HOME=/home/user; file /home/user/.nv "$@"; }

# loader_cache PATH... - /etc/ld.so.cache, as ldconfig writes it for x86_64, with these files, each by its own name.
loader_cache() {
    mkdir -p "$FOLDER/etc"
    python3 - "$FOLDER/etc/ld.so.cache" "$@" <<'END'
import os, struct, sys
rows, strings, at = b"", b"", 48 + 24 * len(sys.argv[2:])
for path in sys.argv[2:]:
    name = os.path.basename(path).encode() + b"\0"
    rows += struct.pack("<iIIIQ", 0x0303, at + len(strings), at + len(strings) + len(name), 0, 0)
    strings += name + path.encode() + b"\0"
head = b"glibc-ld.so.cache1.1" + struct.pack("<7I", len(sys.argv[2:]), len(strings), 0, 0, 0, 0, 0)
open(sys.argv[1], "wb").write(head + rows + strings)
END
}

# driven ADDRESS MODEL - what the module says of a GPU.
driven() { file "/proc/driver/nvidia/gpus/0000:$1/information" "Model: 		 $2" "GPU UUID: 	 GPU-00000000-0000-0000-0000-000000000000"; }

# variable NAME=VALUE... - of the process.
variable() { for one; do printf '%s\0' "$one" >>"$FOLDER/proc/self/environ"; done; }

# kernel_log LINE... - as dmesg would print them, without their time.
kernel_log() { for line; do add /dev/kmsg "$line"; done; }

# library PATH [CC'S ARGUMENTS] - a small real shared library; its soname is its file's name unless -Wl,-soname= says another.
library() {
    local path=$FOLDER$1 soname kept
    shift
    soname=$(basename "$path")
    mkdir -p "$(dirname "$path")"
    case " $* " in *-soname*) ;; *) set -- "-Wl,-soname,$soname" "$@" ;; esac
    kept=$TOYS/$(printf '%s\n' "$@" | cksum | tr ' ' -)
    if [ ! -e "$kept" ]; then           # a hundred machines have the same driver's libraries; what a case has of its own is in $FOLDER, and so in its name
        printf 'void gpuvet_toy(void);void gpuvet_toy(void){}\n' | cc -shared -fPIC -nostdlib -x c - -o "$kept.$$" "$@"
        mv "$kept.$$" "$kept"
    fi
    cp "$kept" "$path"
}

# driver_libraries VERSION [DIR] - libcuda and libnvidia-ml, where distributions have them.
driver_libraries() {
    local dir=${2:-/usr/lib/x86_64-linux-gnu} name
    for name in libcuda libnvidia-ml; do
        library "$dir/$name.so.$1" "-Wl,-soname,$name.so.1"
        link "$dir/$name.so.1" "$name.so.$1"
    done
}

# cxx_library PATH PREFIX VERSION... - a library of that name that offers these versions of symbols: GLIBCXX_ 3.4.29 3.4.30.
# asks FILE VERSION - sets CODE to what library is given to need that version of it.
cxx_library() {
    local path=$1 prefix=$2 one script asm soname
    script=$(mktemp "$FOLDER.XXXXXX") asm=$(mktemp "$FOLDER.XXXXXX")
    soname=$(basename "$path" | sed 's/\(\.so\.[0-9]*\).*/\1/')
    shift 2
    for one; do printf '%s%s { global: of_%s; };\n' "$prefix" "$one" "${one//./_}"; done >"$script"
    for one; do printf '.globl of_%s\n.type of_%s,@object\n.data\nof_%s: .quad 0\n.size of_%s,8\n' "${one//./_}" "${one//./_}" "${one//./_}" "${one//./_}"; done >"$asm"
    echo '.section .note.GNU-stack,"",@progbits' >>"$asm"
    library "$path" "-Wl,-soname,$soname" "-Wl,--version-script,$script" -x assembler "$asm"
}
asks() {
    local asm
    asm=$(mktemp "$FOLDER.XXXXXX")
    printf '.data\n.quad of_%s\n.section .note.GNU-stack,"",@progbits\n' "${2//./_}" >"$asm"
    CODE=(-x assembler "$asm" -x none "$FOLDER$1")
}

# cache [FOLDER...] - the loader's, of the libraries in the system's folders and these.
cache() {
    file /etc/ld.so.conf /usr/lib/x86_64-linux-gnu "$@"
    PATH=$PATH:/sbin:/usr/sbin ldconfig -X -r "$FOLDER" 2>/dev/null
}

# gpu_code NAME... - sets CODE to what library is given to carry code for these: sm_90, compute_90.
gpu_code() {
    local one asm
    asm=$(mktemp "$FOLDER.XXXXXX")
    CODE=(-x assembler "$asm")
    {
        echo '.section .nv_fatbin,"a"'
        echo ".long 0xba55ed50; .short 1, 16; .quad $((72 * $#))"
        for one; do
            case $one in sm_*) echo ".long 0x10002" ;; *) echo ".long 0x10001" ;; esac
            echo ".long 64; .quad 8; .zero 12; .long ${one#*_}; .zero 32; .quad 0"
        done
        echo '.section .note.GNU-stack,"",@progbits'
    } >"$asm"
}

# toolkit DIR - a whole CUDA toolkit that works: the fake one.
toolkit() {
    mkdir -p "$(dirname "$FOLDER$1")"
    cp -a "$FAKES/toolkit" "$FOLDER$1"
}

# well_host [VERSION] - a host on which all is well, but for what a test goes on to break: one RTX 4090.
well_host() {
    host ubuntu 24.04
    gpu 01:00.0 2684 nvidia
    module "${1:-580.65.06}" open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
}

# ---- Python ----
#
# A word that makes an environment leaves its site-packages in SITE, its interpreter in PYTHON and that one's version in PYTHON_VERSION;
# what follows goes there.

# interpreter PATH - an executable that nobody runs; what is there already is left.
interpreter() {
    [ -e "$FOLDER$1" ] || file "$1" "#!/bin/sh"
    [ -h "$FOLDER$1" ] || chmod +x "$FOLDER$1"
}

# environment PREFIX VERSION [FOLDER] - an interpreter and its packages' folder, which is site-packages unless another is named.
environment() {
    PYTHON_VERSION=$2
    PYTHON=$1/bin/python3
    SITE=$1/lib/python$2/${3:-site-packages}
    interpreter "$1/bin/python$2"
    link "$PYTHON" "python$2"
    mkdir -p "$FOLDER$SITE"
}

# venv PREFIX VERSION [system] - active; "system": with the packages of the system's Python, in /usr.
venv() {
    environment "$1" "$2"
    file "$1/pyvenv.cfg" "home = /usr/bin" "include-system-site-packages = ${3:+true}${3:-false}" "version = $2.4"
    sed -i 's/truesystem/true/' "$FOLDER$1/pyvenv.cfg"
    variable "VIRTUAL_ENV=$1" "PATH=$1/bin:/usr/bin:/bin"
}

# conda PREFIX VERSION - a conda environment, active. conda_package NAME VERSION BUILD - installed in it.
conda() {
    CONDA=$1
    environment "$1" "$2"
    mkdir -p "$FOLDER$1/conda-meta"
    variable "CONDA_PREFIX=$1" "PATH=$1/bin:/usr/bin:/bin"
}
conda_package() { file "$CONDA/conda-meta/$1-$2-$3.json" "{\"name\": \"$1\", \"version\": \"$2\", \"build\": \"$3\"}"; }

# system_python VERSION - /usr's, with what pip puts into /usr/local. user_site VERSION - ~/.local of the user, whom a bundle calls USER, too.
system_python() {
    environment /usr "$1" dist-packages
    SITE=/usr/local/lib/python$1/dist-packages
    mkdir -p "$FOLDER$SITE"
    case "$(tr '\0' '\n' <"$FOLDER/proc/self/environ")" in *PATH=*) ;; *) variable "PATH=/usr/bin:/bin" ;; esac
}
user_site() {
    PYTHON_VERSION=$1
    SITE=/home/USER/.local/lib/python$1/site-packages
    variable HOME=/home/USER
    mkdir -p "$FOLDER$SITE"
}

# dist NAME VERSION [FILE...] - a distribution that pip installed, with the files that it lists: "PATH=BYTES" lists that size, and "PATH"
# the one it has. requires LINE... - what the last one needs.
dist() {
    DIST=$SITE/${1//-/_}-$2.dist-info
    file "$DIST/METADATA" "Metadata-Version: 2.1" "Name: $1" "Version: $2"
    file "$DIST/INSTALLER" pip
    shift 2
    file "$DIST/RECORD" "${DIST##*/}/METADATA,,"
    local one bytes
    for one; do
        bytes=${one##*=}
        [ "$bytes" != "$one" ] || bytes=$(stat -c %s "$FOLDER$SITE/$one")
        add "$DIST/RECORD" "${one%%=*},sha256=x,$bytes"
    done
}
requires() { for one; do add "$DIST/METADATA" "Requires-Dist: $one"; done; }

# torch_files VERSION CUDA [CC'S ARGUMENTS] - a small PyTorch that opens, of that CUDA ("12.4"), or of "none", or of "hip".
torch_files() {
    local lib=$SITE/torch/lib version=$1 cuda=$2 named=() hip=None
    shift 2
    [ "$cuda" = hip ] && hip="'6.2.41133'"
    file "$SITE/torch/version.py" "__version__ = '$version'" "cuda: Optional[str] = $(case $cuda in none | hip) echo None ;; *) echo "'$cuda'" ;; esac)" "hip: Optional[str] = $hip"
    file "$SITE/torch/__init__.py" "# import torch"
    library "$lib/libc10.so" "$@"
    library "$lib/libtorch_cpu.so" "$@" "-L$FOLDER$lib" -Wl,--no-as-needed -lc10 '-Wl,-rpath,$ORIGIN'
    case $cuda in
        none) ;;
        hip) library "$lib/libtorch_hip.so" ;;
        *)
            library "$lib/libtorch_cuda.so" "$@" "-L$FOLDER$lib" -Wl,--no-as-needed -lc10 "-L$FOLDER$SITE/nvidia/curand/lib" -l:libcurand.so.10 \
                '-Wl,-rpath,$ORIGIN:$ORIGIN/../../nvidia/curand/lib'
            named=(-ltorch_cuda)
            ;;
    esac
    library "$lib/libtorch_python.so" "$@" "-L$FOLDER$lib" -Wl,--no-as-needed -ltorch_cpu "${named[@]}" '-Wl,-rpath,$ORIGIN'
    library "$lib/libtorch_global_deps.so"
    library "$SITE/torch/_C.cpython-${PYTHON_VERSION//./}-x86_64-linux-gnu.so"
}

# torch VERSION CUDA - the same, from pip; one for CUDA has cuRAND beside it.
torch() {
    case $2 in none | hip) ;; *) MAJOR=${2%%.*} nvidia curand 10.3.99 libcurand.so.10 ;; esac
    torch_files "$@"
    dist torch "$1" torch/version.py
}

# nvidia NAME VERSION LIBRARY... - one of NVIDIA's packages for the CUDA of that version's major (of that CUDA: MAJOR=12).
nvidia() {
    local name=$1 version=$2 dir=nvidia/${1//-/_}/lib files=() one
    shift 2
    for one; do
        library "$SITE/$dir/$one"
        files+=("$dir/$one")
    done
    dist "nvidia-$name-cu${MAJOR:-${version%%.*}}" "$version" "${files[@]}"
}

# ---- Libraries that want something of one another ----

# library_of PATH SOURCE [LIBRARY...] - a small real library of that C source, which needs those (paths of the machine) and finds them, and what lies
# beside it, by a RUNPATH; SEARCH=rpath: by an RPATH; SEARCH=none: by neither. NODE=NAME: what it defines has that version.
library_of() {
    local path=$1 source=$2 args=('-Wl,-rpath,$ORIGIN') one
    shift 2
    mkdir -p "$FOLDER$(dirname "$path")"
    [ "${SEARCH:-}" != none ] || args=()
    for one; do
        args+=("$FOLDER$one")
        [ "${SEARCH:-}" = none ] || args+=("-Wl,-rpath,\$ORIGIN/$(realpath -m --relative-to="$(dirname "$path")" "$(dirname "$one")")")
    done
    if [ "${SEARCH:-}" = rpath ]; then args+=(-Wl,--disable-new-dtags); else args+=(-Wl,--enable-new-dtags); fi
    if [ -n "${NODE:-}" ]; then
        printf '%s { global: *; };\n' "$NODE" >"$FOLDER.node"
        args+=("-Wl,--version-script=$FOLDER.node")
    fi
    printf 'void gpuvet_toy(void);void gpuvet_toy(void){}\n%s\n' "$source" \
        | cc -w -shared -fPIC -nostdlib "-Wl,-soname,${SONAME:-$(basename "$path")}" -x c - -x none -o "$FOLDER$path" -Wl,--no-as-needed "${args[@]}"
}

# brought NAME VERSION - all that lies in nvidia/NAME/lib came with that package of NVIDIA's.
brought() {
    local files=() one
    for one in "$FOLDER$SITE/nvidia/${1//-/_}/lib"/*.so*; do files+=("${one#"$FOLDER$SITE/"}"); done
    dist "nvidia-$1-cu${MAJOR:-${2%%.*}}" "$2" "${files[@]}"
}

# torch_cuda SOURCE LIBRARY... - PyTorch's libtorch_cuda is of that source, and needs these as well.
torch_cuda() {
    local source=$1
    shift
    SEARCH=${SEARCH:-rpath} library_of "$SITE/torch/lib/libtorch_cuda.so" "$source" "$SITE/torch/lib/libc10.so" "$@"
}

# ---- What answers ----

# answering [VERSION] - a driver that works: the fake one, of that version. Without it, nothing is tried on a GPU.
answering() { printf 'driver\n' >>"$SPEC"; setting "FAKE_NVML=${1:-580.65.06}"; }

# answering_from DIR VERSION - the same, but libcuda is a copy in that folder of the machine, which comes first on the search path: what FAKE_FAULT
# orders with FAKE_FAULT_FROM=DIR it alone does. libcuda_that_works DIR VERSION - another copy, which a diagnosis may try instead.
answering_from() {
    libcuda_that_works "$1" "$2"
    printf 'driver %s\n' "$FOLDER$1" >>"$SPEC"
    setting "FAKE_NVML=$(cat "$FOLDER/sys/module/nvidia/version")"
}
libcuda_that_works() {
    mkdir -p "$FOLDER$1"
    cp "$FAKES/driver/libcuda.so.1" "$FOLDER$1/libcuda.so.$2"
    link "$1/libcuda.so.1" "libcuda.so.$2"
}

# setting NAME=VALUE - of the fake driver's environment (tests/fakes/gate.h). fails CALL CODE - that call answers so.
setting() { printf 'env %s\n' "$1" >>"$SPEC"; }
fails() { setting "FAKE_FAULT=fail:$1:0:$2"; }

# with ARGUMENT... - more of the command line.
with() { for word; do printf 'arg %s\n' "$word" >>"$SPEC"; done; }

# says TEXT... - what the user saw, a line each (--error).
says() { for line; do with --error "$line"; done; }

# process PID [NAME=VALUE...] - a running process with that environment, asked about by --pid; mapped PATH... - what it has mapped.
process() {
    PROCESS=/proc/$1
    file "$PROCESS/status" "Name:	python3" "State:	S (sleeping)" "Uid:	1000	1000	1000	1000"
    file "$PROCESS/maps"
    file "$PROCESS/cgroup" "0::/user.slice"
    : >"$FOLDER$PROCESS/environ"
    with --pid "$1"
    shift
    for one; do printf '%s\0' "$one" >>"$FOLDER$PROCESS/environ"; done
}
mapped() { for path; do add "$PROCESS/maps" "7f0000000000-7f0000001000 r-xp 00000000 08:01 1234                       $path"; done; }

# ---- What is expected ----

# top ID - the first finding. also ID... - more that are right. nothing - none at all.
top() { printf 'top %s\n' "$1" >>"$SPEC"; }
also() { for id; do printf 'also %s\n' "$id" >>"$SPEC"; done; }
nothing() { printf 'nothing\n' >>"$SPEC"; }

# untold - no finding, and that the cause cannot be told.
untold() { printf 'untold\n' >>"$SPEC"; }

# mended_by TEXT - the first finding's command has it. shown_by TEXT - its evidence, or its cause.
mended_by() { printf 'fix %s\n' "$1" >>"$SPEC"; }
shown_by() { printf 'evidence %s\n' "$1" >>"$SPEC"; }

family() { printf 'family %s %s\n' "$1" "$2" >>"${SPEC:-/dev/null}"; }
