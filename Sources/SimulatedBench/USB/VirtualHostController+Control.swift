// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// Endpoint 0: the standard requests of USB 2.0 §9.4, the rest goes to the firmware.
extension VirtualHostController {
    /// Takes the time of a control transfer and gives the device's answer.
    func control(_ setup: SetupPacket, _ data: [UInt8], within limit: Duration) -> Result<[UInt8], USBError> {
        guard isPlugged else { return .failure(.disconnected) }
        let start = now
        defer { statistics.linkTime &+= now &- start }
        let fault = takeFault()
        let number = recorder?.submitted(.control(setup: setup.bytes, data: data), fault: fault, at: now)
        let outcome = control(setup, data, within: limit, fault)
        recorder?.ended(number ?? 0, outcome, at: now)
        return outcome
    }
    private func control(
        _ setup: SetupPacket, _ data: [UInt8], within limit: Duration, _ fault: USBFaultPlan.Fault?
    ) -> Result<[UInt8], USBError> {
        switch fault {
        case .stall:
            advance(to: now &+ timing.control)
            return .failure(.stalled)
        case .timeout:
            advance(to: now &+ Picoseconds(limit))
            return .failure(.timedOut(after: limit, transferred: 0))
        case .disconnect:
            unplug(byFault: true)
            return .failure(.disconnected)
        case .short:
            return perform(setup, data).map { Array($0.prefix($0.count / 2)) }
        case nil:
            return perform(setup, data)
        }
    }

    /// The transfer itself, without faults.
    func perform(_ setup: SetupPacket, _ data: [UInt8]) -> Result<[UInt8], USBError> {
        advance(to: now &+ timing.control)
        let answer = setup.kind == .standard ? standard(setup) : function.control(setup, data, at: now)
        guard let answer else { return .failure(.stalled) }
        let bytes = setup.isIn ? Array(answer.prefix(Int(setup.length))) : []
        statistics.count(setup.isIn ? bytes : data, isIn: setup.isIn)
        return .success(bytes)
    }

    private func standard(_ setup: SetupPacket) -> [UInt8]? {
        switch (setup.recipient, setup.request) {
        case (.device, 0), (.interface, 0): [0, 0]
        case (.endpoint, 0): haltState(setup.index)
        case (.endpoint, 1): setup.value == 0 ? setHalt(setup.index, false) : nil
        case (.endpoint, 3): setup.value == 0 ? setHalt(setup.index, true) : nil
        case (.device, 6), (.interface, 6):
            function.descriptors.descriptor(
                type: UInt8(setup.value >> 8), index: UInt8(truncatingIfNeeded: setup.value),
                interface: setup.index)
        case (.device, 8): [configurationValue]
        case (.device, 9): setConfiguration(UInt8(truncatingIfNeeded: setup.value))
        case (.interface, 10): [0]
        case (.interface, 11): setInterface(setup)
        default: nil
        }
    }

    private func haltState(_ index: UInt16) -> [UInt8]? {
        if index & 0x7F == 0 { return [0, 0] }
        return endpoint(UInt8(truncatingIfNeeded: index)).map { [$0.isHalted ? 1 : 0, 0] }
    }
    private func setHalt(_ index: UInt16, _ isHalted: Bool) -> [UInt8]? {
        guard let endpoint = endpoint(UInt8(truncatingIfNeeded: index)) else { return nil }
        endpoint.isHalted = isHalted
        return []
    }
    private func setConfiguration(_ value: UInt8) -> [UInt8]? {
        guard value <= 1 else { return nil }
        configurationValue = value
        for endpoint in endpoints { endpoint.isHalted = false }
        return []
    }
    /// Alternate setting 0 is all there is; selecting it ends the halts of its endpoints, as SET_CONFIGURATION does
    /// (USB 2.0 §9.4.5).
    private func setInterface(_ setup: SetupPacket) -> [UInt8]? {
        let chosen = function.descriptors.description(at: location).interfaces
            .first { UInt16($0.number) == setup.index && UInt16($0.alternate) == setup.value }
        guard let chosen else { return nil }
        for descriptor in chosen.endpoints { endpoint(descriptor.address)?.isHalted = false }
        return []
    }
}
