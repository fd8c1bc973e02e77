// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#define _GNU_SOURCE
#include "usbfs.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int slowness = 1;

int command(int file, unsigned long number, void *argument) {
    int result = ioctl(file, number, argument);
    return result < 0 ? -errno : result;
}

int command_word(int file, unsigned long number, unsigned value) { return command(file, number, &value); }

static const char *name(int result) {
    static char texts[2][32];
    static int turn;
    const char *known = result < 0 ? strerrorname_np(-result) : NULL;
    if (known) { return known; }
    turn = !turn;
    snprintf(texts[turn], sizeof texts[turn], "%d", result);
    return texts[turn];
}

void expect(const char *what, int actual, int expected) {
    if (actual != expected) {
        printf("  FAILED: %s is %s instead of %s\n", what, name(actual), name(expected));
        exit(1);
    }
    printf("  ok  %s: %s\n", what, name(actual));
    fflush(stdout);
}

int open_device(const char *path, int flags) {
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0) {
        printf("  FAILED: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

struct usbdevfs_urb transfer(unsigned char type, unsigned char endpoint, void *data, int length) {
    struct usbdevfs_urb urb;
    memset(&urb, 0, sizeof urb);
    urb.type = type;
    urb.endpoint = endpoint;
    urb.buffer = data;
    urb.buffer_length = length;
    return urb;
}

int submit(int file, struct usbdevfs_urb *urb) { return command(file, USBDEVFS_SUBMITURB, urb); }

int wait_for(int file, short events, int milliseconds) {
    struct pollfd entry = {.fd = file, .events = events};
    return poll(&entry, 1, milliseconds) > 0 ? entry.revents : 0;
}

struct usbdevfs_urb *reap(int file) {
    struct usbdevfs_urb *urb = NULL;
    for (int turn = 0; turn < 100 * slowness; turn++) {
        // On a device that is gone poll(2) returns at once, also while the kernel still works at ending its transfers.
        if (wait_for(file, POLLOUT, 20) & POLLHUP) { usleep(20000); }
        if (command(file, USBDEVFS_REAPURBNDELAY, &urb) == 0) { return urb; }
    }
    return NULL;
}

int run(int file, struct usbdevfs_urb *urb) {
    int result = submit(file, urb);
    if (result != 0) { return result; }
    struct usbdevfs_urb *ended = reap(file);
    return ended == urb ? urb->status : -ENOMSG;
}

const char *driver(int file, unsigned interface) {
    static struct usbdevfs_getdriver found;
    memset(&found, 0, sizeof found);
    found.interface = interface;
    return command(file, USBDEVFS_GETDRIVER, &found) == 0 ? found.driver : "";
}

int driver_command(int file, int interface, int number) {
    struct usbdevfs_ioctl request = {.ifno = interface, .ioctl_code = number};
    return command(file, USBDEVFS_IOCTL, &request);
}

int disconnect_and_claim(int file, unsigned interface, unsigned flags, const char *driver) {
    struct usbdevfs_disconnect_claim request;
    memset(&request, 0, sizeof request);
    request.interface = interface;
    request.flags = flags;
    strncpy(request.driver, driver, sizeof request.driver - 1);
    return command(file, USBDEVFS_DISCONNECT_CLAIM, &request);
}

int control(int file, unsigned char type, unsigned char request, unsigned short index, void *data, unsigned short length) {
    struct usbdevfs_ctrltransfer setup = {
        .bRequestType = type, .bRequest = request, .wIndex = index, .wLength = length,
        // GET_DESCRIPTOR of the device; other requests ignore it.
        .wValue = 0x0100, .timeout = 200 * slowness, .data = data};
    return command(file, USBDEVFS_CONTROL, &setup);
}

int bulk(int file, unsigned endpoint, void *data, unsigned length, unsigned milliseconds) {
    struct usbdevfs_bulktransfer request = {.ep = endpoint, .len = length, .timeout = milliseconds, .data = data};
    return command(file, USBDEVFS_BULK, &request);
}
