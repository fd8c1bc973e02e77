// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription
import ObjectFiles

/// Memory that is not the program's, or that nobody has prepared.
struct MemoryLint {
    let code: CodeView
    let file: LoaderFile
    let target: TargetDefinition

    var findings: [LintFinding] {
        foreignAddresses + (file.abi.format == .st ? unclearedReads : []) + setUpByApplication
    }

    // MARK: - Addresses

    /// Once for each place of memory that is not its own, and for code outside of it.
    private var foreignAddresses: [LintFinding] {
        var seen: Set<UInt32> = []
        var found: [LintFinding] = []
        for (access, address) in code.accesses {
            guard let problem = problem(of: address), seen.insert(address >> 12).inserted else { continue }
            found.append(code.finding(problem, at: access.place))
        }
        for (access, address) in code.accesses where access.size == 8 && address & 3 != 0 {
            found.append(code.finding(.unalignedAccess(address, size: access.size), at: access.place))
        }
        for function in code.reached {
            for call in function.calls where !isOwn(call.target) {
                guard let problem = problem(of: call.target), seen.insert(call.target >> 12).inserted else {
                    continue
                }
                found.append(code.finding(problem, at: call.place))
            }
        }
        return found
    }

    private func isOwn(_ address: UInt32) -> Bool {
        code.program.pieces.contains { $0.address <= address && UInt64(address) < $0.end }
    }

    /// Peripherals, the core's own registers, the mapped flash and the part's constants are everybody's.
    private func problem(of address: UInt32) -> LintProblem? {
        if isOwn(address) || target.mappedFlash.contains(address) { return nil }
        if code.program.isPositionIndependent, address < 0x0010_0000 { return .absoluteAddress(address) }
        if target.loaderRAM(for: file.program).contains(address) { return .usesHostsRAM(address) }
        switch target.memoryList.first(where: { $0.range.contains(address) })?.kind {
        case .flash: return .usesInternalFlash(address)
        case .ram: return .usesForeignRAM(address)
        case .rom: return nil
        case nil: return isNowhere(address) ? .nothingThere(address) : nil
        }
    }

    /// Memory behind the FMC, which a loader may set up, and its registers (RM0399 §2.3.2, §22).
    private static let external: [ClosedRange<UInt32>] = [
        0x6000_0000...0x8FFF_FFFF, 0xC000_0000...0xDFFF_FFFF,
    ]
    private static let externalControl: Range<UInt32> = 0x5200_4000..<0x5200_5000
    /// System memory and option bytes, and RAM of the backup domain.
    private static let small: [Range<UInt32>] = [0x1F00_0000..<0x2000_0000, 0x3880_0000..<0x3881_0000]

    private func isNowhere(_ address: UInt32) -> Bool {
        if RegisterName.peripherals.contains(address) || address >= 0xE000_0000 { return false }
        if Self.small.contains(where: { $0.contains(address) }) { return false }
        guard Self.external.contains(where: { $0.contains(address) }) else { return true }
        return !code.accesses.contains { $0.0.isStore && Self.externalControl.contains($0.1) }
    }

    // MARK: - Memory that has to be cleared

    /// Zeroed memory behind what ST's tool clears that Init reads before it writes to it.
    private var unclearedReads: [LintFinding] {
        guard let entry = code.program.entry(of: .initialize), code.isComplete,
            let end = code.program.fileSpan?.upperBound
        else { return [] }
        let cleared = end..<end + UInt64(LoadedLoader.vendorClearance)
        let areas = code.program.zeroFilled.filter { $0.clamped(to: cleared) != $0 }
        guard !areas.isEmpty else { return [] }
        func isUncleared(_ address: UInt32) -> Bool {
            areas.contains { $0.contains(UInt64(address)) } && !cleared.contains(UInt64(address))
        }
        // Whoever has a pointer there may clear it all.
        let pointers = code.reached.flatMap { $0.calls.flatMap(\.arguments) + Array($0.walked) }
        for pointer in pointers.map(UInt64.init) {
            for area in areas where area.lowerBound <= pointer && pointer <= area.upperBound { return [] }
        }
        var written: Set<UInt32> = []
        var seen: Set<UInt32> = []
        return firstRead(of: entry, isUncleared, &written, &seen).map { [$0] } ?? []
    }

    private func firstRead(
        of entry: UInt32, _ isUncleared: (UInt32) -> Bool, _ written: inout Set<UInt32>,
        _ seen: inout Set<UInt32>
    ) -> LintFinding? {
        guard seen.insert(entry).inserted, let function = code.map.function(at: entry) else { return nil }
        for step in function.steps {
            switch step {
            case .call(let target):
                if let found = firstRead(of: target, isUncleared, &written, &seen) { return found }
            case .access(let access):
                guard let address = access.address, isUncleared(address) else { continue }
                if access.isStore {
                    written.insert(address)
                } else if !written.contains(address) {
                    return code.finding(
                        .readsUncleared(address, symbol: "zeroed memory"), at: access.place)
                }
            }
        }
        return nil
    }

    // MARK: - What only an application's start would do

    /// Functions that use the controller, reached from main or Reset_Handler alone.
    private var setUpByApplication: [LintFinding] {
        guard code.isComplete, let entry = code.program.entry(of: .initialize),
            let start = code.function(named: "main") ?? code.function(named: "Reset_Handler")
        else { return [] }
        let controller = target.quadSPI.base..<target.quadSPI.base + 0x400
        func usesController(_ function: CodeFunction) -> Bool {
            function.constants.contains { controller.contains($0) }
                || function.accesses.contains { $0.address.map(controller.contains) ?? false }
        }
        guard !code.map.reached(from: [entry]).contains(where: usesController),
            let function = code.map.reached(from: [start]).first(where: usesController)
        else { return [] }
        return [
            code.finding(.setUpByApplication(code.map.name(function.entry)), at: function.entry)
        ]
    }
}
