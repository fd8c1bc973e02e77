// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// ST's external loader interface, as its sources and the vendor's tool have it (Dev_Inf.h, Loader_Src.c; UM2237 §2.3.3).
package struct STLoaderABI: LoaderABI {
    package init() {}

    package var format: LoaderFormat { .st }
    package var functions: [LoaderFunction] {
        [.initialize, .write, .sectorErase, .massErase, .read, .verify, .checkSum, .deinitialize]
    }
    package var required: [LoaderFunction] { [.initialize, .write, .sectorErase] }
    package var opensForOneUse: Bool { false }

    package func calls(
        for command: FlashCommand, of program: LoaderProgram, on flash: FlashStatement
    ) -> [LoaderCall]? {
        let call: LoaderCall
        switch command {
        case .open: call = LoaderCall(.initialize)
        case .close: return []
        case .program(let address, let count, let buffer):
            call = LoaderCall(
                .write, [address, UInt32(count), buffer],
                on: UInt64(address)..<UInt64(address) + UInt64(count))
        case .erase(let first, let last):
            // The last byte of the last sector: right for loaders that loop while (end >= start), and for those that
            // do not.
            let end = min(flash.lastByteOfSector(at: last), UInt32(clamping: flash.end - 1))
            call = LoaderCall(.sectorErase, [first, end], on: UInt64(first)..<UInt64(end) + 1)
        case .eraseAll: call = LoaderCall(.massErase, [0])
        case .read(let address, let count, let buffer):
            call = LoaderCall(
                .read, [address, UInt32(count), buffer],
                on: UInt64(address)..<UInt64(address) + UInt64(count))
        }
        return program.entry(of: call.function) == nil ? nil : [call]
    }

    /// Nothing but 1: ST's own Init returns its driver's error codes, which are not 0.
    package func isSuccess(_ result: UInt32, of call: LoaderCall) -> Bool { result == format.success }

    package func writeUnit(of flash: FlashStatement) -> Int { 1 }
}
