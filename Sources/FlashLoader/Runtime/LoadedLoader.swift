// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
package import FlashController
package import HardwareDescription
package import TargetControl

/// A loader in target RAM whose entry points can be called.
///
/// What it reports is not believed: Init, Write and the erases may answer 1 for nothing done. Whoever programs reads back.
package final class LoadedLoader {
    /// Where it lies on the target.
    package let program: LoaderProgram
    package let abi: any LoaderABI
    /// What the file claims of its flash.
    package let flash: FlashStatement
    package let target: HeldTarget
    package let layout: LoaderLayout
    package let options: LoaderOptions
    /// The flash, without the loader.
    package let controller: QuadSPIController
    /// Time the core has spent in the loader's functions.
    package internal(set) var targetTime: Duration = .zero

    /// The chip that is fitted, as far as it is known: as it identified itself, else as the board's file has it.
    ///
    /// Two that work as one memory are told as one chip of twice the size.
    package internal(set) var chip: FlashChipDefinition? {
        didSet { timing = LoaderTiming(flash, chip: chip) }
    }
    /// What was seen after Init ran for the first time; nil before.
    package internal(set) var inspection: FlashInspection?

    var timing: LoaderTiming
    /// The flash does not answer to the debugger, whatever the loader does with it.
    var looksInVain = false
    var pace = CallPace()
    var mode = LoaderMode()
    /// What the memory map shows since the last Init; nil when it shows nothing.
    var mapped: MappedWindow?
    /// What the first call of each function left in QUADSPI_CCR: its last command.
    var lastCommands: [LoaderFunction: RegisterValue<QuadSPICommunication>] = [:]
    /// What the loader's own Read gives beyond the reach of three bytes of address was held against the flash.
    var hasProvenReach = false
    /// Data for the next Write that is on the target already.
    var prepared: (buffer: Int, bytes: [UInt8])?

    /// Most bytes that one call of Write gets; ``write(_:at:)`` takes any number.
    package var bufferSize: Int { layout.bufferSize / writeUnit * writeUnit }
    var writeUnit: Int { abi.writeUnit(of: flash) }
    package var fileName: String { program.fileName }
    /// Whether it has a function that erases the whole flash.
    package var canMassErase: Bool { calls(for: .eraseAll) != nil }

    func calls(for command: FlashCommand) -> [LoaderCall]? {
        abi.calls(for: command, of: program, on: flash)
    }

    /// Downloads and proves by reading back.
    ///
    /// Nothing of the loader runs yet. The core must be halted, and nothing is written before that is known: the RAM of
    /// an application that runs on is the application's.
    package init(
        _ file: LoaderFile, on target: HeldTarget, options: LoaderOptions = LoaderOptions()
    ) throws(LoaderError) {
        (abi, flash, self.target, self.options) = (file.abi, file.flash, target, options)
        (program, layout) = try LoaderLayout.place(
            file, in: target.definition.loaderRAM(for: file.program), style: options.layout)
        chip = options.boardChip
        timing = LoaderTiming(file.flash, chip: options.boardChip)
        controller = QuadSPIController(
            memory: target.core.memory, timebase: target.core.timebase, target: target.definition)
        do { try target.core.requireHalted(.call) } catch { throw .core(error, during: .prepare) }
        try download()
        do {
            try target.core.prepare(layout.site)
            // ST's tool resets the part, and nothing switches the unit on after that.
            try target.core.allowFloatingPoint(layout.style == .spacious)
        } catch { throw .core(error, during: .prepare) }
        for case .largeFrame(let function, let bytes) in program.warnings where bytes > layout.stack.count {
            target.core.trace(
                .warning, "a function of the loader needs more stack than there is",
                ["function": function, "bytes": "\(bytes)", "stack": "\(layout.stack.count)"])
        }
    }

    /// What zeroed memory holds when nobody zeroed it.
    private static let unclearedByte: UInt8 = 0xA5
    static var unclearedWord: UInt32 { UInt32(unclearedByte) &* 0x0101_0101 }
    /// Bytes behind the image that ST's tool clears.
    static let vendorClearance = 0x200

    private func download() throws(LoaderError) {
        let memory = target.core.memory
        do {
            if layout.style == .vendor, let span = program.fileSpan {
                let end = UInt32(truncatingIfNeeded: span.upperBound)
                try memory.write([UInt8](repeating: 0, count: Self.vendorClearance), at: end)
            }
            for piece in program.pieces {
                for part in parts(of: piece) { try memory.writeVerified(part.bytes, at: part.address) }
            }
        } catch {
            throw .download(error, file: fileName)
        }
        target.core.trace(
            .step, "loader in RAM",
            [
                "file": fileName, "bytes": "\(program.byteCount)", "stack": "\(layout.stack.count)",
                "buffers": "2 x \(layout.bufferSize)",
            ])
    }

    /// Bytes that have to be zero and that the vendor's tool leaves as they are.
    static func unclearedBytes(of program: LoaderProgram) -> Int {
        guard let end = program.fileSpan?.upperBound else { return 0 }
        let cleared = end..<end + UInt64(vendorClearance)
        return program.zeroFilled.reduce(0) { $0 + $1.count - $1.clamped(to: cleared).count }
    }

    /// All of a piece; in the vendor's layout without what the file does not hold and the tool does not clear.
    private func parts(of piece: LoaderProgram.Piece) -> [LoaderProgram.Piece] {
        guard layout.style == .vendor, let span = program.fileSpan else { return [piece] }
        let cleared = span.upperBound..<span.upperBound + UInt64(Self.vendorClearance)
        var bytes = piece.bytes
        for zeros in program.zeroFilled {
            for address in zeros where UInt64(piece.address) <= address && address < piece.end {
                if cleared.contains(address) { continue }
                bytes[Int(address - UInt64(piece.address))] = Self.unclearedByte
            }
        }
        return [LoaderProgram.Piece(address: piece.address, bytes: bytes)]
    }
}

/// The part of the memory map that can be read without harm.
struct MappedWindow: Hashable, Sendable {
    var range: Range<UInt64>

    /// Bytes at the end of what FSIZE describes that hang the bus when read (ES0392 §2.7.5): 32 by the sheet, up to 96 in
    /// reports from the field.
    private static let deadEnd: UInt64 = 128

    /// - Returns: nil when the controller is not in memory-mapped mode, or shows less than the dead end.
    init?(_ state: QuadSPIState, mappedFlash: Range<UInt32>) {
        let start = UInt64(mappedFlash.lowerBound)
        let size = min(state.mappedSize, UInt64(mappedFlash.count))
        guard state.isMapped, size > Self.deadEnd else { return nil }
        let end = size - Self.deadEnd
        range = start..<start + min(end, state.addressReach)
    }
}
