// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

/// A device as it was enumerated; ends when its plug is pulled, though programs may hold it open for longer.
final class HostDevice {
    /// Address on the bus.
    let number: UInt8
    /// `1-1`, or `usb1` for the root hub.
    let name: String
    let port: any HostPort
    private(set) var isConnected = true
    /// Zero is not configured.
    private(set) var configuration: UInt8 = 1
    private(set) var interfaces: [HostInterface]
    /// Transfers on their way, by the port's number.
    private(set) var transfers: [UInt64: HostTransfer] = [:]
    /// Who may open its file.
    var access = FileAccess.device
    /// Configuration or drivers changed.
    var onChange: () -> Void = {}
    private let now: () -> Duration

    init(number: UInt8, name: String, port: any HostPort, now: @escaping () -> Duration) {
        (self.number, self.name, self.port, self.now) = (number, name, port, now)
        interfaces = HostInterface.all(in: port.configurationDescriptor)
        bindKernelDrivers()
    }

    /// What reading the device's file gives.
    var descriptors: [UInt8] { port.deviceDescriptor + port.configurationDescriptor }
    /// Inode of the device's file; addresses come again, so this is only a name.
    var node: UInt64 { 0x100 + UInt64(number) }

    /// A string descriptor as the kernel shows it: up to the first NUL.
    func text(_ index: UInt8) -> String? {
        guard index > 0, port.stringDescriptors.indices.contains(Int(index)) else { return nil }
        let bytes = port.stringDescriptors[Int(index)].dropFirst(2)
        let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }

    // MARK: - Interfaces

    func index(of interface: UInt8) -> Int? {
        configuration == 0 ? nil : interfaces.firstIndex { $0.number == interface }
    }
    func setDriver(_ driver: HostInterface.Driver, at index: Int) {
        guard interfaces[index].driver != driver else { return }
        interfaces[index].driver = driver
        onChange()
    }
    /// Takes the interface from whoever has it; their transfers end as if the device had gone.
    func unbind(at index: Int) {
        let number = interfaces[index].number
        cancel(status: ESHUTDOWN) { $0.interface == number }
        setDriver(.none, at: index)
    }
    /// Lets the kernel's drivers have what nobody else has.
    func bindKernelDrivers() {
        for index in interfaces.indices where interfaces[index].driver == .none {
            if let driver = interfaces[index].kernelDriver { setDriver(.kernel(driver), at: index) }
        }
    }

    // MARK: - Transfers

    func submit(_ work: BenchURB.Work, as transfer: HostTransfer) {
        transfers[port.submit(work)] = transfer
    }
    /// Takes back what is meant; all of it has ended when this returns.
    func cancel(status: Int32, where isMeant: (HostTransfer) -> Bool) {
        guard isConnected else { return }
        for (id, transfer) in transfers.sorted(by: { $0.key < $1.key }) where isMeant(transfer) {
            transfer.cancelStatus = status
            port.cancel(id)
        }
        settle()
    }
    /// Lets the device work and hands on what ended.
    ///
    /// Once the device is gone its port may belong to the next one, and is left alone.
    func settle() {
        guard isConnected else { return }
        for completion in port.advance(to: now()) {
            transfers.removeValue(forKey: completion.id)?.finish(completion)
        }
    }

    // MARK: - The device as a whole

    /// The port was pulled: nothing works any more, everybody is told.
    func disconnect() {
        guard isConnected else { return }
        settle()
        isConnected = false
        for index in interfaces.indices { interfaces[index].driver = .none }
    }
    /// Port reset: programs lose their interfaces, the kernel's drivers go on.
    func reset() {
        for transfer in transfers.values { transfer.cancelStatus = ESHUTDOWN }
        port.reset()
        settle()
        for index in interfaces.indices {
            if case .program = interfaces[index].driver { interfaces[index].driver = .none }
        }
        bindKernelDrivers()
        onChange()
    }
    /// False when the device refuses.
    func setConfiguration(_ value: UInt8) -> Bool {
        guard port.setConfiguration(value) else { return false }
        settle()
        configuration = value
        if value != 0 { bindKernelDrivers() }
        onChange()
        return true
    }
}
