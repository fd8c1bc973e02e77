// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

/// What a bench keeps from one job to the next: the host, and the probe as long as it behaves.
///
/// Of the jobs themselves nothing is kept: each connects to the target anew. After a job that failed the probe is
/// opened anew, too.
final class ProbeKeeper {
    private var host: (any ProbeHost)?
    private var probe: (any DebugProbe)?
    /// What `probe` was asked for by.
    private var selector: ProbeSelector?
    /// Probes that were opened so far.
    private(set) var openings = 0

    deinit { letGo() }

    /// The host that a request asks for, as it is now.
    func host(
        for request: BenchRequest, _ open: WorkbenchClient.HostOpening
    ) throws(WorkbenchError) -> any ProbeHost {
        if let selector, selector != request.probe { letGo() }
        selector = request.probe
        let host: any ProbeHost
        if let kept = self.host { host = kept } else { host = try open(request) }
        self.host = host
        try host.prepare()
        return host
    }

    /// The kept probe if it still answers, else the one that is found now.
    func probe(
        _ find: (any ProbeHost) throws(WorkbenchError) -> any DebugProbe
    ) throws(WorkbenchError) -> any DebugProbe {
        if let probe {
            do {
                try probe.confirmPresence()
                return probe
            } catch { discardProbe() }
        }
        guard let host else { preconditionFailure("a stack has a host before it asks for its probe") }
        let found = try find(host)
        openings += 1
        probe = found
        return found
    }

    /// Closes the probe: it did not do what it should, or nobody knows.
    func discardProbe() {
        probe?.close()
        probe = nil
    }

    /// Gives everything back, so that another program may use it.
    func letGo() {
        discardProbe()
        (host, selector) = (nil, nil)
    }
}
