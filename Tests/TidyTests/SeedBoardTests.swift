// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

/// Boards and flash parts are data: code knows families of behaviour, never a part or a board.
@Suite struct `The first board` {
    /// Target code for that very board, and its file's name.
    private static let exempt = ["Sources/ReferenceLoader/"]
    /// Why a place may name what others may not.
    private static let reasons: KeyValuePairs = [
        // The first version of a state file knew this part only, and had no name in it.
        "Sources/SimulatedBench/State/FlashRegistersFile.swift": "W25Q128",
        // The window's address is the family's; the simulator has it from RM0399 as the driver has it from the target's file.
        "Sources/SimulatedBench/Machine/QuadSPI/QuadSPI+MemoryMapped.swift": "0x9000_0000",
        // An example of a name, in a help text.
        "Sources/extflash/Commands/Config.swift": "stm32h745xi-w25q128",
    ]

    @Test func `is in no Swift source: no address, no pin, no part and no name of it`() throws {
        let pins = #/"P(?:B2|C11|H2|H3|G9|G14)"|\.(?:pb2|pc11|ph2|ph3|pg9|pg14)\b/#
        let names = #/(?i)w25q\d+[a-z]*|stm32h745xi(?:-w25q128)?/#
        // Addresses in words for people are examples, and written without grouping.
        let address = #/0x90[0-9a-fA-F]0_0000/#
        for file in try SourceTree.files(in: "Sources")
        where !Self.exempt.contains(where: file.path.hasPrefix) {
            let code = file.text.replacing(#/(?m)//.*$/#, with: "")
            let found =
                code.matches(of: pins).map { code[$0.range] } + code.matches(of: names).map { code[$0.range] }
                + code.matches(of: address).map { code[$0.range] }
            let allowed = Self.reasons.filter { $0.key == file.path }.map(\.value)
            for word in found where !allowed.contains(where: { word.hasPrefix($0) }) {
                Issue.record("\(file.path) names \(word)")
            }
        }
    }
}
