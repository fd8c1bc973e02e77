// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

@testable import BenchServer

/// Programs with a device open, whose memory is this process's own.
final class UsbfsRig: UsbfsReplies {
    let bus: HostBus
    private(set) var answers: [UInt64: Int32] = [:]
    private(set) var notices: [UInt64] = []
    private(set) var warnings: [String] = []
    private var nextFile: UInt64 = 1
    private var nextCall: UInt64 = 1_000
    private var kept: [UnsafeMutableRawPointer] = []

    init(_ kinds: BenchConfiguration.ProbeKind...) {
        bus = .holding(kinds)
    }
    deinit { for pointer in kept { pointer.deallocate() } }

    func answer(_ unique: UInt64, _ result: Int32) { answers[unique] = result }
    func notify(_ key: UInt64) { notices.append(key) }
    func warn(_ text: String) { warnings.append(text) }

    func open(_ index: Int = 0, isWritable: Bool = true) throws -> UsbfsFile {
        guard let device = bus.devices[index] else { throw Errno(ENODEV) }
        defer { nextFile += 1 }
        return UsbfsFile(number: nextFile, device: device, isWritable: isWritable, replies: self)
    }

    /// Memory of the program with `bytes` in it; lives as long as the rig.
    func memory(_ bytes: [UInt8]) -> UInt64 {
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 8)
        pointer.copyMemory(from: bytes, byteCount: bytes.count)
        kept.append(pointer)
        return UInt64(UInt(bitPattern: pointer))
    }
    func bytes(at address: UInt64, _ count: Int) -> [UInt8] {
        guard let pointer = UnsafeRawPointer(bitPattern: UInt(address)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }
    func word(at address: UInt64) -> Int32 {
        bytes(at: address, 4).enumerated().reduce(0) { $0 | Int32($1.element) << Int32(8 * $1.offset) }
    }

    /// Gives the result; nil when the answer comes later.
    @discardableResult
    func call(_ file: UsbfsFile, _ command: UsbfsCommand, _ argument: UInt64 = 0) -> Int32? {
        call(file, number: command.rawValue, argument)
    }
    func call(_ file: UsbfsFile, number: UInt32, _ argument: UInt64 = 0) -> Int32? {
        nextCall += 1
        defer { bus.advance(to: bus.now) }
        do throws(Errno) {
            let call = FuseRequest.Control(
                handle: file.number, command: number, argument: argument, isCompatible: false)
            return try file.command(call, unique: nextCall, thread: getpid(), now: bus.now)
        } catch {
            return -error.number
        }
    }
    /// Number of the last call.
    var lastCall: UInt64 { nextCall }
    func call(_ file: UsbfsFile, _ command: UsbfsCommand, word: UInt32) -> Int32? {
        call(file, command, memory(Self.little(word)))
    }

    /// A transfer's structure; 3 is bulk, 2 control, 1 interrupt.
    func urb(
        kind: UInt8 = 3, endpoint: UInt8, buffer: UInt64, length: Int, flags: UInt32 = 0
    ) -> UInt64 {
        memory(
            [kind, endpoint, 0, 0] + [0, 0, 0, 0] + Self.little(flags) + [0, 0, 0, 0]
                + withUnsafeBytes(of: buffer.littleEndian) { Array($0) } + Self.little(UInt32(length))
                + [UInt8](repeating: 0, count: 28))
    }
    /// Reaps one transfer: its structure's address, status and length.
    func reap(_ file: UsbfsFile) -> (urb: UInt64, status: Int32, transferred: Int)? {
        let slot = memory([UInt8](repeating: 0, count: 8))
        guard call(file, .reapNow, slot) == 0 else { return nil }
        let urb = bytes(at: slot, 8).enumerated().reduce(0) {
            $0 | UInt64($1.element) << UInt64(8 * $1.offset)
        }
        return (urb, word(at: urb + 4), Int(word(at: urb + 28)))
    }

    static func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
