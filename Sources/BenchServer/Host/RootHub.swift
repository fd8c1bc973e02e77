// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import SimulatedBench

/// The hub inside of the host controller: there to be listed, as programs expect one at the root of every bus.
final class RootHub: HostPort {
    private let portCount: UInt8
    private var nextID: UInt64 = 1
    private var waiting: [UInt64] = []
    private var ended: [BenchURB.Completion] = []

    init(portCount: Int) { self.portCount = UInt8(clamping: portCount) }

    let speed = BenchUSBPort.Speed.high
    let isPlugged = true
    /// The ids of Linux's own root hub, class hub with a single transaction translator.
    let deviceDescriptor: [UInt8] = [
        18, 1, 0x00, 0x02, 9, 0, 1, 64, 0x6B, 0x1D, 0x02, 0x00, 0x01, 0x06, 3, 2, 1, 1,
    ]
    let configurationDescriptor: [UInt8] =
        [9, 2, 25, 0, 1, 1, 0, 0xE0, 0] + [9, 4, 0, 0, 1, 9, 0, 0, 0] + [7, 5, 0x81, 3, 4, 0, 12]
    var stringDescriptors: [[UInt8]] {
        [[4, 3, 9, 4]]
            + ["extflash.0", "Simulated Host Controller", "extflash"].map { text in
                [UInt8(2 + text.utf16.count * 2), 3]
                    + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            }
    }

    func submit(_ work: BenchURB.Work) -> UInt64 {
        defer { nextID += 1 }
        switch work {
        case .control(let setup, _): ended.append(answer(setup))
        // A port changes; ours are not watched this way.
        case .read(_, endpoint: 0x81): waiting.append(nextID)
        case .out, .read: ended.append(end(.noSuchEndpoint))
        }
        return nextID
    }
    private func end(_ status: BenchURB.Status, _ bytes: [UInt8] = []) -> BenchURB.Completion {
        BenchURB.Completion(id: nextID, status: status, bytes: bytes, transferred: bytes.count)
    }

    private func answer(_ setup: [UInt8]) -> BenchURB.Completion {
        guard setup.count == 8 else { return end(.stalled) }
        let limit = Int(setup[6]) | Int(setup[7]) << 8
        let answer: [UInt8]? =
            switch (setup[0], setup[1], setup[3]) {
            case (0x80, 6, 1): deviceDescriptor
            case (0x80, 6, 2): configurationDescriptor
            case (0x80, 6, 3):
                stringDescriptors.indices.contains(Int(setup[2])) ? stringDescriptors[Int(setup[2])] : nil
            case (0x80, 0, _): [1, 0]
            case (0x80, 8, _): [1]
            // Hub descriptor (USB 2.0 §11.23.2.1): ganged power, no over-current protection.
            case (0xA0, 6, 0x29): [9, 0x29, portCount, 0x10, 0, 10, 0, 0, 0xFF]
            // Hub and port status: powered, connected, enabled, high speed.
            case (0xA0, 0, _): [0, 0, 0, 0]
            case (0xA3, 0, _): [0x03, 0x05, 0, 0]
            default: nil
            }
        guard let answer else { return end(.stalled) }
        return end(.done, Array(answer.prefix(limit)))
    }

    func cancel(_ id: UInt64) {
        guard let index = waiting.firstIndex(of: id) else { return }
        waiting.remove(at: index)
        ended.append(BenchURB.Completion(id: id, status: .cancelled, bytes: [], transferred: 0))
    }
    func advance(to wall: Duration) -> [BenchURB.Completion] {
        defer { ended = [] }
        return ended
    }
    func reset() { for id in waiting { cancel(id) } }
    func clearHalt(_ endpoint: UInt8) -> Bool { true }
    func setConfiguration(_ value: UInt8) -> Bool { value == 1 }
    func setInterface(_ number: UInt8, alternate: UInt8) -> Bool { alternate == 0 }
}
