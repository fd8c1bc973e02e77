// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles

/// How much stack functions take at once, read off the instructions that lower the stack pointer.
///
/// A frame that is larger than stack and guard together steps over both: nothing on the target sees it, so it is looked
/// for before anything runs. What is pushed is left out, and what a table between the functions looks like is taken for
/// code: good for a warning, not for a refusal.
struct StackFrames {
    struct Frame: Hashable, Sendable {
        var function: String
        /// Bytes.
        var size: Int
    }

    /// The largest first.
    private(set) var frames: [Frame] = []

    init(_ program: LoaderProgram) {
        var sizes: [String: Int] = [:]
        for range in program.code {
            guard let bytes = program.bytes(in: range) else { continue }
            let base = UInt32(truncatingIfNeeded: range.lowerBound)
            var scan = ThumbScan(bytes, at: base)
            while let (address, size) = scan.nextFrame() {
                let function = program.function(at: address)?.name ?? program.describe(address)
                sizes[function, default: 0] += size
            }
        }
        frames = sizes.map { Frame(function: $0.key, size: $0.value) }
            .sorted { ($1.size, $0.function) < ($0.size, $1.function) }
    }
}

/// A walk through Thumb code that looks at what is subtracted from the stack pointer (ARMv7-M ARM §A7.7).
private struct ThumbScan {
    private let bytes: ArraySlice<UInt8>
    private let base: UInt32
    private var offset = 0
    /// Constants that the instructions before have put into registers.
    private var constants: [UInt32: UInt32] = [:]

    init(_ bytes: ArraySlice<UInt8>, at base: UInt32) { (self.bytes, self.base) = (bytes, base) }

    private func halfword(_ offset: Int) -> UInt32? {
        guard offset >= 0, offset + 1 < bytes.count else { return nil }
        let index = bytes.startIndex + offset
        return UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
    }

    /// The next place where the stack pointer goes down by a constant, and by how much.
    mutating func nextFrame() -> (address: UInt32, size: Int)? {
        while let first = halfword(offset) {
            let address = base &+ UInt32(offset)
            offset += 2
            let size: UInt32?
            if first >= 0xE800 {
                guard let second = halfword(offset) else { return nil }
                offset += 2
                size = wide(first, second, at: address)
            } else {
                size = narrow(first, at: address)
            }
            // More than that is no frame but a constant misread.
            if let size, size > 0, size < 1 << 24 { return (address, Int(size)) }
        }
        return nil
    }

    private mutating func narrow(_ code: UInt32, at address: UInt32) -> UInt32? {
        switch code {
        // SUB SP, #imm7 * 4
        case 0xB080...0xB0FF: return (code & 0x7F) * 4
        // LDR Rd, literal
        case 0x4800...0x4FFF:
            constants[code >> 8 & 7] = literal(at: (address &+ 4) & ~3, plus: (code & 0xFF) * 4)
            return nil
        // MOVS Rd, #imm8
        case 0x2000...0x27FF:
            constants[code >> 8 & 7] = code & 0xFF
            return nil
        // ADD SP, Rm with a negative number
        case let code where code & 0xFF87 == 0x4485:
            return constants[code >> 3 & 15].map { 0 &- $0 }
        // Calls and returns end what is known of the registers.
        case let code where code & 0xFF00 == 0x4700 || code & 0xFF00 == 0xBD00:
            constants = [:]
            return nil
        default: return nil
        }
    }

    private mutating func wide(_ first: UInt32, _ second: UInt32, at address: UInt32) -> UInt32? {
        let (low, rd) = ((second >> 12 & 7) << 8 | second & 0xFF, second >> 8 & 15)
        let immediate = (first >> 10 & 1) << 11 | low
        switch (first & 0xFBF0, first & 15, second & 0x8000) {
        // MOVW and MOVT
        case (0xF240, let high, 0): constants[rd] = high << 12 | immediate
        case (0xF2C0, let high, 0):
            constants[rd] = (constants[rd] ?? 0) & 0xFFFF | (high << 12 | immediate) << 16
        // MOV.W and MVN.W with a modified immediate
        case (0xF040, 15, 0), (0xF050, 15, 0): constants[rd] = Self.expanded(immediate)
        case (0xF060, 15, 0), (0xF070, 15, 0): constants[rd] = ~Self.expanded(immediate)
        // SUB.W SP, SP, #modified, and SUBW SP, SP, #imm12
        case (0xF1A0, 13, 0) where rd == 13: return Self.expanded(immediate)
        case (0xF2A0, 13, 0) where rd == 13: return immediate
        default:
            // SUB.W SP, SP, Rm
            if first & 0xFFEF == 0xEBAD, second & 0x7FF0 == 0x0D00 { return constants[second & 15] }
            // LDR.W Rd, literal
            if first == 0xF8DF {
                constants[second >> 12] = literal(at: (address &+ 4) & ~3, plus: second & 0xFFF)
            }
        }
        return nil
    }

    private func literal(at place: UInt32, plus offset: UInt32) -> UInt32? {
        let position = Int(place &+ offset &- base)
        guard let low = halfword(position), let high = halfword(position + 2) else { return nil }
        return high << 16 | low
    }

    /// ThumbExpandImm (ARMv7-M ARM §A5.3.2).
    private static func expanded(_ immediate: UInt32) -> UInt32 {
        let byte = immediate & 0xFF
        switch immediate >> 8 {
        case 0: return byte
        case 1: return byte << 16 | byte
        case 2: return byte << 24 | byte << 8
        case 3: return byte << 24 | byte << 16 | byte << 8 | byte
        default:
            let value = byte | 0x80
            let count = immediate >> 7 & 31
            return value >> count | value << (32 - count)
        }
    }
}
