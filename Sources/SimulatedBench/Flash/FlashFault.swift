// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What can be the matter with the flash of a board, and what that means for a part.
extension FlashPart {
    private typealias Fault = BenchConfiguration.FlashFault

    /// The part that is on the board instead of this one; nil: none, or one without a supply.
    ///
    /// Some faults are those of another part in the place of this one: of a variant that `files` describe. Throws
    /// `BenchError.faultImpossible` where neither the part nor a variant can have the fault.
    func fitted(_ fault: BenchConfiguration.FlashFault, in files: DescriptionFiles) throws(BenchError)
        -> FlashPart?
    {
        switch fault {
        case .absent, .unpowered: return nil
        case .wrongID: return try variant(in: files) { $0.identification != identification } ?? renamed
        case .quadDisabled:
            return try selfOrTwin(fault, in: files, "quad enable bit that can be 0") {
                $0.hasWritableQuadEnable
            }
        case .qpi:
            return try selfOrTwin(fault, in: files, "interface with opcodes on four lines") {
                $0.hasQuadInterface
            }
        case .blockProtected:
            return try selfOrTwin(fault, in: files, "block protect bits") { $0.protection != nil }
        case .individuallyLocked:
            return try selfOrTwin(fault, in: files, "locks of single blocks") {
                $0.protection?.individual != nil
            }
        case .poweredDown:
            return try selfOrTwin(fault, in: files, "power-down") { $0.does(.powerDown) }
        case .continuousRead:
            return try selfOrTwin(fault, in: files, "continuous read mode") {
                $0.continuousOpcode != nil
            }
        case .none, .stuckBusy, .badCell: return self
        }
    }

    private func selfOrTwin(
        _ fault: BenchConfiguration.FlashFault, in files: DescriptionFiles, _ feature: String,
        _ fits: (FlashPart) -> Bool
    ) throws(BenchError) -> FlashPart {
        if fits(self) { return self }
        if let twin = try variant(in: files, { $0.identification == identification && fits($0) }) {
            return twin
        }
        throw .faultImpossible(fault.rawValue, part: name, feature: feature)
    }
    private func variant(in files: DescriptionFiles, _ fits: (FlashPart) -> Bool) throws(BenchError)
        -> FlashPart?
    {
        for name in variants {
            let part = try FlashPart(named: name, in: files)
            if fits(part) { return part }
        }
        return nil
    }
    /// The same part with the id of none.
    private var renamed: FlashPart {
        var part = self
        part.identification[1] ^= 0x0F
        part.quadIdentification = part.identification
        return part
    }
    private var hasWritableQuadEnable: Bool {
        quadEnable.map { $0.mask & registers[$0.register].nonVolatile != 0 } ?? false
    }
    private func does(_ action: FlashInstruction.Action) -> Bool {
        serial.instructions.contains { $0.action == action }
    }
    /// The instruction that firmware would leave in continuous read mode: the one on the most lines.
    var continuousOpcode: UInt8? {
        let candidates = serial.instructions.filter {
            guard !$0.isDoubleRate else { return false }
            return switch $0.continuation {
            case .value, .toggled: true
            default: false
            }
        }
        return candidates.max { $0.addressLines < $1.addressLines }?.opcode
    }
}

extension SerialFlash {
    /// States software left the part in, and damage.
    func suffer(_ fault: BenchConfiguration.FlashFault, seed: UInt64) {
        switch fault {
        case .quadDisabled: if let flag = part.quadEnable { registers.keep(flag, false) }
        case .blockProtected:
            for field in part.protection?.level ?? [] { registers.keepAllBits(of: field) }
        case .individuallyLocked:
            if let flag = part.protection?.individual { registers.keep(flag, true) }
        case .qpi:
            if let flag = part.quadEnable { registers.keep(flag, true) }
            isQuadInterface = true
        case .stuckBusy: isStuckBusy = true
        case .poweredDown: latches.isPoweredDown = true
        case .continuousRead:
            // Who got it there had enabled the lines for that.
            if let flag = part.quadEnable { registers.keep(flag, true) }
            latches.continuousOpcode = part.continuousOpcode
        case .badCell:
            // Four cells of a byte stuck at each level, somewhere in the first page.
            var random = SeededGenerator(seed: seed)
            array.worn = (Int(random.next() & 0xFF), 0xF0)
        case .none, .absent, .wrongID, .unpowered: break
        }
    }
}
