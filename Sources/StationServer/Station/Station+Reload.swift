// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Logging
import ProductionJobs
import ProductionStore

/// What a new station file has changed, by the names of slots.
package struct ReloadReport: Codable, Hashable, Sendable {
    package var unchanged: [String] = []
    package var changed: [String] = []
    package var added: [String] = []
    package var removed: [String] = []
}

extension Station {
    /// Reads the station file again and works by it; returns when slots that change have ended their unit in work.
    ///
    /// A file with a mistake, or with a change that takes a restart, leaves everything as it is.
    package func reload() async throws(StationError) -> ReloadReport {
        guard let source else { throw .notFound("the station file") }
        return try await reload(to: try source())
    }

    /// Takes the certificate that the station file names, if it names one.
    package func loadCertificate() throws(StationError) {
        guard let files = context.definition.http.tls else { return }
        try context.certificate.load(files, now: context.clock().seconds, log: context.log)
    }

    /// As ``reload()``, by a definition that was read already.
    func reload(to definition: StationDefinition) async throws(StationError) -> ReloadReport {
        let old = context.definition
        let fixed = [
            ("name", old.name == definition.name), ("http", old.http == definition.http),
            ("gang", old.gang == definition.gang), ("inputs", old.inputs == definition.inputs),
            ("limits", old.limits == definition.limits), ("central", old.central == definition.central),
        ]
        let changes = fixed.filter { !$0.1 }.map(\.0)
        guard changes.isEmpty else { throw .needsRestart(keys: changes) }
        // Its files may have changed though their names did not.
        try loadCertificate()
        guard roster.beginReload() else { throw .reloadUnderWay }
        let before = roster.workers
        let leaving = before.filter { !definition.slots.contains($0.slot) }
        for worker in leaving { await worker.park() }
        // A socket that goes to another slot is free only then.
        for worker in leaving {
            await worker.finished()
            await worker.letGo()
        }
        context.live.definition = definition
        roster.endReload(
            definition.slots.map { slot in
                before.first { $0.slot == slot } ?? SlotWorker(slot, context)
            })
        let report = ReloadReport(before.map(\.slot), definition.slots)
        do throws(StoreError) { try context.hub.publish("station", report) } catch {
            throw StationError(error)
        }
        context.log.info(
            "station file read again",
            metadata: [
                "changed": "\(report.changed)", "added": "\(report.added)", "removed": "\(report.removed)",
            ])
        return report
    }
}

extension ReloadReport {
    fileprivate init(_ old: [StationDefinition.Slot], _ new: [StationDefinition.Slot]) {
        for slot in new {
            guard let before = old.first(where: { $0.name == slot.name }) else {
                added.append(slot.name)
                continue
            }
            if before == slot { unchanged.append(slot.name) } else { changed.append(slot.name) }
        }
        removed = old.map(\.name).filter { name in !new.contains { $0.name == name } }
    }
}
