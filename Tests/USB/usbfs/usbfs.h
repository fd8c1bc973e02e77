// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A device's file in /dev/bus/usb as a program without libusb sees it, and checks on what the kernel answers.
#ifndef USBFS_CHECKS_H
#define USBFS_CHECKS_H

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stddef.h>
#include <sys/ioctl.h>

/// The result of a command: what ioctl(2) gave, or the negative errno.
int command(int file, unsigned long number, void *argument);
/// The same for commands whose argument is one number.
int command_word(int file, unsigned long number, unsigned value);

/// Compares a result or status with what the kernel gives; the first difference ends the program.
void expect(const char *what, int actual, int expected);

/// Opens the device; flags as open(2) wants them. The program ends when that fails.
int open_device(const char *path, int flags);

/// A transfer to be submitted, filled in.
struct usbdevfs_urb transfer(unsigned char type, unsigned char endpoint, void *data, int length);
/// Submits it; the result as that of `command`.
int submit(int file, struct usbdevfs_urb *urb);
/// Waits for the oldest transfer that ended, two seconds at most on a fast machine, and gives it; null for none.
struct usbdevfs_urb *reap(int file);
/// Submits, waits, and gives the transfer's status.
int run(int file, struct usbdevfs_urb *urb);

/// Name of the interface's driver; empty for none.
const char *driver(int file, unsigned interface);
/// USBDEVFS_IOCTL of the interface: USBDEVFS_DISCONNECT or USBDEVFS_CONNECT.
int driver_command(int file, int interface, int number);
/// USBDEVFS_DISCONNECT_CLAIM with the driver's name and flags.
int disconnect_and_claim(int file, unsigned interface, unsigned flags, const char *name);
/// USBDEVFS_CONTROL, 200 ms at most.
int control(int file, unsigned char type, unsigned char request, unsigned short index, void *data, unsigned short length);
/// USBDEVFS_BULK.
int bulk(int file, unsigned endpoint, void *data, unsigned length, unsigned milliseconds);

/// Waits for poll(2) to report one of `events`, `milliseconds` at most; gives what it reported.
int wait_for(int file, short events, int milliseconds);

/// How many times slower than a machine of today this one may be.
extern int slowness;

#endif
