// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Essentials
import Glibc

/// One thread that does everything: it serves programs, lets the benches live, and waits.
final class ServingLoop {
    private let bus: HostBus
    private let front: any BusFront
    private let socket: ControlSocket?
    private let signals: Int32
    private let clock: any Timebase
    private var pace = SimulationPace()

    /// Signals are taken from now on, and only by this loop.
    init(_ bus: HostBus, _ front: any BusFront, _ socket: ControlSocket?, clock: any Timebase)
        throws(BenchServerError)
    {
        (self.bus, self.front, self.socket, self.clock) = (bus, front, socket, clock)
        signals = shim_open_signals()
        guard signals >= 0 else {
            throw .system(operation: "opening a descriptor for signals", detail: BenchServerError.lastDetail)
        }
    }
    deinit { if signals >= 0 { close(signals) } }

    /// Runs until a signal gives an exit status.
    ///
    /// - Parameters:
    ///   - onClosed: programs cannot reach the bus any more.
    ///   - onSignal: gives the exit status where this signal ends the loop.
    /// - Returns: the exit status.
    func run(onClosed: () -> Void, onSignal: (shim_signal) -> Int32?) -> Int32 {
        while true {
            let ready = wait()
            let start = clock.now
            bus.advance(to: start)
            front.expire(at: start)
            if !front.serve(ready) { onClosed() }
            socket?.serve(ready) { bus.obey($0) }
            bus.advance(to: start)
            pace.finished(from: start, to: clock.now, isInUse: front.isInUse)
            if ready.contains(signals), let status = takeSignals(onSignal) { return status }
        }
    }

    /// - Returns: descriptors with something to do, or whose other end is gone.
    private func wait() -> Set<Int32> {
        let readable = ([signals] + (socket?.descriptors ?? [])).map {
            BusInterest(descriptor: $0, events: Int16(POLLIN))
        }
        var entries = (front.interests + readable).map {
            pollfd(fd: $0.descriptor, events: $0.events, revents: 0)
        }
        let moment = min(pace.nextWake, front.nextDeadline ?? pace.nextWake)
        let (seconds, attoseconds) = max(.zero, moment - clock.now).components
        let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        _ = poll(&entries, nfds_t(entries.count), Int32(clamping: milliseconds))
        return Set(entries.filter { $0.revents != 0 }.map(\.fd))
    }

    private func takeSignals(_ onSignal: (shim_signal) -> Int32?) -> Int32? {
        var signal = shim_signal()
        while shim_read_signal(signals, &signal) == 0 {
            if let status = onSignal(signal) { return status }
        }
        return nil
    }
}
