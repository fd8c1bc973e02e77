// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What counts on interrupts, which no tool has to let through.
struct InterruptLint {
    let code: CodeView

    private static let vectorTable: UInt32 = 0xE000_ED08
    private static let sysTickControl: UInt32 = 0xE000_E010

    var findings: [LintFinding] {
        var found: [LintFinding] = []
        if let event = code.interruptEnabling.first {
            found.append(code.finding(.enablesInterrupts, at: event.place))
        }
        if let (access, _) = code.accesses.first(where: { $0.0.isStore && $0.1 == Self.vectorTable }) {
            found.append(code.finding(.movesVectors, at: access.place))
        }
        // SYST_CSR.TICKINT (ARMv7-M ARM §B3.3.3).
        if let (access, _) = code.accesses.first(where: {
            $0.0.isStore && $0.1 == Self.sysTickControl && ($0.0.value ?? 0) & 3 == 3
        }) {
            found.append(code.finding(.tickInterrupt, at: access.place))
        }
        if let event = code.reached.flatMap(\.events).first(where: { $0.event == .waitsForInterrupt }) {
            found.append(code.finding(.waitsForInterrupt, at: event.place))
        }
        return found
    }
}
