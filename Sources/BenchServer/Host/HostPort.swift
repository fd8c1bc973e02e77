// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import SimulatedBench

/// A device at the end of a cable, as the host's USB stack drives it.
///
/// Implemented by `BenchUSBPort` (a virtual probe) and by ``RootHub``.
protocol HostPort: AnyObject {
    var speed: BenchUSBPort.Speed { get }
    var deviceDescriptor: [UInt8] { get }
    var configurationDescriptor: [UInt8] { get }
    var stringDescriptors: [[UInt8]] { get }
    var isPlugged: Bool { get }

    func submit(_ work: BenchURB.Work) -> UInt64
    func cancel(_ id: UInt64)
    func advance(to wall: Duration) -> [BenchURB.Completion]
    func reset()
    func clearHalt(_ endpoint: UInt8) -> Bool
    func setConfiguration(_ value: UInt8) -> Bool
    func setInterface(_ number: UInt8, alternate: UInt8) -> Bool
}

extension BenchUSBPort: HostPort {}
