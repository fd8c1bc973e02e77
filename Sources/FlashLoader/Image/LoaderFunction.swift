// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Entry points of the ST external loader interface; the raw value is the symbol's name.
package enum LoaderFunction: String, CaseIterable, Hashable, Sendable {
    /// `int Init(void)`
    case initialize = "Init"
    /// `int Write(uint32_t address, uint32_t size, uint8_t *buffer)`
    case write = "Write"
    /// `int SectorErase(uint32_t first, uint32_t last)`, both addresses inclusive.
    case sectorErase = "SectorErase"
    /// `int MassErase(uint32_t parallelism)`
    case massErase = "MassErase"
    /// `int Read(uint32_t address, uint32_t size, uint8_t *buffer)`
    case read = "Read"
    /// `uint64_t Verify(uint32_t memory, uint32_t ram, uint32_t words, uint32_t misalignment)`, which is never called:
    /// the implementations differ in what they return.
    case verify = "Verify"
    /// `uint32_t CheckSum(uint32_t start, uint32_t size, uint32_t initial)`, which is never called: a sum of bytes
    /// proves nothing.
    case checkSum = "CheckSum"
    /// `int DeInit(void)`, which is never called.
    ///
    /// What it would undo ends with the reset that the target is released by; and being called by no tool that is
    /// known to, it is the least tried of all: where it hangs, a job that is done and proven would end in an error.
    case deinitialize = "DeInit"

    /// What every tool needs a loader to have.
    package static let required: [LoaderFunction] = [.initialize, .write, .sectorErase]
}
