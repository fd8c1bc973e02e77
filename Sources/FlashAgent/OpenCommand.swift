// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// A command whose end was not asked for yet.
struct OpenCommand {
    let command: EngineCommand
    /// Its number in the ring; nil for one that the host executes itself.
    var number: UInt32?
    let began: Duration

    init(command: EngineCommand, handedOver: Duration) { (self.command, began) = (command, handedOver) }

    /// For messages.
    var title: String {
        switch command {
        case .read: "reading"
        case .digest: "hashing"
        case .erase: "erasing"
        case .eraseChip: "erasing the chip"
        case .program: "programming"
        }
    }
}

extension EngineCommand {
    func range(of geometry: FlashGeometry) -> AddressRange {
        switch self {
        case .read(let range), .digest(let range, _), .erase(let range): range
        case .eraseChip: geometry.readableRange
        case .program(let bytes, let address): AddressRange(start: address, count: bytes.count)
        }
    }
}
