// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

/// The machine code of `Firmware/agent`, as the build made it.
package struct AgentProgram: Hashable, Sendable {
    package struct Piece: Hashable, Sendable {
        package let address: UInt32
        package let bytes: [UInt8]
    }
    package let pieces: [Piece]
    package let entry: UInt32

    /// The shipped one.
    package static func shipped() throws(AgentError) -> AgentProgram {
        guard let bytes = EmbeddedFiles.bytes(of: "agent.elf") else { throw .programMissing }
        do throws(ImageError) { return AgentProgram(try ELFFile(bytes, name: "agent.elf")) } catch {
            throw .programUnreadable(error)
        }
    }

    private init(_ file: ELFFile) {
        pieces = file.segments.filter { $0.isLoaded && !$0.contents.isEmpty }.map {
            Piece(address: $0.physicalAddress, bytes: Array(file.bytes[$0.contents]))
        }
        entry = file.entry & ~1
    }

    /// Bytes of code and data.
    package var size: Int { pieces.reduce(0) { $0 + $1.bytes.count } }
    var range: Range<UInt32> {
        let start = pieces.map(\.address).min() ?? 0
        return start..<(pieces.map { $0.address + UInt32($0.bytes.count) }.max() ?? start)
    }
}
