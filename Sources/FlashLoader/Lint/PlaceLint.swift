// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// Where a program lies, and what start-up code it counts on.
struct PlaceLint {
    let file: LoaderFile
    let program: LoaderProgram
    let target: TargetDefinition

    var findings: [LintFinding] {
        var found: [LintFinding] = []
        if file.abi.format == .st, let first = program.pieces.first, first.address & 0xFF < 4 {
            found.append(LintFinding(.noRoomForBreakpoint(first.address), address: first.address))
        }
        do {
            _ = try LoaderLayout.place(file, in: target.loaderRAM(for: file.program), style: .spacious)
        } catch {
            switch error {
            case .outsideRAM(_, let needed, let ram): found.append(LintFinding(.outsideRAM(needed, ram: ram)))
            case .noRoom(_, let free, let needed):
                found.append(LintFinding(.noRoom(free: free, needed: needed)))
            default: break
            }
        }
        for warning in program.warnings {
            switch warning {
            case .noThumbBit(let function):
                found.append(
                    LintFinding(.noThumbBit(function.rawValue), address: program.entry(of: function)))
            case .dataElsewhere(let loaded, let used, let bytes):
                found.append(
                    LintFinding(.dataElsewhere(loaded: loaded, used: used, bytes: bytes), address: used))
            case .constructors(let count, let address):
                found.append(LintFinding(.constructors(count), address: address))
            default: break
            }
        }
        return found
    }
}
