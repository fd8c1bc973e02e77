// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// StorageInfo without its values.
#define NAME "broken-empty-storage-info"
#define WITHOUT_STORAGE_INFO
#include "sound.h"

__attribute__((used, section(".info"))) const struct storage_info StorageInfo = {0};
