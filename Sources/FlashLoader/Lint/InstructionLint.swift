// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Instructions that the core lacks, or that a loader has no use for.
struct InstructionLint {
    let code: CodeView

    private static let resetControl: UInt32 = 0xE000_ED0C
    /// AIRCR: the key, and SYSRESETREQ (ARMv7-M ARM §B3.2.6).
    private static func requestsReset(_ value: UInt32) -> Bool { value >> 16 == 0x05FA && value & 4 != 0 }

    var findings: [LintFinding] {
        var found: [LintFinding] = []
        for function in code.reached {
            for event in function.events {
                switch event.event {
                case .undefined: found.append(code.finding(.lackingInstruction, at: event.place))
                case .breakpoint(let number): found.append(code.finding(.breakpoint(number), at: event.place))
                case .entersArmState: found.append(code.finding(.armState(event.value ?? 0), at: event.place))
                case .supervisorCall: found.append(code.finding(.supervisorCall, at: event.place))
                default: break
                }
            }
        }
        for (access, address) in code.accesses
        where access.isStore && address == Self.resetControl
            && (access.value.map(Self.requestsReset) ?? false)
        {
            found.append(code.finding(.resetsTarget, at: access.place))
        }
        return Array(found.prefix(8)) + floatingPoint
    }

    /// CPACR (ARMv7-M ARM §B3.2.20).
    private static let coprocessorAccess: UInt32 = 0xE000_ED88

    /// Once, where the unit is first used by a program that never switches it on.
    private var floatingPoint: [LintFinding] {
        guard code.isComplete,
            !code.accesses.contains(where: { $0.0.isStore && $0.1 == Self.coprocessorAccess }),
            let event = code.reached.flatMap(\.events).first(where: { $0.event == .floatingPoint })
        else { return [] }
        return [code.finding(.floatingPointOff, at: event.place)]
    }
}
