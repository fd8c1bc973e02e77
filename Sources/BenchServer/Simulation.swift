// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
package import Essentials
import Glibc
package import SimulatedBench

/// Virtual probes in front of simulated boards, on one USB bus for programs of others.
package final class Simulation {
    package struct Options: Sendable {
        /// What follows `sim:` in a selector, one for each probe.
        package var probes: [String]
        /// The caller's network, with its device events; several simulations then hear each other.
        package var sharesNetwork = false
        /// Where the transcripts go; nil keeps none.
        package var recordDirectory: String?

        /// Describe boards and flash parts.
        package var files: DescriptionFiles

        package init(probes: [String], files: DescriptionFiles) {
            (self.probes, self.files) = (probes, files)
        }
    }

    private let options: Options
    private let clock: any Timebase
    private let note: (String) -> Void
    private let benches: [SimulatedBench]
    private let bus: HostBus
    private let recording: BenchRecording?

    /// Inside of the mount namespace; others reach it through `/proc/PID/root`.
    private static let socketPath = "/run/udev/extflash-simulate.socket"

    /// Sets the benches up; `note` takes what the kernel would write to its log.
    package init(_ options: Options, clock: any Timebase, note: @escaping (String) -> Void)
        throws(BenchServerError)
    {
        guard options.probes.count <= HostBus.portLimit else {
            throw .tooManyProbes(limit: HostBus.portLimit)
        }
        (self.options, self.clock, self.note) = (options, clock, note)
        var benches: [SimulatedBench] = []
        for selector in options.probes {
            do throws(BenchError) {
                let configuration = try BenchConfiguration(
                    selector: BenchConfiguration.selectorPrefix + selector, files: options.files)
                benches.append(try SimulatedBench.open(configuration))
            } catch {
                throw .bench(selector: selector, error)
            }
        }
        self.benches = benches
        recording = try Self.record(benches, options, note)
        bus = HostBus(benches)
    }

    private func saveState() throws(BenchServerError) {
        for (selector, bench) in zip(options.probes, benches) {
            do throws(BenchError) { try bench.saveState() } catch { throw .bench(selector: selector, error) }
        }
    }

    private static func record(
        _ benches: [SimulatedBench], _ options: Options, _ note: @escaping (String) -> Void
    ) throws(BenchServerError) -> BenchRecording? {
        guard let directory = options.recordDirectory else { return nil }
        return try BenchRecording(of: benches, selectors: options.probes, in: directory, note: note)
    }
    /// Why the transcripts are not complete; nil when they are, or none are kept.
    package var recordFailure: BenchServerError? { recording?.failure }

    // MARK: - For one program

    /// Runs `command` to its end, on a bus that nobody else sees.
    ///
    /// - Returns: its exit status, or 128 and the number of the signal that ended it.
    package func run(_ command: [String], environment: [String]) throws(BenchServerError) -> Int32 {
        try PrivateNamespace.enter(sharesNetwork: options.sharesNetwork)
        let device = try FuseChannel.openDevice()
        let server = UsbfsServer(bus: bus, channel: FuseChannel(descriptor: device), onWarning: note)
        try build(device)
        // Everybody in the namespace is this user's program.
        let socket = try ControlSocket(path: Self.socketPath, mode: 0o666)
        let loop = try ServingLoop(bus, server, socket, clock: clock)
        bus.advance(to: clock.now)
        let child = try ChildProcess(
            command: command,
            environment: environment + [
                // Devices are outside of what the device manager's library takes for sysfs.
                "SYSTEMD_DEVICE_VERIFY_SYSFS=0", "\(ControlClient.variable)=\(Self.socketPath)",
            ])
        let status = loop.run {
            note("the device files have been unmounted")
            child.signal(SIGTERM)
        } onSignal: { signal in
            if signal.number == SIGCHLD { return child.exitStatus() }
            // What the terminal sends, it sends to the child as well.
            if signal.from_process != 0 { child.signal(signal.number) }
            return nil
        }
        try saveState()
        return status
    }

    /// Creates sysfs before it sends hot-plug events, as udev's clients expect.
    private func build(_ device: Int32) throws(BenchServerError) {
        for path in ["/run/udev", "/sys/bus/usb", "/dev/bus/usb"] { try DirectoryShadow.provide(path) }
        try DirectoryShadow.open("/sys/devices/platform")
        // Its presence says that a device manager sends events.
        try PrivateNamespace.step("making /run/udev/control") {
            SmallFile.write([], to: "/run/udev/control") ? 0 : -1
        }
        let tree = SysfsTree()
        try tree.prepare()
        tree.attached(bus.rootHub)
        bus.observers.append(tree)
        let note = note
        bus.observers.append(
            try HotplugEvents { note("programs are not told of probes that come and go: \($0)") })
        try PrivateNamespace.step("mounting the device files on /dev/bus/usb") {
            mount(
                "extflash", "/dev/bus/usb", "fuse", UInt(MS_NOSUID) | UInt(MS_NODEV),
                "fd=\(device),rootmode=40755,user_id=0,group_id=0,allow_other,default_permissions")
        }
    }

    // MARK: - For other kernels

    /// Offers the probes over USB/IP until a signal ends it.
    ///
    /// - Parameters:
    ///   - address: where to listen; port 0 takes any that is free.
    ///   - socketPath: where to take control commands, from this user only; nil takes none.
    ///   - onReady: is given the address that was taken, once clients can connect.
    /// - Throws: `cannotListen`, `system` for the socket, `bench` when the flash cannot be kept.
    package func share(
        on address: NetworkAddress, controlledAt socketPath: String?, onReady: (NetworkAddress) -> Void
    ) throws(BenchServerError) {
        let server = try USBIPServer(bus, on: address, note: note)
        let socket = try socketPath.map { path throws(BenchServerError) in
            try ControlSocket(path: path, mode: 0o600)
        }
        let loop = try ServingLoop(bus, server, socket, clock: clock)
        bus.advance(to: clock.now)
        onReady(try server.address())
        _ = loop.run {
        } onSignal: { signal in
            signal.number == SIGCHLD ? nil : 0
        }
        try saveState()
    }
}
