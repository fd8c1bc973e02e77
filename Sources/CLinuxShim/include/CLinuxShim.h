// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// What Linux offers and Swift's Glibc module does not show. Every function gives -1 with errno set on failure.
#ifndef EXTFLASH_LINUX_SHIM_H
#define EXTFLASH_LINUX_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The command line of this process, its name first, ended by NULL; NULL where the C library does not hand it out.
///
/// Swift's `CommandLine.arguments` reads /proc/self/cmdline, and is empty where /proc is not mounted.
char *const *shim_arguments(void);

/// unshare(2) of the mount namespace, and of the network and user namespaces where asked.
int shim_unshare(int network, int user);

/// Takes the loopback interface of this network namespace up.
int shim_loopback_up(void);

/// Opens a socket that can send device events to the listeners of this network namespace.
int shim_open_event_socket(void);
/// Sends one event to a multicast group: 1 is the kernel's, 2 the device manager's. Nobody listening is no failure.
int shim_send_event(int socket, unsigned group, const void *bytes, size_t count);

/// Copies memory of the process a thread belongs to; anything less than `count` bytes is a failure.
int shim_read_memory(pid_t thread, uint64_t address, void *bytes, size_t count);
int shim_write_memory(pid_t thread, uint64_t address, const void *bytes, size_t count);

/// What a signal descriptor tells.
struct shim_signal {
    int number;
    /// Sent by a process (kill), not by the terminal or the kernel.
    int from_process;
};
/// Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGCHLD and opens a descriptor that reads them. Gives the descriptor.
int shim_open_signals(void);
int shim_read_signal(int descriptor, struct shim_signal *signal);

/// From now on SIGINT, SIGTERM and SIGHUP are only written to a pipe, as bytes, but for those that are ignored.
///
/// The calling thread and those that it starts later get none, so that no system call of theirs is interrupted. Gives
/// the descriptor to read from, which stays the same for the life of the process.
int shim_watch_signals(void);
/// Gives the signals their former meaning.
void shim_forget_signals(void);
/// Lets the calling thread be the one that is interrupted.
void shim_take_signals(void);

/// Starts a program with a clean signal mask; it is told to end (SIGTERM) when this process dies.
///
/// Gives the process id; -1 with errno when the program could not be executed.
pid_t shim_spawn(const char *file, char *const arguments[], char *const environment[]);

/// Accepts a connection as a descriptor that neither blocks nor is inherited.
int shim_accept(int listener);

/// Opens a path without access to its contents.
int shim_open_path(const char *path);

/// Creates a file without a name in a directory, open for writing (O_TMPFILE).
int shim_open_nameless(const char *directory, mode_t mode);

/// Takes space on the disk for the first `count` bytes of a file; its length stays (fallocate(2)).
int shim_reserve(int descriptor, off_t count);

/// Whether the open file is the root of a mount, as a file that is bound over another one is (statx(2)).
///
/// 1 or 0; -1 where the kernel does not say, as before Linux 5.8.
int shim_is_mount_point(int descriptor);

#endif
