// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#include "CLinuxShim.h"

static char *const *process_arguments;

// glibc calls constructors with the arguments of main (elf/dl-init.c, csu/libc-start.c).
#ifdef __GLIBC__
__attribute__((constructor)) static void keep_arguments(int count, char *arguments[], char *environment[]) {
    (void)count;
    (void)environment;
    process_arguments = arguments;
}
#endif

char *const *shim_arguments(void) { return process_arguments; }
