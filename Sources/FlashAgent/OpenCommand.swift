// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// A command whose end was not asked for yet.
struct OpenCommand {
    enum Way: Hashable {
        /// It will be handed to the agent, or executed by the host itself, when its turn comes.
        case deferred
        /// One of the pieces that are still being gathered.
        case gathering(piece: Int)
        /// Its number in the ring.
        case sent(UInt32)
        case sentPiece(UInt32, piece: Int)
        /// With the buffers that hold what was read, as it is and packed.
        case reading(UInt32, raw: Int, packed: Int)
    }

    let command: EngineCommand
    var way: Way = .deferred
    let began: Duration

    init(command: EngineCommand, handedOver: Duration) { (self.command, began) = (command, handedOver) }

    var number: UInt32? {
        switch way {
        case .deferred, .gathering: nil
        case .sent(let number), .sentPiece(let number, _), .reading(let number, _, _): number
        }
    }

    /// Whether the agent has ended it, by what it says of itself.
    func isOver(_ state: AgentChannel.State) -> Bool {
        guard let number else { return false }
        if number <= state.completed { return true }
        // Of pieces progress tells how many were programmed; it may be of a later command, and then these are done too.
        if case .sentPiece(_, let piece) = way, number == state.completed + 1 {
            return state.progress > piece
        }
        return false
    }

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
