// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A function that a loader's interface names; the raw value is the symbol's.
package enum LoaderFunction: String, CaseIterable, Hashable, Sendable {
    // Of both interfaces.
    /// ST: `int Init(void)`. CMSIS: `int Init(unsigned long adr, unsigned long clk, unsigned long fnc)`.
    case initialize = "Init"
    /// `int Read(uint32_t address, uint32_t size, uint8_t *buffer)`
    case read = "Read"
    /// ST: `uint64_t Verify(uint32_t memory, uint32_t ram, uint32_t words, uint32_t misalignment)`. CMSIS:
    /// `unsigned long Verify(unsigned long adr, unsigned long sz, unsigned char *buf)`, `adr + sz` for equal.
    ///
    /// No job calls it, because the implementations differ in what they return.
    case verify = "Verify"

    // ST's external loaders (Dev_Inf.h, Loader_Src.c).
    /// `int Write(uint32_t address, uint32_t size, uint8_t *buffer)`
    case write = "Write"
    /// `int SectorErase(uint32_t first, uint32_t last)`, both addresses inclusive.
    case sectorErase = "SectorErase"
    /// `int MassErase(uint32_t parallelism)`
    case massErase = "MassErase"
    /// `uint32_t CheckSum(uint32_t start, uint32_t size, uint32_t initial)`, which is never called: a sum of bytes
    /// proves nothing.
    case checkSum = "CheckSum"
    /// `int DeInit(void)`, which is never called.
    ///
    /// What it would undo ends with the reset that the target is released by; and being called by no tool that is
    /// known to, it is the least tried of all: where it hangs, a job that is done and proven would end in an error.
    case deinitialize = "DeInit"

    // CMSIS flash algorithms (FlashOS.h).
    /// `int UnInit(unsigned long fnc)`
    case uninitialize = "UnInit"
    /// `int EraseChip(void)`
    case eraseChip = "EraseChip"
    /// `int EraseSector(unsigned long adr)`
    case eraseSector = "EraseSector"
    /// `int ProgramPage(unsigned long adr, unsigned long sz, unsigned char *buf)`, within one page and from its start.
    case programPage = "ProgramPage"
    /// `int BlankCheck(unsigned long adr, unsigned long sz, unsigned char pat)`, which no job calls: what counts is read.
    case blankCheck = "BlankCheck"
}
