// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// A debug component found through the ROM tables behind an AP (ADIv5.2 part D).
package struct DebugComponent: Sendable {
    package enum Identity: Sendable, Hashable {
        /// CIDR and PIDR make sense. `part` and `designer` (JEP106 continuation and identity) are from PIDR.
        case known(componentClass: UInt8, designer: UInt16, part: UInt16)
        /// CIDR has not the preamble: on the H7 that is DBGMCU.
        case unidentified(cidr: UInt32)
        /// Its registers cannot be read, e.g. its clock is off.
        case unreadable(DebugAccessErrorCode)
    }
    package let address: UInt32
    package let identity: Identity
    /// Zero for the table BASE points to.
    package let depth: Int

    package var isTable: Bool { if case .known(1, _, _) = identity { true } else { false } }
}

/// The stable code of a ``DebugAccessError``.
package typealias DebugAccessErrorCode = String

/// Walks the ROM tables behind an AP.
///
/// Hostile tables (loops, endless lists) end at fixed bounds.
package struct ComponentTable {
    private static let depthLimit = 4
    private static let componentLimit = 64
    private static let entryLimit = 64

    private let memory: MemoryAccessPort
    private var components: [DebugComponent] = []

    private init(_ memory: MemoryAccessPort) { self.memory = memory }

    /// - Returns: the components in table order, the tables themselves included; none when the AP has no table.
    /// - Throws: only when contact is lost; what cannot be read is listed as such.
    package static func components(behind memory: MemoryAccessPort) throws(DebugAccessError)
        -> [DebugComponent]
    {
        let base = RegisterValue<DebugBaseAddress>(
            rawValue: try memory.port.readRegister(.accessPort(memory.index, 0xF8)))
        guard let address = base.componentAddress else { return [] }
        var table = ComponentTable(memory)
        try table.visit(address, depth: 0)
        return table.components
    }

    private mutating func visit(_ address: UInt32, depth: Int) throws(DebugAccessError) {
        guard components.count < Self.componentLimit, depth < Self.depthLimit,
            !components.contains(where: { $0.address == address })
        else { return }
        let component = DebugComponent(address: address, identity: try identity(at: address), depth: depth)
        components.append(component)
        guard component.isTable else { return }
        for index in 0..<UInt32(Self.entryLimit) {
            guard
                let entry = try tolerant({ () throws(DebugAccessError) in
                    try memory.readWord(at: address &+ index * 4)
                })
            else { return }
            guard entry != 0 else { return }
            if entry & 1 == 1 { try visit(address &+ (entry & 0xFFFF_F000), depth: depth + 1) }
        }
    }

    /// PIDR4..7, PIDR0..3 and CIDR0..3 are the last 48 bytes of the component's 4 KiB.
    private func identity(at address: UInt32) throws(DebugAccessError) -> DebugComponent.Identity {
        let words: [UInt32]
        do { words = try memory.readWords(12, at: address &+ 0xFD0) } catch {
            if error.isConnectionFailure { throw error }
            return .unreadable(error.code)
        }
        let cidr = Self.joined(words[8...11]), low = Self.joined(words[4...7]),
            high = Self.joined(words[0...3])
        guard cidr & 0xFFFF_0FFF == 0xB105_000D else { return .unidentified(cidr: cidr) }
        let designer = UInt16(high & 0xF) << 7 | UInt16(low >> 12 & 0x7F)
        return .known(
            componentClass: UInt8(cidr >> 12 & 0xF), designer: designer, part: UInt16(low & 0xFFF))
    }

    private func tolerant<Value>(
        _ access: () throws(DebugAccessError) -> Value
    ) throws(DebugAccessError) -> Value? {
        do { return try access() } catch {
            if error.isConnectionFailure { throw error }
            return nil
        }
    }

    private static func joined(_ words: ArraySlice<UInt32>) -> UInt32 {
        words.reversed().reduce(0) { $0 << 8 | ($1 & 0xFF) }
    }
}
