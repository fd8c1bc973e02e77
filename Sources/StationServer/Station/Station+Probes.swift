// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Logging
import ProductionJobs
import Workbench

/// A probe that is plugged in, and the slot it belongs to.
struct PluggedProbe: Encodable, Hashable, Sendable {
    let probe: SeenProbe
    /// Nil: it belongs to none, and operators are not shown it.
    let slot: String?
}

extension Station {
    /// Every probe of this machine; nothing is opened.
    func probes() async throws(WorkbenchError) -> [PluggedProbe] {
        let seen = try await SeenProbe.all(on: usb)
        return assigned(seen)
    }

    /// Each with the slot that is where it is plugged in.
    func assigned(_ seen: [SeenProbe]) -> [PluggedProbe] {
        let slots = context.definition.slots
        return seen.map { probe in
            PluggedProbe(probe: probe, slot: slots.first { $0.probe.path == probe.path }?.name)
        }
    }

    /// The longest wait for an event, and with it for the end of the station; between two looks where there are no events.
    private static let pause = Duration.seconds(1)

    /// Notices probes that are plugged in and out, until the station parks.
    func watchProbes() async {
        while !roster.isClosed {
            let isWatched = context.definition.slots.contains { $0.probe.path != nil }
            if isWatched, await notePlugs(within: Self.pause) { continue }
            do { try await Task.sleep(for: Self.pause) } catch { return }
        }
    }

    /// Tells the slots what is plugged in, as soon as that changes, or after the limit.
    ///
    /// - Returns: whether it has waited; else somebody has to look again after a pause.
    func notePlugs(within limit: Duration) async -> Bool {
        do throws(WorkbenchError) {
            await note(try await plugs.probes(within: limit))
            return await plugs.isTold
        } catch {
            context.log.debug("\(error.summary)", metadata: ["error": "\(error.code)"])
            await note([])
            return false
        }
    }

    /// What a slot has is known by its path alone: probes without serial numbers, and those that come back under
    /// another address, are right.
    func note(_ seen: [SeenProbe]) async {
        for worker in roster.workers {
            guard let path = worker.slot.probe.path else { continue }
            await worker.note(seen.first { $0.path == path })
        }
    }

    /// Takes probe or board out of a simulated slot, or puts them in.
    func simulate(_ change: SimulationRequest, in slot: String) throws(StationError) {
        let worker = try worker(slot)
        guard case .simulated = worker.slot.probe else {
            throw .badRequest("slot \(slot) is not simulated")
        }
        if let board = change.board { worker.fixture.hasBoard = board }
        if let probe = change.probe { worker.fixture.isPlugged = probe }
        if let traits = change.traits {
            guard SimulationRequest.isTraits(traits) else {
                throw .badRequest("`traits` are such as `fault=bad-cell` or `power=off`")
            }
            worker.fixture.traits = traits
        }
    }
}

/// `{"board": true}`: a board is put into a simulated slot.
struct SimulationRequest: Decodable, Sendable {
    var board: Bool?
    var probe: Bool?
    /// What the boards of the next units have: `fault=bad-cell`.
    var traits: String?
    static let keys = ["board", "probe", "traits"]

    /// What a board may have; whatever names a place on the disk is not among it.
    static func isTraits(_ text: String) -> Bool {
        let trait = /(?:fault|flash|power|usb-fault|line)=[A-Za-z0-9:_-]+/
        return text.utf8.count <= 256
            && (text.isEmpty
                || text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy {
                    $0.wholeMatch(of: trait) != nil
                })
    }
}

extension StationDefinition.Probe {
    /// Nil where it is simulated.
    var path: String? { if case .usb(let path, _) = self { path } else { nil } }
}
