// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Core commands: the firmware works DHCSR, DCRSR and DCRDR itself (ARMv7-M ARM §C1.6).
extension VirtualSTLink {
    private static let haltingControl: UInt32 = 0xE000_EDF0
    private static let registerSelector: UInt32 = 0xE000_EDF4
    private static let registerData: UInt32 = 0xE000_EDF8
    private static let resetControl: UInt32 = 0xE000_ED0C

    private func answer(_ access: (inout STLinkTarget) throws(STLinkTarget.BlockFailure) -> Void) {
        send(run(access))
    }
    private func run(_ access: (inout STLinkTarget) throws(STLinkTarget.BlockFailure) -> Void) -> STLinkStatus
    {
        guard mode == .debug else { return .commandError }
        do {
            try access(&link)
            return .okay
        } catch {
            if error.status == .accessPortFault || error.status == .debugPortFault { link.recover() }
            return error.status
        }
    }

    /// RUNCORE, STEPCORE.
    func writeCoreControl(_ value: UInt32) {
        answer { (link) throws(STLinkTarget.BlockFailure) in
            try link.writeWord(Self.haltingControl, value, port: 0)
        }
    }
    func resetSystem() {
        answer { (link) throws(STLinkTarget.BlockFailure) in
            try link.writeWord(Self.resetControl, 0x05FA_0004, port: 0)
        }
    }

    func readRegister(_ command: STLinkCommandBlock) {
        var value: UInt32 = 0
        let port = firmware.hasAccessPorts ? command[3] : 0
        let status = run { (link) throws(STLinkTarget.BlockFailure) in
            value = try Self.register(UInt32(command[2]), port, &link)
        }
        send(status, words: [value])
    }
    func writeRegister(_ command: STLinkCommandBlock) {
        let port = firmware.hasAccessPorts ? command[7] : 0
        answer { (link) throws(STLinkTarget.BlockFailure) in
            try link.writeWord(Self.registerData, command.word(3), port: port)
            try link.writeWord(Self.registerSelector, 1 << 16 | UInt32(command[2]), port: port)
            try Self.awaitRegister(port, &link)
        }
    }

    /// R0 to R15, xPSR, MSP, PSP, the special registers' word and a spare.
    func readAllRegisters(_ command: STLinkCommandBlock) {
        var words = [UInt32](repeating: 0, count: 21)
        let port = firmware.hasAccessPorts ? command[2] : 0
        let status = run { (link) throws(STLinkTarget.BlockFailure) in
            for index in 0..<20 { words[index] = try Self.register(UInt32(index), port, &link) }
        }
        send(status, words: words)
    }

    private static func register(
        _ index: UInt32, _ port: UInt8, _ link: inout STLinkTarget
    ) throws(STLinkTarget.BlockFailure) -> UInt32 {
        try link.writeWord(registerSelector, index & 0x7F, port: port)
        try awaitRegister(port, &link)
        return try link.readWord(registerData, port: port)
    }
    private static func awaitRegister(
        _ port: UInt8, _ link: inout STLinkTarget
    ) throws(STLinkTarget.BlockFailure) {
        for _ in 0..<100 where try link.readWord(haltingControl, port: port) >> 16 & 1 != 0 { return }
        throw STLinkTarget.BlockFailure(status: .accessPortWait, address: registerSelector)
    }
}
