# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""pyOCD user script for an STM32H745 (option --script).

The M7's identification registers answer only once DBGMCU_CR.D1DBGCKEN clocks its debug components, so pyOCD must not look
for cores before. DBGMCU is reached through AP2, as it also answers while a core sleeps.

With FLASH_ALGORITHM the flash on QUADSPI is programmed by that CMSIS algorithm, in the part's AXI SRAM.
"""

import os

from pyocd.core.memory_map import FlashRegion, RamRegion
from pyocd.coresight.ap import APv1Address

DEBUG_BUS = APv1Address(2)
CSW, TAR, DRW = 0x00, 0x04, 0x0C
DBGMCU_CR = 0xE00E1004
# Debug clocks of D1 and D3, and debug in sleep, stop and standby of D1 and D2.
DBGMCU_CR_VALUE = 0x0060003F


def will_init_target(target, init_sequence):
    def clock_debug_components():
        # An ST-LINK opens the access port here; a CMSIS-DAP probe has no such notion and gives nothing.
        target.session.probe.get_memory_interface_for_ap(DEBUG_BUS)
        # DbgSwEnable stays set, or the cores lose sight of the debug bus.
        target.dp.write_ap(DEBUG_BUS.address | CSW, 0x80000042)
        target.dp.write_ap(DEBUG_BUS.address | TAR, DBGMCU_CR)
        target.dp.write_ap(DEBUG_BUS.address | DRW, DBGMCU_CR_VALUE)

    init_sequence.insert_after("dp_init", ("clock_debug_components", clock_debug_components))


def will_connect(board):
    algorithm = os.environ.get("FLASH_ALGORITHM")
    if not algorithm:
        return
    memory = board.target.memory_map
    for region in list(memory.regions):
        memory.remove_region(region)
    memory.add_region(RamRegion(name="axi", start=0x24000000, length=0x80000, is_default=True))
    memory.add_region(
        FlashRegion(name="quadspi", start=0x90000000, length=0x1000000, blocksize=4096, flm=algorithm)
    )
