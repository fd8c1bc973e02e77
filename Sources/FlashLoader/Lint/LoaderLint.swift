// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription
import ObjectFiles

/// Finds in a loader's file what will go wrong when it runs, without running it.
///
/// Pure. What cannot be decided is no finding: a function that is only known at run time, or an address that is given as
/// an argument, hides what depends on it.
package enum LoaderLint {
    /// Findings for one target, in the order of their codes.
    ///
    /// `chip` is what the board's file says is fitted; two that work as one memory as one.
    package static func findings(
        _ file: LoaderFile, target: TargetDefinition, chip: FlashChipDefinition? = nil
    ) -> [LintFinding] {
        var found = StatementLint(file: file, target: target, chip: chip).findings
        var program = file.program
        if program.isPositionIndependent {
            guard UInt64(program.span?.count ?? 0) <= UInt64(target.loaderRAM.count) else {
                return found + PlaceLint(file: file, program: program, target: target).findings
            }
            program = program.moved(to: target.loaderRAM.lowerBound)
        }
        let code = CodeView(program, file.abi)
        found += PlaceLint(file: file, program: program, target: target).findings
        found += StackLint(code: code, file: file, target: target).findings
        found += MemoryLint(code: code, file: file, target: target).findings
        found += InterruptLint(code: code).findings
        found += WaitLint(code: code).findings
        found += InstructionLint(code: code).findings
        return found.sorted { ($0.code, $0.address ?? 0) < ($1.code, $1.address ?? 0) }
    }
}

/// A program with all that its entry points lead to.
struct CodeView {
    let program: LoaderProgram
    let map: CodeMap
    /// The entry points that are called, by name.
    let entries: [(name: String, address: UInt32)]
    let reached: [CodeFunction]
    /// Whether `reached` is all that can run: nothing is only known at run time.
    let isComplete: Bool

    init(_ program: LoaderProgram, _ abi: any LoaderABI) {
        self.program = program
        map = CodeMap(program)
        entries = abi.functions.compactMap { function in
            program.entry(of: function).map { (function.rawValue, $0) }
        }
        reached = map.reached(from: entries.map(\.address))
        isComplete = reached.allSatisfy { $0.indirectCalls.isEmpty && !$0.isIncomplete }
    }

    func finding(_ problem: LintProblem, at address: UInt32) -> LintFinding {
        LintFinding(problem, address: address, place: program.describe(address))
    }
    /// The address of a function by its name.
    func function(named name: String) -> UInt32? {
        program.symbols?.functions.first { $0.name == name }.map { program.placed($0.address) }
    }
    /// Accesses of everything that can run, with addresses that are known.
    var accesses: [(CodeFunction.Access, UInt32)] {
        reached.flatMap { $0.accesses.compactMap { access in access.address.map { (access, $0) } } }
    }
    /// Whether interrupts are let through by anything that can run.
    var interruptEnabling: [CodeFunction.Event] {
        reached.flatMap(\.events).filter { event in
            switch event.event {
            case .enablesInterrupts: true
            case .writesSpecial(16, _): event.value.map { $0 & 1 == 0 } ?? false
            default: false
            }
        }
    }
}
