// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import FlashController
import FlashLoader
import HardwareDescription

/// One run of a loader on a simulated board: every function once, each result held against the cells.
struct TrialSession {
    let loader: LoadedLoader
    let host: TrialHost
    /// What the flash held from its first byte on.
    let used: [UInt8]
    private(set) var steps: [TrialReport.Step] = []
    /// What the cells have to hold.
    private var expected: [UInt8] = []

    private var start: UInt32 { loader.flash.startAddress }
    /// Within a page, and what follows goes over its end; even, as two chips on one bus need it.
    private static let offset: UInt32 = 0x84
    private static let count = 1000

    init(loader: LoadedLoader, host: TrialHost, used: [UInt8]) {
        (self.loader, self.host, self.used) = (loader, host, used)
    }

    /// How much is tried.
    enum Scope {
        /// All but mass erase, which takes long and shows nothing of what is fitted.
        case essentials
        case everything
    }

    mutating func perform(_ scope: Scope, cancellation: Cancellation) {
        host.watch()
        expected = host.cells
        let parts: [(inout TrialSession) -> Bool] = [
            { $0.step("Init") { loader throws(LoaderError) in try loader.initialize() } },
            { $0.read("read", at: 0) }, { $0.erase("erase", at: 0) }, { $0.write("write", at: 0) },
            { $0.read("read back", at: 0) }, { $0.farEnd() }, { $0.verify() }, { $0.massErase() },
        ]
        let count =
            switch scope {
            case .essentials: parts.count - 1
            case .everything: parts.count
            }
        for part in parts.prefix(count) where !cancellation.isCancelled {
            guard part(&self) else { break }
        }
        noteForeignMemory()
    }

    // MARK: - Steps

    private mutating func step(
        _ name: String, _ body: (LoadedLoader) throws(LoaderError) -> Void
    ) -> Bool {
        do throws(LoaderError) { try body(loader) } catch {
            steps.append(.failed(name, error))
            return false
        }
        steps.append(.passed(name))
        return true
    }
    private mutating func fail(_ name: String, _ problem: TrialProblem) -> Bool {
        steps.removeLast()
        steps.append(.failed(name, problem))
        return false
    }

    /// `sector` is the offset at which a sector begins.
    private mutating func read(_ name: String, at sector: UInt32) -> Bool {
        var found: [UInt8] = []
        let offset = sector + Self.offset
        let place = start + offset
        guard
            step(name, { loader throws(LoaderError) in found = try loader.read(Self.count, at: place) })
        else { return false }
        let first = Int(offset)
        guard let index = found.indices.first(where: { found[$0] != expected[first + $0] }) else {
            return true
        }
        return fail(name, .readsWrong(place + UInt32(index)))
    }

    private mutating func erase(_ name: String, at sector: UInt32) -> Bool {
        let size =
            (sector == 0 ? loader.flash.sectorGroups.first : loader.flash.sectorGroups.last)?.size ?? 0x1000
        let first = start + sector
        let count = min(size, loader.flash.size - sector)
        guard
            step(
                name,
                { loader throws(LoaderError) in
                    try loader.eraseSectors(
                        from: first, through: first + count - 1, isCancelled: { false })
                })
        else { return false }
        let old = expected
        let erased = Int(sector)..<min(Int(sector + count), expected.count)
        for index in erased { expected[index] = 0xFF }
        guard let index = firstDifference() else { return true }
        // Cells beyond that were used and are erased now.
        let isErased = !erased.contains(index) && old[index] != 0xFF
        let address = start + UInt32(index)
        return fail(name, isErased ? .erasesTooMuch(address) : .erasesTooLittle(address))
    }

    private mutating func write(_ name: String, at sector: UInt32) -> Bool {
        let data = Array(used[1000..<1000 + Self.count])
        let offset = sector + Self.offset
        let place = start + offset
        guard step(name, { loader throws(LoaderError) in try loader.write(data, at: place) }) else {
            return false
        }
        expected.replaceSubrange(Int(offset)..<Int(offset) + Self.count, with: data)
        return firstDifference().map { fail(name, .writesWrong(start + UInt32($0))) } ?? true
    }

    /// The same in the last sector: an address that is too short shows there only.
    private mutating func farEnd() -> Bool {
        let flash = loader.flash
        guard let last = flash.sectorGroups.last?.size, flash.describedSize == UInt64(flash.size),
            last >= UInt32(Self.count) + Self.offset, last < flash.size, Int(flash.size) <= expected.count
        else { return true }
        let sector = flash.size - last
        return erase("erase at the end", at: sector) && write("write at the end", at: sector)
            && read("read at the end", at: sector)
    }

    private mutating func verify() -> Bool {
        guard loader.program.entry(of: .verify) != nil else {
            steps.append(.skipped("Verify", "it has none"))
            return true
        }
        let offset = 0x100
        let equal = Array(expected[offset..<offset + 256])
        var other = equal
        other[10] ^= 0x10
        let place = start + UInt32(offset)
        var results: [UInt32] = []
        guard
            step(
                "Verify",
                { loader throws(LoaderError) in
                    results = [try loader.verify(equal, at: place), try loader.verify(other, at: place)]
                })
        else { return false }
        return results[0] == results[1] ? fail("Verify", .verifyIsBlind(results[0])) : true
    }

    private mutating func massErase() -> Bool {
        guard loader.canMassErase else {
            steps.append(.skipped("mass erase", "it has none"))
            return true
        }
        guard
            step(
                "mass erase",
                { loader throws(LoaderError) in try loader.massErase(isCancelled: { false }) })
        else { return false }
        expected = [UInt8](repeating: 0xFF, count: expected.count)
        return firstDifference().map { fail("mass erase", .erasesTooLittle(start + UInt32($0))) } ?? true
    }

    private func firstDifference() -> Int? { host.firstDifference(from: expected) }

    // MARK: - What it did to its surroundings

    /// Stack, buffers and what calls go through are everybody's; the rest of the RAM is not the loader's.
    private var own: [Range<UInt64>] {
        let layout = loader.layout
        let site = layout.site
        let areas =
            layout.buffers + [layout.stack, site.gate..<site.gate + CallGate.size]
            + [site.guardArea].compactMap(\.self)
            + (site.returnTrap.map { [$0..<$0 + 4] } ?? [])
            + (loader.program.heapStart == nil ? [] : [layout.heapRoom])
        let pieces = loader.program.pieces.map { UInt64($0.address)..<$0.end }
        return pieces + areas.map { UInt64($0.lowerBound)..<UInt64($0.upperBound) }
    }

    private var foreignMemory: [Range<UInt64>] {
        let own = own
        return host.changedRAM.filter { change in
            !own.contains { $0.lowerBound <= change.lowerBound && change.upperBound <= $0.upperBound + 4 }
        }
    }

    private mutating func noteForeignMemory() {
        guard let first = foreignMemory.first, steps.allSatisfy({ $0.outcome != .failed }) else { return }
        steps.append(
            .failed("memory", .changesForeignMemory(UInt32(truncatingIfNeeded: first.lowerBound))))
    }

    func describe(_ run: inout TrialReport.Run) {
        let registers = host.registers
        run.pins = TrialPins(registers).names
        run.bank = TrialPins.bank(registers)
        run.commands = host.commands.map { .init(text: TrialPins.command($0.word), count: $0.count) }
        for (address, entry) in registers {
            run.writes[PeripheralNames.name(of: address), default: 0] += entry.count
        }
        run.foreignMemory = foreignMemory.map {
            RangeReport(start: UInt32(truncatingIfNeeded: $0.lowerBound), bytes: UInt64($0.count))
        }
        run.stackUsed = stackUsed
    }

    /// The stack is filled before the first call where the layout is ours.
    private var stackUsed: Int? {
        let stack = loader.layout.stack
        guard loader.layout.site.guardArea != nil,
            let memory = host.memories.first(where: {
                $0.start <= stack.lowerBound
                    && UInt64($0.start) + UInt64($0.bytes.count) >= UInt64(stack.upperBound)
            })
        else { return nil }
        let bytes = memory.bytes[Int(stack.lowerBound - memory.start)..<Int(stack.upperBound - memory.start)]
        let pattern = (0..<4).map { UInt8(truncatingIfNeeded: CallSite.pattern >> UInt32(8 * $0)) }
        let untouched = stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4).first {
            !bytes[$0..<$0 + 4].elementsEqual(pattern)
        }
        return untouched.map { bytes.endIndex - $0 } ?? 0
    }
}
