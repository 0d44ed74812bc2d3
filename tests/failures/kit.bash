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

# nodes NAME... - device nodes that open: nvidia0 nvidiactl nvidia-uvm. node NAME WHY - one that does not.
nodes() { for name; do file "/dev/$name"; done; }
node() { file "/dev/$1" "$2"; }

# variable NAME=VALUE... - of the process.
variable() { for one; do printf '%s\0' "$one" >>"$FOLDER/proc/self/environ"; done; }

# kernel_log LINE... - as dmesg would print them, without their time.
kernel_log() { for line; do add /dev/kmsg "$line"; done; }

# library PATH [CC'S ARGUMENTS] - a small real shared library; its soname is its file's name unless -Wl,-soname= says another.
library() {
    local path=$FOLDER$1 soname
    shift
    soname=$(basename "$path")
    mkdir -p "$(dirname "$path")"
    case " $* " in *-soname*) ;; *) set -- "-Wl,-soname,$soname" "$@" ;; esac
    printf 'void gpuvet_toy(void);void gpuvet_toy(void){}\n' | cc -shared -fPIC -nostdlib -x c - -o "$path" "$@"
}

# driver_libraries VERSION [DIR] - libcuda and libnvidia-ml, where distributions have them.
driver_libraries() {
    local dir=${2:-/usr/lib/x86_64-linux-gnu} name
    for name in libcuda libnvidia-ml; do
        library "$dir/$name.so.$1" "-Wl,-soname,$name.so.1"
        link "$dir/$name.so.1" "$name.so.$1"
    done
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

# ---- What answers ----

# answering [VERSION] - a driver that works: the fake one, of that version. Without it, nothing is tried on a GPU.
answering() { printf 'driver\n' >>"$SPEC"; setting "FAKE_NVML=${1:-580.65.06}"; }

# setting NAME=VALUE - of the fake driver's environment (tests/fakes/gate.h). fails CALL CODE - that call answers so.
setting() { printf 'env %s\n' "$1" >>"$SPEC"; }
fails() { setting "FAKE_FAULT=fail:$1:0:$2"; }

# with ARGUMENT... - more of the command line.
with() { for word; do printf 'arg %s\n' "$word" >>"$SPEC"; done; }

# ---- What is expected ----

# top ID - the first finding. also ID... - more that are right. nothing - none at all.
top() { printf 'top %s\n' "$1" >>"$SPEC"; }
also() { for id; do printf 'also %s\n' "$id" >>"$SPEC"; done; }
nothing() { printf 'nothing\n' >>"$SPEC"; }

# mended_by TEXT - the first finding's command has it. shown_by TEXT - its evidence, or its cause.
mended_by() { printf 'fix %s\n' "$1" >>"$SPEC"; }
shown_by() { printf 'evidence %s\n' "$1" >>"$SPEC"; }

family() { printf 'family %s %s\n' "$1" "$2" >>"${SPEC:-/dev/null}"; }
