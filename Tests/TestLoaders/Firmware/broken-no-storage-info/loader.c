// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// StorageInfo was dropped by the linker.
#define NAME "broken-no-storage-info"
#define WITHOUT_STORAGE_INFO
#include "sound.h"
