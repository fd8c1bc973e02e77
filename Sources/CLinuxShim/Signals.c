// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#define _GNU_SOURCE
#include "CLinuxShim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { watched = 3 };
static const int numbers[watched] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction former[watched];
static int report[2] = {-1, -1};

static void tell(int number) {
    int error = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe has enough to tell already.
    ssize_t ignored = write(report[1], &byte, 1);
    (void)ignored;
    errno = error;
}

static void mask(int how) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < watched; index++) { sigaddset(&set, numbers[index]); }
    pthread_sigmask(how, &set, NULL);
}

int shim_watch_signals(void) {
    if (report[0] < 0) {
        if (pipe2(report, O_CLOEXEC) != 0) { return -1; }
        // A signal handler must not wait.
        fcntl(report[1], F_SETFL, O_NONBLOCK);
    }
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int index = 0; index < watched; index++) {
        sigaction(numbers[index], NULL, &former[index]);
        // What nohup(1) or a shell's background job ignores stays ignored.
        if (former[index].sa_handler != SIG_IGN) { sigaction(numbers[index], &action, NULL); }
    }
    mask(SIG_BLOCK);
    return report[0];
}

void shim_forget_signals(void) {
    for (int index = 0; index < watched; index++) { sigaction(numbers[index], &former[index], NULL); }
    mask(SIG_UNBLOCK);
}

void shim_take_signals(void) { mask(SIG_UNBLOCK); }
