// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The interface of CMSIS flash algorithms (FlashOS.h; CMSIS-Pack "Flash Programming", "Algorithm Functions").
package struct CMSISLoaderABI: LoaderABI {
    package init() {}

    package var format: LoaderFormat { .cmsis }
    package var functions: [LoaderFunction] {
        [
            .initialize, .uninitialize, .eraseChip, .eraseSector, .programPage, .blankCheck, .verify, .read,
        ]
    }
    package var required: [LoaderFunction] { [.initialize, .uninitialize, .eraseSector, .programPage] }
    package var opensForOneUse: Bool { true }

    package func calls(
        for command: FlashCommand, of program: LoaderProgram, on flash: FlashStatement
    ) -> [LoaderCall]? {
        let calls: [LoaderCall]
        switch command {
        // The clock is nobody's to know: 0, as other hosts give it.
        case .open(let use): calls = [LoaderCall(.initialize, [flash.startAddress, 0, use.functionCode])]
        case .close(let use): calls = [LoaderCall(.uninitialize, [use.functionCode])]
        case .program(let address, let count, let buffer):
            calls = pages(of: address, count, on: flash).map { part in
                LoaderCall(
                    .programPage,
                    [
                        UInt32(truncatingIfNeeded: part.lowerBound), UInt32(part.count),
                        buffer &+ UInt32(truncatingIfNeeded: part.lowerBound - UInt64(address)),
                    ], on: part)
            }
        case .erase(let first, let last):
            calls = flash.sectorRanges(touching: first, through: last).map { sector in
                LoaderCall(.eraseSector, [UInt32(truncatingIfNeeded: sector.lowerBound)], on: sector)
            }
        case .eraseAll: calls = [LoaderCall(.eraseChip)]
        case .read(let address, let count, let buffer):
            calls = [
                LoaderCall(
                    .read, [address, UInt32(count), buffer],
                    on: UInt64(address)..<UInt64(address) + UInt64(count))
            ]
        }
        return calls.allSatisfy { program.entry(of: $0.function) != nil } ? calls : nil
    }

    /// A range cut where pages end.
    private func pages(of address: UInt32, _ count: Int, on flash: FlashStatement) -> [Range<UInt64>] {
        let page = UInt64(writeUnit(of: flash))
        let end = UInt64(address) + UInt64(count)
        var parts: [Range<UInt64>] = []
        var start = UInt64(address)
        while start < end {
            let offset = (start - min(start, UInt64(flash.startAddress))) % page
            let next = min(end, start + page - offset)
            parts.append(start..<next)
            start = next
        }
        return parts
    }

    /// 0, except that Verify returns one past the last byte, and that of some 0, when all are equal.
    package func isSuccess(_ result: UInt32, of call: LoaderCall) -> Bool {
        guard call.function == .verify, let extent = call.extent else { return result == format.success }
        return result == 0 || UInt64(result) == extent.upperBound
    }

    package func writeUnit(of flash: FlashStatement) -> Int { Int(max(1, flash.pageSize)) }
}

extension LoaderUse {
    /// The `fnc` of Init and UnInit.
    var functionCode: UInt32 {
        switch self {
        case .erasing: 1
        case .programming: 2
        case .reading, .mapped: 3
        }
    }
}
