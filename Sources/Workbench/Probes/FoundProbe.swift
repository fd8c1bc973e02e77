// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CMSISDAPProbe
import DebugProbe
import Essentials
import STLinkProbe
import USBTransport

/// A probe seen on a bus, and the driver that would open it.
struct FoundProbe {
    enum Driver { case stLink, cmsisDAP }

    let device: USBDeviceDescription
    let candidate: ProbeCandidate
    let driver: Driver

    /// Every probe of the bus, in bus order; a device with both CMSIS-DAP interfaces counts twice, bulk first.
    static func all(on bus: any USBBus) throws(USBError) -> [FoundProbe] {
        try bus.devices().flatMap { device in
            STLinkProbe.candidates(in: device).map {
                FoundProbe(device: device, candidate: $0, driver: .stLink)
            }
                + CMSISDAPProbe.candidates(in: device).map {
                    FoundProbe(device: device, candidate: $0, driver: .cmsisDAP)
                }
        }
    }

    /// `0483:374f`.
    var ids: String { "\(device.vendorID.hex.dropFirst(2)):\(device.productID.hex.dropFirst(2))" }

    /// `STLINK-V3 003A… at 3-1.4`, for lists a person chooses from.
    var label: String { "\(candidate.kind) \(candidate.serial ?? ids) at \(device.location)" }

    func open(on bus: any USBBus, timebase: any Timebase, trace: Trace) throws(ProbeError) -> any DebugProbe {
        if let obstacle = candidate.obstacle { throw obstacle }
        return switch driver {
        case .stLink: try STLinkProbe(opening: device, on: bus, timebase: timebase, trace: trace)
        case .cmsisDAP:
            try CMSISDAPProbe(
                opening: device, interface: candidate.interface, on: bus, timebase: timebase, trace: trace)
        }
    }
}

extension ProbeSelector {
    func matches(_ probe: FoundProbe) -> Bool {
        switch self {
        case .only, .simulated: true
        case .serial(let text): probe.candidate.serial?.lowercased().contains(text.lowercased()) ?? false
        case .ids(let vendor, let product):
            probe.device.vendorID == vendor && probe.device.productID == product
        case .path(let path): probe.device.location.description == path
        }
    }

    /// The one probe that is meant.
    ///
    /// A whole serial number wins over parts of others, and the bulk interface of a device over its HID one.
    func choose(among probes: [FoundProbe]) throws(WorkbenchError) -> FoundProbe {
        var matching = probes.filter(matches)
        if case .serial(let text) = self {
            let exact = matching.filter { $0.candidate.serial?.lowercased() == text.lowercased() }
            if !exact.isEmpty { matching = exact }
        }
        var devices: [USBLocation] = []
        for probe in matching where !devices.contains(probe.device.location) {
            devices.append(probe.device.location)
        }
        guard let first = matching.first else {
            throw .noProbe(selector: description, present: probes.map(\.label))
        }
        guard devices.count == 1 else {
            throw .severalProbes(selector: description, matching: matching.map(\.label))
        }
        return first
    }
}
