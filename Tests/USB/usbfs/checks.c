// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// What the kernel's usbfs answers to right and wrong commands, told by programs of any kind (drivers/usb/core/devio.c,
// Documentation/driver-api/usb/error-codes.rst). The same on an emulated kernel and on a real one.
//
//   checks stlink NODE SLOWNESS      an ST-LINK/V3: interface 0 is free, OUT 0x01, IN 0x81
//   checks hid NODE SLOWNESS         CMSIS-DAP v1: interface 0 belongs to usbhid, OUT 0x01, IN 0x81
//   checks gone NODE SLOWNESS        an ST-LINK/V3 whose plug `control` pulls
//   checks leave NODE ENDPOINT BYTES  sends a request and ends without reading the answer

#define _GNU_SOURCE
#include "usbfs.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { commands = 0x01, answers = 0x81, missing = 0x8f, high_speed = 3 };
enum { bulk_type = USBDEVFS_URB_TYPE_BULK, interrupt_type = USBDEVFS_URB_TYPE_INTERRUPT };

static unsigned char data[4096];
/// GET_VERSION of an ST-LINK, whose answer has six bytes on an ST-LINK/V2 and /V3.
static unsigned char version[16] = {0xf1};

static void check_opening(const char *node) {
    unsigned char descriptor[18] = {0};
    int reader = open_device(node, O_RDONLY);
    expect("read gives the device descriptor", (int)read(reader, descriptor, sizeof descriptor), 18);
    expect("its length", descriptor[0], 18);
    expect("its type", descriptor[1], 1);
    expect("any command on a file opened for reading", command_word(reader, USBDEVFS_CLAIMINTERFACE, 0), -EPERM);
    close(reader);
}

static void check_claims(const char *node) {
    int first = open_device(node, O_RDWR), second = open_device(node, O_RDWR);
    expect("claim of an interface it does not have", command_word(first, USBDEVFS_CLAIMINTERFACE, 40), -ENOENT);
    expect("claim of an impossible interface", command_word(first, USBDEVFS_CLAIMINTERFACE, 64), -EINVAL);
    expect("release of what is not claimed", command_word(first, USBDEVFS_RELEASEINTERFACE, 0), -EINVAL);
    expect("release of an interface it does not have", command_word(first, USBDEVFS_RELEASEINTERFACE, 40), -ENOENT);
    expect("a free interface has no driver", (int)strlen(driver(first, 0)), 0);
    expect("claim", command_word(first, USBDEVFS_CLAIMINTERFACE, 0), 0);
    expect("claim again", command_word(first, USBDEVFS_CLAIMINTERFACE, 0), 0);
    expect("its driver is usbfs", strcmp(driver(second, 0), "usbfs"), 0);
    expect("claim by another", command_word(second, USBDEVFS_CLAIMINTERFACE, 0), -EBUSY);
    expect("release by another", command_word(second, USBDEVFS_RELEASEINTERFACE, 0), -EINVAL);
    expect("a transfer by another", bulk(second, answers, data, 64, 50), -EBUSY);
    struct usbdevfs_urb urb = transfer(bulk_type, answers, data, 64);
    expect("a transfer submitted by another", submit(second, &urb), -EBUSY);
    unsigned endpoint = answers;
    expect("CLEAR_HALT by another", command(second, USBDEVFS_CLEAR_HALT, &endpoint), -EBUSY);
    expect("a class request to the interface by another", control(second, 0xa1, 1, 0, data, 8), -EBUSY);
    expect("SETCONFIGURATION while an interface is claimed", command_word(second, USBDEVFS_SETCONFIGURATION, 1), -EBUSY);
    expect("an unknown command", command(first, _IO('U', 200), NULL), -ENOTTY);
    expect("speed", command(first, USBDEVFS_GET_SPEED, NULL), high_speed);

    // A program that dies gives its interface back.
    close(first);
    expect("claim after the other one closed", command_word(second, USBDEVFS_CLAIMINTERFACE, 0), 0);
    close(second);
    pid_t child = fork();
    if (child == 0) {
        int file = open(node, O_RDWR);
        unsigned interface = 0;
        if (file < 0 || ioctl(file, USBDEVFS_CLAIMINTERFACE, &interface) != 0) { _exit(1); }
        struct usbdevfs_urb pending = transfer(bulk_type, answers, data, 64);
        submit(file, &pending);
        raise(SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    expect("a program with a transfer under way is killed", WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL);
    first = open_device(node, O_RDWR);
    expect("claim afterwards", command_word(first, USBDEVFS_CLAIMINTERFACE, 0), 0);
    close(first);

    // Once privileges are dropped only the interfaces named then can be claimed.
    first = open_device(node, O_RDWR);
    expect("DROP_PRIVILEGES but for interface 0", command_word(first, USBDEVFS_DROP_PRIVILEGES, 1), 0);
    expect("claim of interface 0", command_word(first, USBDEVFS_CLAIMINTERFACE, 0), 0);
    expect("claim of interface 3", command_word(first, USBDEVFS_CLAIMINTERFACE, 3), -EACCES);
    expect("taking a driver's interface", driver_command(first, 0, USBDEVFS_DISCONNECT), -EACCES);
    // Interface 3 is now somebody else's, if it was not a kernel driver's already.
    second = open_device(node, O_RDWR);
    command_word(second, USBDEVFS_CLAIMINTERFACE, 3);
    expect("reset while another one uses the device", command(first, USBDEVFS_RESET, NULL), -EACCES);
    close(second);
    close(first);
}

static void check_wrong_transfers(int file) {
    struct usbdevfs_urb urb = transfer(bulk_type, missing, data, 64);
    expect("a transfer to an endpoint it does not have", submit(file, &urb), -ENOENT);
    urb = transfer(bulk_type, 0x70, data, 64);
    expect("a transfer to an impossible endpoint", submit(file, &urb), -EINVAL);
    urb = transfer(interrupt_type, answers, data, 64);
    expect("an interrupt transfer to a bulk endpoint", submit(file, &urb), -EINVAL);
    urb = transfer(200, answers, data, 64);
    expect("a transfer of no known type", submit(file, &urb), -EINVAL);
    urb = transfer(bulk_type, answers, data, 64);
    urb.flags = 0x8000;
    expect("a transfer with an unknown flag", submit(file, &urb), -EINVAL);
    urb = transfer(bulk_type, answers, data, -1);
    expect("a transfer of negative length", submit(file, &urb), -EINVAL);
    urb = transfer(bulk_type, answers, NULL, 64);
    expect("a transfer without memory", submit(file, &urb), -EINVAL);
    urb = transfer(bulk_type, commands, (void *)16, 64);
    expect("a transfer from memory that is not there", submit(file, &urb), -EFAULT);
    expect("a transfer that is described nowhere", command(file, USBDEVFS_SUBMITURB, (void *)16), -EFAULT);
    urb = transfer(USBDEVFS_URB_TYPE_CONTROL, 0, data, 7);
    expect("a control transfer without its set-up", submit(file, &urb), -EINVAL);
    expect("a wait for a bulk transfer to no endpoint", bulk(file, missing, data, 64, 50), -ENOENT);
    expect("a control transfer of more than a page", control(file, 0xc0, 0x77, 0, data, 4097), -EINVAL);
    unsigned endpoint = missing;
    expect("CLEAR_HALT of no endpoint", command(file, USBDEVFS_CLEAR_HALT, &endpoint), -ENOENT);
    struct usbdevfs_setinterface setting = {.interface = 0, .altsetting = 5};
    expect("an alternate setting it does not have", command(file, USBDEVFS_SETINTERFACE, &setting), -EINVAL);
    expect("discarding what was never submitted", command(file, USBDEVFS_DISCARDURB, &urb), -EINVAL);
    void *reaped = NULL;
    expect("reaping when there is nothing", command(file, USBDEVFS_REAPURBNDELAY, &reaped), -EAGAIN);
    expect("poll when there is nothing", wait_for(file, POLLOUT, 20), 0);
}

static void on_alarm(int number) { (void)number; }

static void check_ends(int file) {
    expect("a wait for an answer that does not come", bulk(file, answers, data, 64, 50), -ETIMEDOUT);
    expect("GET_DESCRIPTOR", control(file, 0x80, 6, 0, data, 18), 18);
    expect("a request the device does not know", control(file, 0xc0, 0x77, 0, data, 8), -EPIPE);
    unsigned char setup[8 + 18] = {0x80, 6, 0, 1, 0, 0, 18, 0};
    struct usbdevfs_urb urb = transfer(USBDEVFS_URB_TYPE_CONTROL, 0, setup, sizeof setup);
    expect("GET_DESCRIPTOR submitted", run(file, &urb), 0);
    expect("its bytes", urb.actual_length, 18);
    unsigned char unknown[8 + 8] = {0xc0, 0x77, 0, 0, 0, 0, 8, 0};
    urb = transfer(USBDEVFS_URB_TYPE_CONTROL, 0, unknown, sizeof unknown);
    expect("a request the device does not know, submitted", run(file, &urb), -EPIPE);

    struct usbdevfs_urb read = transfer(bulk_type, answers, data, 64);
    expect("submit a read", submit(file, &read), 0);
    expect("discard it", command(file, USBDEVFS_DISCARDURB, &read), 0);
    expect("poll says that it ended", wait_for(file, POLLOUT, 2000 * slowness) & POLLOUT, POLLOUT);
    expect("reap it", reap(file) == &read, 1);
    expect("how it ended", read.status, -ENOENT);
    expect("discarding it again", command(file, USBDEVFS_DISCARDURB, &read), -EINVAL);

    // The answer: whole, shorter than asked for where that counts as an error, and longer than its room.
    struct usbdevfs_urb write = transfer(bulk_type, commands, version, sizeof version);
    expect("a command", run(file, &write), 0);
    expect("its bytes", write.actual_length, 16);
    expect("its answer", run(file, &read), 0);
    expect("its bytes", read.actual_length, 6);
    expect("a command", run(file, &write), 0);
    struct usbdevfs_urb strict = transfer(bulk_type, answers, data, 64);
    strict.flags = USBDEVFS_URB_SHORT_NOT_OK;
    expect("an answer that may not be short", run(file, &strict), -EREMOTEIO);
    expect("its bytes", strict.actual_length, 6);
    expect("a command", run(file, &write), 0);
    struct usbdevfs_urb small = transfer(bulk_type, answers, data, 2);
    expect("an answer that has too little room", run(file, &small), -EOVERFLOW);

    // A call that waits ends with a signal.
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {.it_value = {.tv_usec = 100000}};
    setitimer(ITIMER_REAL, &timer, NULL);
    void *reaped = NULL;
    expect("a wait for a transfer, cut short by a signal", command(file, USBDEVFS_REAPURB, &reaped), -EINTR);
}

static void check_endings_of_claims(int file) {
    struct usbdevfs_urb read = transfer(bulk_type, answers, data, 64);
    expect("submit a read", submit(file, &read), 0);
    expect("release its interface", command_word(file, USBDEVFS_RELEASEINTERFACE, 0), 0);
    expect("reap it", reap(file) == &read, 1);
    expect("how it ended", read.status, -ESHUTDOWN);

    expect("using an interface claims it", submit(file, &read), 0);
    expect("its driver is usbfs", strcmp(driver(file, 0), "usbfs"), 0);
    expect("reset", command(file, USBDEVFS_RESET, NULL), 0);
    expect("reap what was under way", reap(file) == &read, 1);
    expect("how it ended", read.status, -ESHUTDOWN);
    expect("the claim is gone", command_word(file, USBDEVFS_RELEASEINTERFACE, 0), -EINVAL);
    expect("its driver", (int)strlen(driver(file, 0)), 0);
    unsigned endpoint = answers;
    expect("CLEAR_HALT", command(file, USBDEVFS_CLEAR_HALT, &endpoint), 0);
    expect("RESETEP", command(file, USBDEVFS_RESETEP, &endpoint), 0);
    struct usbdevfs_urb write = transfer(bulk_type, commands, version, sizeof version);
    expect("a command afterwards", run(file, &write), 0);
    expect("its answer", run(file, &read), 0);
    expect("its bytes", read.actual_length, 6);
}

static void check_human_interface(const char *node) {
    int file = open_device(node, O_RDWR);
    expect("its driver is usbhid", strcmp(driver(file, 0), "usbhid"), 0);
    expect("claim", command_word(file, USBDEVFS_CLAIMINTERFACE, 0), -EBUSY);
    expect("a transfer", bulk(file, answers, data, 64, 50), -EBUSY);
    expect("a class request to the interface", control(file, 0xa1, 1, 0, data, 64), -EBUSY);
    expect("CONNECT while it has a driver", driver_command(file, 0, USBDEVFS_CONNECT), -EBUSY);
    expect("DISCONNECT of an interface it does not have", driver_command(file, 40, USBDEVFS_DISCONNECT), -EINVAL);
    expect("an unknown command to a driver", driver_command(file, 0, _IO('U', 200)), -ENOTTY);
    expect("DISCONNECT", driver_command(file, 0, USBDEVFS_DISCONNECT), 0);
    expect("DISCONNECT again", driver_command(file, 0, USBDEVFS_DISCONNECT), -ENODATA);
    expect("claim", command_word(file, USBDEVFS_CLAIMINTERFACE, 0), 0);
    expect("CONNECT while it is claimed", driver_command(file, 0, USBDEVFS_CONNECT), -EBUSY);

    // DAP_Info, packet count, in the two ways an interrupt endpoint can be used.
    unsigned char report[64] = {0, 0xfe};
    struct usbdevfs_urb write = transfer(interrupt_type, commands, report, sizeof report);
    struct usbdevfs_urb read = transfer(interrupt_type, answers, data, 64);
    expect("a request", run(file, &write), 0);
    expect("its answer", run(file, &read), 0);
    expect("its bytes", read.actual_length, 64);
    write = transfer(bulk_type, commands, report, sizeof report);
    read = transfer(bulk_type, answers, data, 64);
    expect("a request as bulk transfer", run(file, &write), 0);
    expect("its answer", run(file, &read), 0);

    expect("release", command_word(file, USBDEVFS_RELEASEINTERFACE, 0), 0);
    expect("CONNECT", driver_command(file, 0, USBDEVFS_CONNECT), 1);
    expect("its driver is usbhid", strcmp(driver(file, 0), "usbhid"), 0);
    expect("DISCONNECT_CLAIM if it is another's",
        disconnect_and_claim(file, 0, USBDEVFS_DISCONNECT_CLAIM_IF_DRIVER, "other"), -EBUSY);
    expect("DISCONNECT_CLAIM unless it is usbhid's",
        disconnect_and_claim(file, 0, USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER, "usbhid"), -EBUSY);
    expect("DISCONNECT_CLAIM of an interface it does not have", disconnect_and_claim(file, 40, 0, ""), -EINVAL);
    expect("DISCONNECT_CLAIM unless it is usbfs's",
        disconnect_and_claim(file, 0, USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER, "usbfs"), 0);
    expect("its driver is usbfs", strcmp(driver(file, 0), "usbfs"), 0);
    expect("release", command_word(file, USBDEVFS_RELEASEINTERFACE, 0), 0);
    expect("CONNECT", driver_command(file, 0, USBDEVFS_CONNECT), 1);
    close(file);
}

static void check_gone(const char *node) {
    int file = open_device(node, O_RDWR);
    expect("claim", command_word(file, USBDEVFS_CLAIMINTERFACE, 0), 0);
    struct usbdevfs_urb pending = transfer(bulk_type, answers, data, 64);
    expect("submit a read", submit(file, &pending), 0);
    expect("the plug is pulled", system("control unplug 1") == 0, 1);
    expect("poll says so", wait_for(file, 0, 10000 * slowness) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
    expect("reap the read", reap(file) == &pending, 1);
    expect("it failed", pending.status < 0, 1);
    void *reaped = NULL;
    expect("reaping when there is nothing", command(file, USBDEVFS_REAPURBNDELAY, &reaped), -ENODEV);
    expect("waiting when there is nothing", command(file, USBDEVFS_REAPURB, &reaped), -ENODEV);
    expect("claim", command_word(file, USBDEVFS_CLAIMINTERFACE, 0), -ENODEV);
    expect("release", command_word(file, USBDEVFS_RELEASEINTERFACE, 0), -ENODEV);
    expect("submit", submit(file, &pending), -ENODEV);
    expect("discard", command(file, USBDEVFS_DISCARDURB, &pending), -ENODEV);
    expect("a control transfer", control(file, 0x80, 6, 0, data, 18), -ENODEV);
    expect("reset", command(file, USBDEVFS_RESET, NULL), -ENODEV);
    expect("reading descriptors", read(file, data, 18) < 0 ? -errno : 0, -ENODEV);
    // The node goes last.
    for (int turn = 0; turn < 100 * slowness && access(node, F_OK) == 0; turn++) { usleep(20000); }
    expect("a node of that name", access(node, F_OK) == 0 ? 0 : -errno, -ENOENT);
    close(file);
}

int main(int count, char **arguments) {
    if (count < 4) { return 64; }
    const char *node = arguments[2];
    if (strcmp(arguments[1], "leave") == 0) {
        int file = open_device(node, O_RDWR);
        unsigned char request[64] = {0};
        unsigned length = 0;
        for (int index = 4; index < count && length < sizeof request; index++) {
            request[length++] = (unsigned char)strtoul(arguments[index], NULL, 16);
        }
        expect("claim", disconnect_and_claim(file, 0, USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER, "usbfs"), 0);
        unsigned endpoint = (unsigned)strtoul(arguments[3], NULL, 16);
        expect("a request", bulk(file, endpoint, request, length, 5000), (int)length);
        // Time for the probe to answer.
        usleep(200000);
        return 0;
    }
    slowness = atoi(arguments[3]);
    if (strcmp(arguments[1], "stlink") == 0) {
        check_opening(node);
        check_claims(node);
        int file = open_device(node, O_RDWR);
        expect("claim", command_word(file, USBDEVFS_CLAIMINTERFACE, 0), 0);
        check_wrong_transfers(file);
        check_ends(file);
        check_endings_of_claims(file);
        close(file);
    } else if (strcmp(arguments[1], "hid") == 0) {
        check_human_interface(node);
    } else if (strcmp(arguments[1], "gone") == 0) {
        check_gone(node);
    } else {
        return 64;
    }
    return 0;
}
