// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#define _GNU_SOURCE
#include "CLinuxShim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int shim_unshare(int network, int user) {
    return unshare(CLONE_NEWNS | (network ? CLONE_NEWNET : 0) | (user ? CLONE_NEWUSER : 0));
}

int shim_loopback_up(void) {
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) { return -1; }
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    int result = ioctl(control, SIOCGIFFLAGS, &request);
    if (result == 0) {
        request.ifr_flags |= IFF_UP;
        result = ioctl(control, SIOCSIFFLAGS, &request);
    }
    int error = errno;
    close(control);
    errno = error;
    return result;
}

int shim_open_event_socket(void) {
    int events = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
    if (events < 0) { return -1; }
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(events, (struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        close(events);
        errno = error;
        return -1;
    }
    return events;
}

int shim_send_event(int events, unsigned group, const void *bytes, size_t count) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = group};
    ssize_t sent = sendto(events, bytes, count, 0, (struct sockaddr *)&address, sizeof address);
    return sent >= 0 || errno == ECONNREFUSED || errno == ESRCH ? 0 : -1;
}

int shim_read_memory(pid_t thread, uint64_t address, void *bytes, size_t count) {
    struct iovec here = {bytes, count}, there = {(void *)(uintptr_t)address, count};
    ssize_t moved = process_vm_readv(thread, &here, 1, &there, 1, 0);
    if (moved >= 0 && (size_t)moved != count) { errno = EFAULT; }
    return moved == (ssize_t)count ? 0 : -1;
}

int shim_write_memory(pid_t thread, uint64_t address, const void *bytes, size_t count) {
    struct iovec here = {(void *)bytes, count}, there = {(void *)(uintptr_t)address, count};
    ssize_t moved = process_vm_writev(thread, &here, 1, &there, 1, 0);
    if (moved >= 0 && (size_t)moved != count) { errno = EFAULT; }
    return moved == (ssize_t)count ? 0 : -1;
}

int shim_open_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) { sigaddset(&set, numbers[index]); }
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) { return -1; }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int shim_read_signal(int descriptor, struct shim_signal *found) {
    struct signalfd_siginfo information;
    if (read(descriptor, &information, sizeof information) != sizeof information) { return -1; }
    found->number = (int)information.ssi_signo;
    found->from_process = information.ssi_code <= 0;
    return 0;
}

pid_t shim_spawn(const char *file, char *const arguments[], char *const environment[]) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) { return -1; }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        // A blocked mask and an ignored SIGPIPE would be inherited.
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        signal(SIGPIPE, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) { _exit(127); }
        execvpe(file, arguments, environment);
        int error = errno;
        ssize_t ignored = write(report[1], &error, sizeof error);
        (void)ignored;
        _exit(127);
    }
    int error = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0 && read(report[0], &error, sizeof error) == sizeof error) {
        waitpid(child, NULL, 0);
        child = -1;
    }
    close(report[0]);
    if (child < 0) { errno = error; }
    return child;
}

int shim_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

int shim_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int shim_open_nameless(const char *directory, mode_t mode) {
    return open(directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
}

int shim_reserve(int descriptor, off_t count) { return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, count); }

int shim_is_mount_point(int descriptor) {
    struct statx status;
    if (statx(descriptor, "", AT_EMPTY_PATH, 0, &status) != 0) { return -1; }
    if (!(status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)) { return -1; }
    return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}
