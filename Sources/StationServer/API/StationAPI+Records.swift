// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HTTPTypes
import Hummingbird
import NIOCore
import ProductionJobs
import ProductionStore

extension StationAPI {
    private struct UnitBody: Encodable {
        let opened: UnitOpening
        let closed: UnitClosing?
        let sequence: Int64

        init(_ unit: UnitRecord) { (opened, closed, sequence) = (unit.opening, unit.closing, unit.sequence) }
    }
    private struct Verified: Encodable {
        let isWhole: Bool
        let findings: [String]
        let publicKey: String
    }

    private var memory: StationMemory { station.context.memory }

    var recordRoutes: [Route] {
        [
            Route(
                .get, "/units", .reader, query: ["batch", "slot", "text", "verdict", "before", "limit"]
            ) { request async throws(StationError) in
                var query = UnitSearch.Query()
                (query.batch, query.slot) = (request.query("batch"), request.query("slot"))
                (query.text, query.before) = (request.query("text"), try request.number("before"))
                query.verdict = try request.word("verdict", of: Verdict.self)
                query.limit = try request.limit()
                return .json(
                    try asking { () throws(StoreError) in try memory.units.units(query) }.map(UnitBody.init))
            },
            Route(.get, "/units/:unit", .reader) { request async throws(StationError) in
                let unit = try request.parameter("unit")
                return .json(
                    UnitBody(try asking { () throws(StoreError) in try memory.units.unit(unit) }))
            },
            Route(.get, "/records/verify", .reader) { _ async throws(StationError) in
                let findings = try asking { () throws(StoreError) in try memory.records.verify() }
                return .json(
                    Verified(
                        isWhole: findings.isEmpty, findings: findings.map(\.text),
                        publicKey: memory.key.publicKey))
            },
            Route(.get, "/records/export", .reader, query: ["format", "batch"]) {
                request async throws(StationError) in
                try export(request)
            },
            Route(.get, "/metrics", .reader) { _ async throws(StationError) in
                let central = try station.central?.status()
                return .text(
                    StationMetrics(
                        slots: try await station.slots(), listeners: station.context.hub.listenerCount,
                        hooks: try asking { () throws(StoreError) in try memory.hooks.count() }
                    ).text
                        + (central.map { CentralMetrics(status: $0, now: station.context.clock()).text }
                            ?? ""),
                    type: "text/plain; version=0.0.4; charset=utf-8")
            },
        ]
    }

    /// Any number of units, a page at a time.
    private func export(_ request: APIRequest) throws(StationError) -> Response {
        let format = try request.word("format", of: ExportFormat.self) ?? .jsonLines
        let batch = request.query("batch")
        if let batch { _ = try asking { () throws(StoreError) in try memory.batches.batch(batch) } }
        let title = batch.map { "Batch \($0)" } ?? station.context.definition.title
        let counts = try asking { () throws(StoreError) in try memory.units.counts(batch: batch) }
        let body = ResponseBody { [memory] writer in
            var export = format.export(title: title, counts: counts)
            try await writer.write(ByteBuffer(string: export.begin()))
            var after: Int64 = 0
            while case let page = try memory.units.page(batch: batch, after: after), let last = page.last {
                try await writer.write(ByteBuffer(string: page.map { export.unit($0) }.joined()))
                after = last.sequence
            }
            try await writer.write(ByteBuffer(string: export.end()))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: format.contentType], body: body)
    }
}

/// The station's figures in the text form of Prometheus (exposition format 0.0.4).
struct StationMetrics {
    let slots: [SlotState]
    let listeners: Int
    let hooks: Int

    var text: String {
        var lines: [String] = []
        func metric(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: Int)])
        {
            lines.append("# HELP extflash_\(name) \(help)")
            lines.append("# TYPE extflash_\(name) \(kind)")
            lines += samples.map { "extflash_\(name)\($0.labels) \($0.value)" }
        }
        func perSlot(_ value: (SlotState) -> Int) -> [(labels: String, value: Int)] {
            slots.map { ("{slot=\"\($0.name)\"}", value($0)) }
        }
        metric("units_good_total", "counter", "Good units since the station started.", perSlot(\.good))
        metric("units_failed_total", "counter", "Failed units since the station started.", perSlot(\.failed))
        metric("jobs_queued", "gauge", "Jobs that wait.", perSlot(\.queued))
        metric("failures_in_row", "gauge", "Failures since the last good unit.", perSlot(\.failuresInRow))
        metric(
            "slot_running", "gauge", "Whether a unit is in work.", perSlot { $0.activity == .running ? 1 : 0 }
        )
        metric("event_listeners", "gauge", "Listeners to events.", [("", listeners)])
        metric("hooks_pending", "gauge", "Units whose hook was not told yet.", [("", hooks)])
        return lines.joined(separator: "\n") + "\n"
    }
}
