// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
package import Essentials
import Glibc
import SimulatedBench

/// Runs a program on a private USB bus that holds virtual probes in front of simulated boards.
///
/// One thread does everything: it answers the program's system calls, lets the benches work and waits.
package final class Simulation {
    package struct Options: Sendable {
        /// What follows `sim:` in a selector, one for each probe.
        package var probes: [String]
        /// The caller's network, with its device events; several simulations then hear each other.
        package var sharesNetwork = false

        package init(probes: [String]) { self.probes = probes }
    }

    private let options: Options
    private let clock: any Timebase
    private let note: (String) -> Void
    private let benches: [SimulatedBench]
    private let bus: HostBus
    private var pace = SimulationPace()

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
                    selector: BenchConfiguration.selectorPrefix + selector)
                benches.append(try SimulatedBench.open(configuration))
            } catch {
                throw .bench(selector: selector, error)
            }
        }
        self.benches = benches
        bus = HostBus(benches)
    }

    /// Runs `command` to its end.
    ///
    /// - Returns: its exit status, or 128 and the number of the signal that ended it.
    package func run(_ command: [String], environment: [String]) throws(BenchServerError) -> Int32 {
        try PrivateNamespace.enter(sharesNetwork: options.sharesNetwork)
        let device = try FuseChannel.openDevice()
        let server = UsbfsServer(bus: bus, channel: FuseChannel(descriptor: device), onWarning: note)
        try build(device)
        let socket = try ControlSocket(path: Self.socketPath)
        let signals = shim_open_signals()
        guard signals >= 0 else {
            throw .system(operation: "opening a descriptor for signals", detail: BenchServerError.lastDetail)
        }
        defer { close(signals) }
        bus.advance(to: clock.now)
        let child = try ChildProcess(
            command: command,
            environment: environment + [
                // Devices are outside of what the device manager's library takes for sysfs.
                "SYSTEMD_DEVICE_VERIFY_SYSFS=0", "\(ControlClient.variable)=\(Self.socketPath)",
            ])
        let status = serve(server, socket, signals: signals, child)
        for (selector, bench) in zip(options.probes, benches) {
            do throws(BenchError) { try bench.saveState() } catch { throw .bench(selector: selector, error) }
        }
        return status
    }

    /// Builds what programs look at, in the order in which they are told: first the tree, then the news.
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

    // MARK: - The loop

    private func serve(
        _ server: UsbfsServer, _ socket: ControlSocket, signals: Int32, _ child: ChildProcess
    ) -> Int32 {
        while true {
            let ready = wait(for: [server.descriptor, signals] + socket.descriptors, until: nextWake(server))
            let start = clock.now
            bus.advance(to: start)
            server.expire(at: start)
            if ready.contains(server.descriptor), !server.serve() {
                note("the device files have been unmounted")
                child.signal(SIGTERM)
            }
            socket.serve(ready) { bus.obey($0) }
            bus.advance(to: start)
            pace.finished(from: start, to: clock.now, isInUse: server.isInUse)
            if ready.contains(signals), let status = handle(signals, child) { return status }
        }
    }

    private func nextWake(_ server: UsbfsServer) -> Duration {
        min(pace.nextWake, server.nextDeadline ?? pace.nextWake)
    }

    /// - Returns: descriptors with something to read, or whose other end is gone.
    private func wait(for descriptors: [Int32], until moment: Duration) -> Set<Int32> {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let (seconds, attoseconds) = max(.zero, moment - clock.now).components
        let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        _ = poll(&entries, nfds_t(entries.count), Int32(clamping: milliseconds))
        return Set(entries.filter { $0.revents != 0 }.map(\.fd))
    }

    /// - Returns: the child's exit status once it has ended.
    private func handle(_ signals: Int32, _ child: ChildProcess) -> Int32? {
        var signal = shim_signal()
        while shim_read_signal(signals, &signal) == 0 {
            if signal.number == SIGCHLD {
                if let status = child.exitStatus() { return status }
            } else if signal.from_process != 0 {
                // What the terminal sends, it sends to the child as well.
                child.signal(signal.number)
            }
        }
        return nil
    }
}
