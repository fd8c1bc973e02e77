// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ProductionJobs
import StationClient
import Workbench

/// Which records are looked for.
struct UnitQueryOptions: ParsableArguments {
    @Option(help: "Only of this batch.") var batch: String?
    @Option(help: "Only of this slot.") var slot: String?
    @Option(help: "Only good, failed, cancelled, interrupted or refused ones.") var verdict: String?
    @Option(help: "Only those whose unit, serial numbers or fields hold this text.") var text: String?
    @Option(help: "At most so many.") var limit = 20

    func units(_ station: StationConnection) async throws(StationClientError) -> UnitsReport {
        UnitsReport(
            units: try await station.ask(
                .init(
                    .get, ["units"],
                    query: [
                        ("batch", batch), ("slot", slot), ("verdict", verdict), ("text", text),
                        ("limit", "\(limit)"),
                    ])))
    }
}

struct UnitGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unit", abstract: "Show units that a station has programmed.",
        subcommands: [UnitList<UnitWords>.self, UnitShow<UnitWords>.self])
}

extension UnitsReport {
    var columns: Columns {
        var columns = Columns("UNIT", "LABEL", "VERDICT", "SLOT", "RECIPE", "BATCH", "STARTED", "ERROR")
        for unit in units {
            columns.add(
                unit.opened.unit, unit.label, unit.closed?.verdict.rawValue ?? "in work", unit.opened.slot,
                unit.opened.recipe.name, unit.opened.batch, unit.opened.startedAt, unit.closed?.error?.code)
        }
        return columns
    }
}

extension StationUnit {
    var label: String {
        UnitRecord(opening: opened, closing: closed, sequence: sequence).label
    }

    fileprivate var table: Table {
        var table = Table()
        table.add("verdict", closed?.verdict.rawValue ?? "in work")
        table.add(
            "slot", "\(opened.slot) of \(opened.station), probe \(opened.probe.kind) at \(opened.probe.path)")
        table.add("recipe", "\(opened.recipe.name) (\(opened.recipe.hash.prefix(12)))")
        for image in opened.images { table.add("image", "\(image.name) (\(image.sha256.prefix(12)))") }
        table.add("board", opened.board)
        table.add("board revision", opened.boardRevision)
        table.add("batch", opened.batch)
        table.add("work order", opened.workOrder)
        table.add("operator", opened.operatorName)
        for (pool, value) in opened.serials.sorted(by: { $0.key < $1.key }) { table.add(pool, value) }
        for (field, value) in opened.fields.sorted(by: { $0.key < $1.key }) { table.add(field, value) }
        table.add("started", opened.startedAt)
        table.add("ended", closed?.endedAt)
        table.add("attempt", "\(opened.attempt)")
        table.add("part", closed?.microcontroller?.part)
        table.add("unique id", closed?.microcontroller?.uniqueID)
        table.add("flash", closed?.flash?.jedecID)
        table.add("supply", closed?.millivolts.map { Format.volts(Double($0) / 1000) })
        table.add("SWD clock", closed?.clockHertz.map { "\(Hertz($0))" })
        for phase in closed?.phases ?? [] {
            table.add(phase.name, "\(Format.bytes(phase.bytes)) in \(Format.time(.seconds(phase.seconds)))")
        }
        table.add("contents", closed?.contents)
        for attempt in closed?.attempts ?? [] {
            table.add("begun again", "after \(attempt.error.summary) [\(attempt.error.code)]")
        }
        if let error = closed?.error {
            table.add("error", "\(error.summary) [\(error.code)]")
            for cause in error.causes { table.add("because", cause) }
            for remedy in error.remedies { table.add("try", remedy) }
        }
        return table
    }
}

extension Console {
    func show(_ unit: StationUnit) { result(unit.opened.unit, unit.table) }
}
