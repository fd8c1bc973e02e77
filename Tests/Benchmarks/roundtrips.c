// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Times command and answer through libusb on the first debug probe of the bus: round trips per second, the median and
// the slowest in a hundred, and this process's own processor time. Usage: roundtrips COUNT
#include <libusb-1.0/libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { PACKET = 512, LIMIT_MS = 2000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
static double processor_time(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}
static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}
static void check(int result, const char *step) {
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", step, libusb_error_name(result));
        exit(1);
    }
}

// The first device with an interface of a bulk or interrupt endpoint either way; CMSIS-DAP commands differ from ST-LINK's.
struct probe {
    libusb_device_handle *handle;
    unsigned char out, in;
    int interface, is_stlink, is_interrupt, packet;
};

static int find(libusb_context *context, struct probe *probe) {
    libusb_device **list;
    ssize_t count = libusb_get_device_list(context, &list);
    int found = 0;
    for (ssize_t i = 0; i < count && !found; i++) {
        struct libusb_device_descriptor device;
        struct libusb_config_descriptor *configuration;
        if (libusb_get_device_descriptor(list[i], &device) != 0 || device.bDeviceClass == LIBUSB_CLASS_HUB ||
            libusb_get_active_config_descriptor(list[i], &configuration) != 0) {
            continue;
        }
        const struct libusb_interface_descriptor *interface = &configuration->interface[0].altsetting[0];
        probe->out = probe->in = 0;
        for (int e = 0; e < interface->bNumEndpoints; e++) {
            const struct libusb_endpoint_descriptor *endpoint = &interface->endpoint[e];
            unsigned char *slot = endpoint->bEndpointAddress & 0x80 ? &probe->in : &probe->out;
            if (*slot == 0) { *slot = endpoint->bEndpointAddress; }
            probe->is_interrupt = (endpoint->bmAttributes & 3) == LIBUSB_TRANSFER_TYPE_INTERRUPT;
            probe->packet = endpoint->wMaxPacketSize;
        }
        probe->interface = interface->bInterfaceNumber;
        probe->is_stlink = device.idVendor == 0x0483;
        found = probe->out && probe->in && libusb_open(list[i], &probe->handle) == 0;
        libusb_free_config_descriptor(configuration);
    }
    libusb_free_device_list(list, 1);
    return found;
}

static int move(const struct probe *probe, unsigned char endpoint, unsigned char *bytes, int count) {
    int moved = 0;
    int result = probe->is_interrupt
                     ? libusb_interrupt_transfer(probe->handle, endpoint, bytes, count, &moved, LIMIT_MS)
                     : libusb_bulk_transfer(probe->handle, endpoint, bytes, count, &moved, LIMIT_MS);
    return result == 0 ? moved : result;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 1000;
    libusb_context *context;
    struct probe probe = {0};
    double *times = calloc((size_t)(rounds > 0 ? rounds : 1), sizeof *times);
    if (rounds < 1 || times == NULL) { return 2; }
    check(libusb_init(&context), "libusb_init");
    if (!find(context, &probe)) {
        fprintf(stderr, "no probe on this bus\n");
        return 1;
    }
    libusb_set_auto_detach_kernel_driver(probe.handle, 1);
    check(libusb_claim_interface(probe.handle, probe.interface), "libusb_claim_interface");

    // GET_VERSION, a command block of 16 bytes; DAP_Info(packet size), a report of the endpoint's size on HID.
    unsigned char command[PACKET] = {0}, answer[PACKET];
    command[0] = probe.is_stlink ? 0xF1 : 0x00;
    command[1] = probe.is_stlink ? 0x00 : 0xFF;
    int size = probe.is_stlink ? 16 : probe.is_interrupt ? probe.packet : 2;
    // A report fills its packet, and only a shorter one would end a longer read.
    int room = probe.is_interrupt ? probe.packet : PACKET;
    double started = now(), used = processor_time();
    for (int i = 0; i < rounds; i++) {
        double begun = now();
        check(move(&probe, probe.out, command, size), "command");
        check(move(&probe, probe.in, answer, room), "answer");
        times[i] = now() - begun;
    }
    double elapsed = now() - started;
    used = processor_time() - used;
    qsort(times, (size_t)rounds, sizeof *times, ascending);
    printf("%.0f %.1f %.1f %.6f\n", rounds / elapsed, times[rounds / 2] * 1e6, times[rounds * 99 / 100] * 1e6, used);
    libusb_release_interface(probe.handle, probe.interface);
    libusb_close(probe.handle);
    libusb_exit(context);
    free(times);
    return 0;
}
