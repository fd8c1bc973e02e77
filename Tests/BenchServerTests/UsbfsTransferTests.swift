// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench
import Testing

@testable import BenchServer

/// An ST-LINK's GET_CURRENT_MODE.
private let mode: [UInt8] = [0xF5] + [UInt8](repeating: 0, count: 15)

@Suite struct `Usbfs transfers` {
    @Test func `are reaped in the order in which they end, with data, status and length`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        #expect(rig.call(file, .claimInterface, word: 0) == 0)
        let answer = rig.memory([UInt8](repeating: 0xEE, count: 64))
        let read = rig.urb(endpoint: 0x81, buffer: answer, length: 64)
        #expect(rig.call(file, .submit, read) == 0)
        #expect(rig.reap(file) == nil)
        let write = rig.urb(endpoint: 0x01, buffer: rig.memory(mode), length: 16)
        #expect(rig.call(file, .submit, write) == 0)
        let first = try #require(rig.reap(file))
        let second = try #require(rig.reap(file))
        #expect(first == (write, 0, 16))
        #expect(second == (read, 0, 2))
        #expect(rig.bytes(at: answer, 3) == [1, 0, 0xEE])
        #expect(rig.call(file, .reapNow, rig.memory([UInt8](repeating: 0, count: 8))) == -EAGAIN)
    }

    @Test func `wake a blocked reap and a poll`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        _ = rig.call(file, .claimInterface, word: 0)
        let answer = rig.memory([0, 0])
        _ = rig.call(file, .submit, rig.urb(endpoint: 0x81, buffer: answer, length: 2))
        let slot = rig.memory([UInt8](repeating: 0, count: 8))
        #expect(rig.call(file, .reap, slot) == nil)
        let waiting = rig.lastCall
        #expect(file.pollEvents == 0)
        file.watch(77)
        _ = rig.call(file, .submit, rig.urb(endpoint: 0x01, buffer: rig.memory(mode), length: 16))
        #expect(rig.answers[waiting] == 0)
        #expect(rig.notices == [77])
        #expect(file.pollEvents == UInt32(POLLOUT | POLLWRNORM))
    }

    @Test func `end a blocked reap when a signal comes`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        #expect(rig.call(file, .reap, rig.memory([UInt8](repeating: 0, count: 8))) == nil)
        file.interrupt(rig.lastCall)
        #expect(rig.answers[rig.lastCall] == -EINTR)
    }

    @Test func `are discarded at once, once`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        let read = rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2)
        _ = rig.call(file, .submit, read)
        #expect(rig.call(file, .discard, read) == 0)
        #expect(try #require(rig.reap(file)) == (read, -ENOENT, 0))
        #expect(rig.call(file, .discard, read) == -EINVAL)
    }

    @Test func `claim an unclaimed interface with a warning, as the kernel does`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        _ = rig.call(file, .submit, rig.urb(endpoint: 0x01, buffer: rig.memory(mode), length: 16))
        #expect(rig.warnings.count == 1)
        #expect(file.holds(0))
        let other = try rig.open()
        let read = rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2)
        #expect(rig.call(other, .submit, read) == -EBUSY)
        // The kernel's mass storage driver has this one.
        let storage = rig.urb(endpoint: 0x83, buffer: rig.memory([0, 0]), length: 2)
        #expect(rig.call(file, .submit, storage) == -EBUSY)
    }

    @Test func `are refused with the kernel's errors`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        let buffer = rig.memory(mode)
        #expect(rig.call(file, .submit, rig.urb(endpoint: 0x8E, buffer: buffer, length: 1)) == -ENOENT)
        #expect(rig.call(file, .submit, rig.urb(endpoint: 0x31, buffer: buffer, length: 1)) == -EINVAL)
        #expect(
            rig.call(file, .submit, rig.urb(kind: 0, endpoint: 0x81, buffer: buffer, length: 1)) == -EINVAL)
        #expect(
            rig.call(file, .submit, rig.urb(kind: 1, endpoint: 0x81, buffer: buffer, length: 1)) == -EINVAL)
        #expect(
            rig.call(file, .submit, rig.urb(kind: 9, endpoint: 0x81, buffer: buffer, length: 1)) == -EINVAL)
        #expect(rig.call(file, .submit, rig.urb(endpoint: 0x81, buffer: 0, length: 1)) == -EINVAL)
        #expect(
            rig.call(file, .submit, rig.urb(endpoint: 0x81, buffer: buffer, length: -1 & 0xFFFF_FFFF))
                == -EINVAL)
        #expect(
            rig.call(file, .submit, rig.urb(endpoint: 0x81, buffer: buffer, length: 1, flags: 0x1000))
                == -EINVAL)
        #expect(rig.call(file, .submit, rig.urb(endpoint: 0x81, buffer: buffer, length: 17 << 20)) == -ENOMEM)
        #expect(rig.call(file, .submit, rig.urb(kind: 2, endpoint: 0, buffer: buffer, length: 7)) == -EINVAL)
        #expect(rig.call(file, .submit, 16) == -EFAULT)
        #expect(rig.call(file, .submit, .max - 8) == -EFAULT)
        #expect(rig.call(file, .submit, rig.urb(endpoint: 0x01, buffer: 4_096, length: 8)) == -EFAULT)
        #expect(rig.call(file, number: 0xDEAD_5577) == -ENOTTY)
        let reader = try rig.open(isWritable: false)
        #expect(rig.call(reader, .getCapabilities, buffer) == -EPERM)
    }

    @Test func `report a stall until the halt is cleared`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        _ = rig.call(file, .claimInterface, word: 0)
        rig.bus.ports[0].inject(.stall, on: 0x01, after: 0)
        for _ in 0..<2 {
            _ = rig.call(file, .submit, rig.urb(endpoint: 0x01, buffer: rig.memory(mode), length: 16))
            #expect(try #require(rig.reap(file)).status == -EPIPE)
        }
        #expect(rig.call(file, .clearHalt, word: 0x01) == 0)
        _ = rig.call(file, .submit, rig.urb(endpoint: 0x01, buffer: rig.memory(mode), length: 16))
        #expect(try #require(rig.reap(file)).status == 0)
        #expect(rig.call(file, .clearHalt, word: 0x0E) == -ENOENT)
    }

    @Test func `tell an answer that is too long or too short`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        for (length, flags, status) in [(1, UInt32(0), -EOVERFLOW), (64, 1, -EREMOTEIO)] {
            let buffer = rig.memory([UInt8](repeating: 0, count: 64))
            _ = rig.call(file, .submit, rig.urb(endpoint: 0x01, buffer: rig.memory(mode), length: 16))
            _ = rig.reap(file)
            _ = rig.call(file, .submit, rig.urb(endpoint: 0x81, buffer: buffer, length: length, flags: flags))
            #expect(try #require(rig.reap(file)).status == status)
        }
    }

    @Test func `read descriptors on endpoint 0 without any claim`() throws {
        let rig = UsbfsRig(.cmsisDAPv2)
        let file = try rig.open()
        let buffer = rig.memory([0x80, 6, 0, 1, 0, 0, 18, 0] + [UInt8](repeating: 0, count: 18))
        let urb = rig.urb(kind: 2, endpoint: 0, buffer: buffer, length: 26)
        #expect(rig.call(file, .submit, urb) == 0)
        #expect(try #require(rig.reap(file)) == (urb, 0, 18))
        #expect(rig.bytes(at: buffer + 8, 18) == rig.bus.ports[0].deviceDescriptor)
        #expect(rig.warnings.isEmpty)
    }

    @Test func `can be waited for in the call`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        _ = rig.call(file, .claimInterface, word: 0)
        func bulk(_ endpoint: UInt32, _ buffer: UInt64, _ length: UInt32, limit: UInt32) -> UInt64 {
            rig.memory(
                UsbfsRig.little(endpoint) + UsbfsRig.little(length) + UsbfsRig.little(limit) + [0, 0, 0, 0]
                    + withUnsafeBytes(of: buffer.littleEndian) { Array($0) })
        }
        #expect(rig.call(file, .bulk, bulk(0x01, rig.memory(mode), 16, limit: 100)) == nil)
        #expect(rig.answers[rig.lastCall] == 16)
        let answer = rig.memory([0, 0])
        #expect(rig.call(file, .bulk, bulk(0x81, answer, 2, limit: 100)) == nil)
        #expect(rig.answers[rig.lastCall] == 2)
        #expect(rig.bytes(at: answer, 2) == [1, 0])
        #expect(rig.call(file, .bulk, bulk(0x81, answer, 2, limit: 100)) == nil)
        file.expire(at: rig.bus.now + .milliseconds(99))
        #expect(rig.answers[rig.lastCall] == nil)
        file.expire(at: rig.bus.now + .milliseconds(100))
        #expect(rig.answers[rig.lastCall] == -ETIMEDOUT)
        #expect(file.calls.isEmpty)
        let setup = rig.memory(
            [0x80, 8, 0, 0, 0, 0, 1, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
                + withUnsafeBytes(of: answer.littleEndian) { Array($0) })
        _ = rig.call(file, .control, setup)
        #expect(rig.answers[rig.lastCall] == 1)
        #expect(rig.bytes(at: answer, 1) == [1])
    }
}
