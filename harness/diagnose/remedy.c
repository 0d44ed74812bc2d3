/* What mends an ailment here: the same cause has another command on each distribution, and in a container it is the host's to give. */
#include "diagnose/look.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "model/repair.h"

/* How a distribution installs NVIDIA's driver: whichever branch it offers; and a branch of choice, its number between prefix and suffix. */
struct distribution {
    const char *id;                             /* of /etc/os-release */
    const char *any;
    const char *prefix, *open, *proprietary;    /* prefix NULL: it has no packages by branch */
};

static const struct distribution distributions[] = {
    /* https://documentation.ubuntu.com/server/how-to/graphics/install-nvidia-drivers/ */
    { "ubuntu", "sudo ubuntu-drivers install", "sudo apt-get install -y nvidia-driver-", "-open", "" },
    /* https://wiki.debian.org/NvidiaGraphicsDrivers */
    { "debian", "sudo apt-get install -y nvidia-driver", NULL, NULL, NULL },
    /* https://rpmfusion.org/Howto/NVIDIA */
    { "fedora", "sudo dnf install -y akmod-nvidia", NULL, NULL, NULL },
    /* https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/ */
    { "rhel", "sudo dnf module install -y nvidia-driver:latest-dkms", "sudo dnf module install -y nvidia-driver:", "-open", "-dkms" },
    { "rocky", "sudo dnf module install -y nvidia-driver:latest-dkms", "sudo dnf module install -y nvidia-driver:", "-open", "-dkms" },
    { "almalinux", "sudo dnf module install -y nvidia-driver:latest-dkms", "sudo dnf module install -y nvidia-driver:", "-open", "-dkms" },
    /* https://wiki.archlinux.org/title/NVIDIA */
    { "arch", "sudo pacman -S nvidia-open", NULL, NULL, NULL },
};

static const struct distribution *distribution_of(const struct look *l)
{
    for (size_t i = 0; i < COUNT_OF(distributions); i++)
        if (text_is(distributions[i].id, l->r->machine->os_id))
            return &distributions[i];
    return NULL;
}

void fix_on_host(struct look *l, const char *fmt, ...)
{
    const char *command;
    va_list ap;

    va_start(ap, fmt);
    command = text_vmake(l->a, fmt, ap);
    va_end(ap);
    fix(l, "%s", command);
    l->found[l->n - 1].on_host = is_in_container(l);
}

bool is_container_of(const struct look *l, const char *kind)
{
    return text_is(l->r->machine->container, kind);
}

const char *container_run(const struct look *l)
{
    return is_container_of(l, "podman") ? "podman run --device nvidia.com/gpu=all" : is_container_of(l, "apptainer") ? "apptainer run --nv" : "docker run --gpus all";
}

void fix_container(struct look *l, const char *options, const char *for_a_pod)
{
    if (is_container_of(l, "kubernetes")) {
        advise(l, "%s", for_a_pod);
        return;
    }
    fix(l, "%s%s%s IMAGE", container_run(l), *options != '\0' ? " " : "", options);
    l->found[l->n - 1].on_host = true;
}

void fix_driver(struct look *l, unsigned branch, const char *flavor)
{
    const struct distribution *d = distribution_of(l);

    if (d == NULL || (branch != 0 && d->prefix == NULL))
        advise(l, "install NVIDIA's driver%s%s%s by this distribution's packages or from https://www.nvidia.com/drivers%s, and reboot",
               branch != 0 ? text_make(l->a, " %u", branch) : "", flavor != NULL ? ", kernel module type " : "", flavor != NULL ? flavor : "",
               is_in_container(l) ? ", on the host" : "");
    else if (branch == 0)
        fix_on_host(l, "%s && sudo reboot", d->any);
    else
        fix_on_host(l, "%s%u%s && sudo reboot", d->prefix, branch, text_is(flavor, "open") ? d->open : d->proprietary);
}

/* By its own id, or by what it says it is like: Linux Mint is like Ubuntu. */
static bool is_like(const struct look *l, const char *id)
{
    const char *like = fact(l, "os.like");

    return text_is(l->r->machine->os_id, id) || (like != NULL && text_has(like, id));
}

const char *initramfs(const struct look *l)
{
    if (is_like(l, "fedora") || is_like(l, "rhel") || is_like(l, "suse"))
        return "sudo dracut --force";
    return is_like(l, "arch") ? "sudo mkinitcpio -P" : "sudo update-initramfs -u";
}

void fix_module(struct look *l)
{
    const bool by_dkms = fact(l, "dkms.versions") != NULL;

    if (is_like(l, "debian") || is_like(l, "ubuntu")) {
        if (by_dkms)
            fix(l, "sudo apt-get install -y linux-headers-$(uname -r) && sudo dkms autoinstall && sudo modprobe nvidia");
        else
            fix_driver(l, 0, NULL);
    } else if (is_like(l, "arch")) {
        fix(l, "sudo pacman -S --needed \"$(cat /usr/lib/modules/$(uname -r)/pkgbase)-headers\" nvidia-open-dkms && sudo modprobe nvidia");
    } else if (is_like(l, "fedora") || is_like(l, "rhel")) {
        fix(l, "sudo dnf install -y kernel-devel-$(uname -r) && sudo %s && sudo modprobe nvidia", by_dkms ? "dkms autoinstall" : "akmods --force");
    } else if (by_dkms) {
        fix(l, "sudo dkms autoinstall && sudo modprobe nvidia");
    } else {
        advise(l, "install the headers of the running kernel, then install the driver again (with --dkms, where NVIDIA's installer did it)");
    }
}

const char *without_sudo(const struct look *l, const char *command)
{
    static const char sudo[] = "sudo ";
    struct text t = { .arena = l->a };

    for (const char *at = command; *at != '\0';) {
        if (text_starts(at, sudo) && (at == command || at[-1] == ' ')) {
            at += strlen(sudo);
            continue;
        }
        text_put(&t, at++, 1);
    }
    return t.s;
}

bool fix_by_pip(struct look *l, const char *fmt, ...)
{
    const char *arguments, *command;
    va_list ap;

    va_start(ap, fmt);
    arguments = text_vmake(l->a, fmt, ap);
    va_end(ap);
    command = repair_install(l->stack, arguments, l->a);
    if (command != NULL)
        fix(l, "%s", command);
    return command != NULL;
}
