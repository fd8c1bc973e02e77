// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming

/// NOR cells behind the seam: programming only takes bits away from the erased value, erasing works on whole sectors.
final class ModelFlash: FlashEngine {
    /// What can go wrong once, at a chosen operation.
    enum Fault: CaseIterable {
        /// The operation says no and has done nothing.
        case refused
        /// The way to the flash breaks half way through: nothing answers any more.
        case lost
        /// It says no after half of its work.
        case refusedHalfway
        /// It says yes and has done nothing; a read gives other bytes.
        case lied
        /// A read gives one byte less; anything else is refused.
        case short
        /// A read or hash comes back with one bit wrong; an erase or a write leaves one bit wrong.
        case flipped
    }

    /// A loader that is wrong all the time.
    enum Habit: CaseIterable {
        case erasesNothing, writesNothing, erasesOneSectorTooMany, repeatsItself, dropsLastByte,
            writesOverPrevious
    }

    let geometry: FlashGeometry
    var cells: [UInt8]
    var abilities = FlashAbilities(programLimit: 4096, readLimit: 4096, canEraseChip: true)
    private var open: [EngineCommand] = []
    var protection: WriteProtection?
    private(set) var targetTime = Duration.zero
    let time = VirtualTime()

    /// What erasing a range takes, and a call that programs on top of 2 µs a byte.
    var eraseTime: (AddressRange) -> Duration = { _ in .milliseconds(100) }
    var callTime = Duration.zero
    private(set) var erasing = Duration.zero

    var fault: (kind: Fault, at: Int)?
    var habit: Habit?
    var cancelAt: Int?
    let cancellation = Cancellation()
    private(set) var operations = 0
    private(set) var log: [String] = []
    private var isLost = false
    /// Most commands that were open at a time.
    private(set) var mostOpen = 0

    init(_ geometry: FlashGeometry, contents: [UInt8]? = nil) {
        self.geometry = geometry
        cells = contents ?? [UInt8](repeating: geometry.erasedValue, count: geometry.readableRange.count)
    }

    /// Which operation the first erase of `job` is, tried on a copy.
    func eraseOperation(_ job: (FlashProgrammer) throws -> FlashReport) -> Int {
        let copy = ModelFlash(geometry, contents: cells)
        copy.abilities = abilities
        // What the trial ends with does not matter.
        _ = try? job(FlashProgrammer(engine: copy, timebase: copy.time, trace: .silent))
        return copy.log.firstIndex { $0.hasPrefix("erase") || $0.hasPrefix("mass") } ?? 0
    }

    // MARK: The queue

    func submit(_ command: EngineCommand) throws(FlashEngineFailure) {
        precondition(open.count < abilities.depth, "the pipeline keeps the engine's limits")
        open.append(command)
        mostOpen = max(mostOpen, open.count)
    }

    func complete(_ poll: () -> Bool) throws(FlashEngineFailure) -> EngineResult {
        let command = open.removeFirst()
        let (before, began) = (targetTime, time.now)
        do {
            switch command {
            case .read(let range): return .bytes(try read(range))
            case .digest(let range, let unit): return .digests(try digests(range, unit, poll))
            case .erase(let range): try eraseSectors(range, poll: poll)
            case .eraseChip: try massErase(poll: poll)
            case .program(let bytes, let address):
                try program(bytes, at: address)
                return .done(time.now - began)
            }
        } catch {
            open = []
            throw error
        }
        return .done(targetTime - before)
    }

    // MARK: One command

    func read(_ range: AddressRange) throws(FlashEngineFailure) -> [UInt8] {
        let fault = try begin("read \(range)")
        spend(.microseconds(range.count), onTarget: false)
        var bytes = held(range)
        switch fault {
        case .refused, .refusedHalfway: throw Self.refusal
        case .lost: throw Self.loss
        case .lied: bytes = bytes.map { ~$0 }
        case .short: bytes.removeLast()
        case .flipped: bytes[bytes.count / 2] ^= 1
        case nil: break
        }
        return bytes
    }

    func eraseSectors(_ range: AddressRange, poll: () -> Bool) throws(FlashEngineFailure) {
        let fault = try begin("erase \(range)")
        precondition(geometry.widened(range) == range, "the pipeline erases whole sectors")
        try erase(range, fault, poll)
        if habit == .erasesOneSectorTooMany, let next = geometry.sector(containing: range.bounds.upperBound) {
            eraseCells(offsets(next))
        }
    }

    func massErase(poll: () -> Bool) throws(FlashEngineFailure) {
        let fault = try begin("mass erase")
        try erase(geometry.readableRange, fault, poll)
    }

    private func erase(_ range: AddressRange, _ fault: Fault?, _ poll: () -> Bool) throws(FlashEngineFailure)
    {
        if fault == .refused || fault == .short { throw Self.refusal }
        if fault == .lied || habit == .erasesNothing { return }
        let all = offsets(range)
        let middle = all.lowerBound + all.count / 2
        eraseCells(all.lowerBound..<middle)
        spend(eraseTime(range), onTarget: true)
        erasing += eraseTime(range)
        if fault == .refusedHalfway { throw Self.refusal }
        if fault == .lost { throw Self.loss }
        if poll() { throw .stopped(begun: true) }
        eraseCells(middle..<all.upperBound)
        if fault == .flipped { cells[physical(all.lowerBound)] ^= 1 }
    }

    func program(_ bytes: [UInt8], at address: UInt32) throws(FlashEngineFailure) {
        precondition(
            !bytes.isEmpty && bytes.count <= abilities.programLimit, "the pipeline keeps the device's limits")
        let range = AddressRange(start: address, count: bytes.count)
        let fault = try begin("program \(range)")
        spend(.microseconds(2 * bytes.count), onTarget: true)
        spend(callTime, onTarget: false)
        if fault == .refused || fault == .short { throw Self.refusal }
        if fault == .lied || habit == .writesNothing { return }
        var written = bytes.count
        if fault == .refusedHalfway || fault == .lost { written /= 2 }
        if habit == .dropsLastByte { written -= 1 }
        programCells(Array(bytes[..<written]), at: offsets(range).lowerBound)
        if habit == .writesOverPrevious, offsets(range).lowerBound > 0 {
            programCells([0], at: offsets(range).lowerBound - 1)
        }
        if fault == .flipped { cells[physical(offsets(range).lowerBound)] ^= 1 }
        if fault == .refusedHalfway { throw Self.refusal }
        if fault == .lost { throw Self.loss }
    }

    /// A plain loop over locals: in a debug build anything else is what the tests spend their time with.
    private func programCells(_ bytes: [UInt8], at first: Int) {
        let erased = geometry.erasedValue
        let base = physical(first)
        var held = Array(cells[base..<min(base + bytes.count, cells.count)])
        var index = 0
        while index < held.count {
            held[index] = ((held[index] ^ erased) | (bytes[index] ^ erased)) ^ erased
            index += 1
        }
        cells.replaceSubrange(base..<base + held.count, with: held)
    }

    private func digests(
        _ range: AddressRange, _ unit: Int, _ poll: () -> Bool
    ) throws(FlashEngineFailure) -> [FlashDigest] {
        let fault = try begin("hash \(range)")
        spend(.nanoseconds(100 * range.count), onTarget: true)
        var bytes = held(range)
        switch fault {
        case .refused, .refusedHalfway, .short: throw Self.refusal
        case .lost: throw Self.loss
        case .lied: bytes = bytes.map { ~$0 }
        case .flipped: bytes[0] ^= 1
        case nil: break
        }
        return stride(from: 0, to: bytes.count, by: unit).map {
            FlashDigest(of: bytes[$0..<min($0 + unit, bytes.count)])
        }
    }

    /// What `findings` answers.
    var hardware: [LoaderFinding] = []
    func findings() -> [LoaderFinding] {
        log.append("findings")
        return hardware
    }

    // MARK: Inside

    static let refusal = FlashEngineFailure.refused(Refusal())
    struct Refusal: Diagnosable {
        var code: String { "MDL-001" }
        var failureClass: FailureClass? { .flashFailed }
        var summary: String { "the model refused" }
    }
    static let loss = FlashEngineFailure.failed(Loss())
    struct Loss: Diagnosable {
        var code: String { "MDL-002" }
        var failureClass: FailureClass? { .probeLost }
        var summary: String { "the model was unplugged" }
    }

    private func begin(_ what: String) throws(FlashEngineFailure) -> Fault? {
        log.append(what)
        if isLost { throw Self.loss }
        defer { operations += 1 }
        if cancelAt == operations { cancellation.cancel() }
        guard let fault, fault.at == operations else { return nil }
        if fault.kind == .lost { isLost = true }
        return fault.kind
    }

    private func held(_ range: AddressRange) -> [UInt8] {
        guard habit == .repeatsItself else { return Array(cells[offsets(range)]) }
        return offsets(range).map { cells[physical($0)] }
    }

    private func eraseCells(_ offsets: Range<Int>) {
        if habit == .repeatsItself {
            for offset in offsets { cells[physical(offset)] = geometry.erasedValue }
        } else {
            cells.replaceSubrange(
                offsets, with: [UInt8](repeating: geometry.erasedValue, count: offsets.count))
        }
    }

    private func spend(_ duration: Duration, onTarget: Bool) {
        time.wait(for: duration)
        if onTarget { targetTime += duration }
    }

    func offsets(_ range: AddressRange) -> Range<Int> {
        let low = range.bounds.lowerBound - geometry.readableRange.bounds.lowerBound
        precondition(low >= 0 && low + range.count <= cells.count, "the pipeline stays inside the flash")
        return low..<low + range.count
    }

    /// A flash half as large as described answers the upper half with the lower one.
    private func physical(_ offset: Int) -> Int {
        habit == .repeatsItself ? offset % max(1, cells.count / 2) : offset
    }
}
