// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import SimulatedBench
package import USBTransport

/// A simulated bench as a host.
package final class SimulatedHost: ProbeHost {
    let bench: SimulatedBench

    /// `bench` may be switched on already, so that several jobs find the same board.
    package init(_ bench: SimulatedBench) { self.bench = bench }

    /// Switches on the bench that a selector asks for.
    convenience init(_ text: String, _ paths: InstallationPaths) throws(WorkbenchError) {
        self.init(
            try doing("switching the simulated bench on") { () throws(BenchError) in
                try SimulatedBench.open(Self.configuration(text, paths))
            })
    }

    /// `text` is what follows `sim:`; `file` is a board file with its path that is on no disk.
    package static func configuration(
        _ text: String, _ paths: InstallationPaths, adding file: (path: String, text: String)? = nil
    ) throws(BenchError) -> BenchConfiguration {
        try BenchConfiguration(
            selector: BenchConfiguration.selectorPrefix + text,
            files: ConfigurationLibrary(paths).descriptionFiles(adding: file))
    }

    /// What `--probe sim:` takes.
    static var kinds: [String] { BenchConfiguration.ProbeKind.allCases.map(\.rawValue) }

    package var bus: any USBBus { bench.bus }
    package var time: any Timebase { bench.time }
    package var clock: Timing.Clock { .virtual }
    package var isSimulated: Bool { true }
    package var link: Timing.Link? { Timing.Link(bench.statistics) }

    package func prepare() {}

    package func settle() throws(WorkbenchError) {
        try doing("keeping the simulated flash") { () throws(BenchError) in try bench.saveState() }
    }
}

extension Timing.Link {
    fileprivate init(_ statistics: BenchStatistics) {
        self.init(
            transfers: UInt64(statistics.usbTransfers), bytesOut: UInt64(statistics.usbBytesOut),
            bytesIn: UInt64(statistics.usbBytesIn), seconds: statistics.linkTime.reportedSeconds)
    }
}
