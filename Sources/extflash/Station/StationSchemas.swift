// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ProductionJobs
import StationClient
import Workbench

private func names<Word: CaseIterable & RawRepresentable<String>>(_: Word.Type) -> Schema {
    .word(Word.allCases.map(\.rawValue))
}

extension StationStatus {
    static let schema = Schema.object([
        .key("name", .text(), "Its name."), .key("title", .text(), "Its title."),
        .key("slots", .list(of: SlotState.schema), "The slots."),
        .key("units", .map(of: .count), "Units of every batch, by verdict."),
        .key("lastEvent", .count, "The number of the last event."),
        .optional("central", CentralStatus.schema, "The central database, where the station has one."),
    ])
}

extension CentralStatus {
    static let schema = Schema.object([
        .key("database", .text(), "Where it is."),
        .key("isConnected", .flag, "Whether the last exchange succeeded."),
        .key("published", .count, "Records that the database has."),
        .key("waiting", .count, "Records that wait to be sent."),
        .optional("oldestWaiting", .text(), "When the oldest of them was written (ISO 8601, UTC)."),
        .key(
            "pools",
            .list(
                of: .object([
                    .key("name", .text(), "The pool."),
                    .key("left", .count, "Leased values that were not given yet."),
                    .optional("problem", UnitClosing.Failure.schema, "Why no more is leased."),
                ])), "Pools whose values are leased."),
        .optional("problem", UnitClosing.Failure.schema, "Why the last exchange failed."),
        .optional("conflict", .text(), "What a person has to settle."),
    ])
}

extension UnitClosing.Failure {
    static let schema = Schema.object([
        .key("code", .text(), "The error's code."), .key("failureClass", .text(), "Its class."),
        .key("summary", .text(), "What happened."),
        .key("causes", .list(of: .text()), "Why, outermost first."),
        .key("remedies", .list(of: .text()), "What to try."),
    ])
}

extension SlotState {
    static let schema = Schema.object([
        .key("name", .text(), "The slot."), .key("probe", .text(), "Where its probe is."),
        .optional("board", .text(), "The board in it."),
        .key("activity", names(Activity.self), "What it does."),
        .optional("isLeaving", .flag, "Whether the slot goes once its unit is done."),
        .optional("phase", .text(), "What the unit in work is at."),
        .optional("done", .count, "Bytes of the phase that are done."),
        .optional("total", .count, "Bytes of the phase."),
        .optional("rate", .number, "Bytes per second."),
        .optional("secondsLeft", .number, "Of the phase."), .optional("unit", .text(), "The unit."),
        .optional("label", .text(), "What people know it by."),
        .optional("serials", .map(of: .text()), "What it was given, by pool."),
        .optional("recipe", .text(), "Its recipe."),
        .optional("batch", .text(), "Its batch."),
        .optional("verdict", names(Verdict.self), "Of the last unit."),
        .optional("failure", UnitClosing.Failure.schema, "Why the last unit is not good."),
        .key("queued", .count, "Jobs that wait."), .key("good", .count, "Good units since the start."),
        .key("failed", .count, "Failed units since the start."),
        .key("failuresInRow", .count, "Failures since the last good unit."),
    ])
}

extension StationJob {
    static let schema = Schema.object([
        .key("id", .count, "Its number."), .key("slot", .text(), "The slot."),
        .key("state", names(State.self), "Where it stands."),
        .optional(
            "request",
            .object([
                .key("recipe", .text(), "Name or hash."), .optional("batch", .text(), "The batch."),
                .optional("boardRevision", .text(), "Of the board in the slot."),
                .optional("workOrder", .text(), "The work order."),
                .optional("operator", .text(), "Who asked."),
                .optional("fields", .map(of: .text()), "What was scanned or sent."),
                .optional("repeats", .flag, "Done again although it was good."),
                .optional("adHoc", .flag, "An engineer's own, with a recipe that nobody approved."),
            ]), "What was asked for."),
        .optional("unit", .text(), "The unit that it became."),
        .key("created", .text(), "When it was asked for (ISO 8601, UTC)."),
        .optional("ended", .text(), "When it ended."),
    ])
}

extension StationUnit {
    static let schema = Schema.object([
        .key("opened", opened, "What was written before the flash was touched."),
        .optional("closed", closed, "What became of it; absent while it is in work."),
        .key("sequence", .count, "The number of its first record."),
    ])

    private static let opened = Schema.object([
        .key("unit", .text(), "The unit: of this attempt alone."), .key("station", .text(), "The station."),
        .key("slot", .text(), "The slot."),
        .key(
            "probe",
            .object([
                .key("kind", .text(), "The kind."), .key("path", .text(), "Where it is."),
                .optional("serial", .text(), "Its serial number."),
                .optional("firmware", .text(), "Its firmware."),
            ]), "The probe."),
        .key(
            "recipe", .object([.key("name", .text(), "Its name."), .key("hash", .text(), "Its hash.")]),
            "The recipe."),
        .key(
            "images",
            .list(of: .object([.key("name", .text(), "Its name."), .key("sha256", .text(), "Its hash.")])),
            "The images."),
        .optional("board", .text(), "The board."),
        .optional("boardRevision", .text(), "Of the board, as the line counts it."),
        .optional("microcontroller", .text(), "Its unique id."), .optional("batch", .text(), "The batch."),
        .optional("workOrder", .text(), "The work order."),
        .optional("operatorName", .text(), "The operator."),
        .key("serials", .map(of: .text()), "What the unit was given, by pool."),
        .key("fields", .map(of: .text()), "What was scanned, sent, or added by a hook."),
        .key("startedAt", .text(), "ISO 8601, UTC."), .key("attempt", .count, "Of the same unit, from 1."),
        .optional("isAdHoc", .flag, "An engineer's own unit, with a recipe that nobody had approved."),
    ])

    private static let closed = Schema.object([
        .key("unit", .text(), "The unit."), .key("verdict", names(Verdict.self), "The verdict."),
        .key("endedAt", .text(), "ISO 8601, UTC."),
        .optional(
            "microcontroller",
            .object([
                .key("part", .text(), "The part."), .optional("revision", .text(), "Its revision."),
                .optional("uniqueID", .text(), "Its unique id."),
            ]), "What was read of it."),
        .optional(
            "flash",
            .object([
                .optional("jedecID", .text(), "JEDEC id."), .optional("uniqueID", .text(), "Its unique id."),
            ]), "What was read of it."),
        .optional("millivolts", .count, "The supply of the target."),
        .optional("clockHertz", .count, "The SWD clock."),
        .key(
            "phases",
            .list(
                of: .object([
                    .key("name", .text(), "The phase."), .key("seconds", .number, "What it took."),
                    .key("bytes", .count, "What it dealt with."),
                ])), "Where the time went."),
        .optional("seconds", .number, "From opening the probe to leaving the board."),
        .key("retries", .count, "How often the unit was begun again."),
        .optional(
            "attempts",
            .list(
                of: .object([
                    .key("seconds", .number, "What it took."),
                    .key("error", UnitClosing.Failure.schema, "What ended it."),
                ])), "The attempts before the last: what the cable or a contact ended."),
        .optional("contents", .text(), "SHA-256 of the bytes that were proven."),
        .optional("loaderHash", .text(), "SHA-256 of the loader."),
        .optional("error", UnitClosing.Failure.schema, "Why it is not good."),
        .optional("work", work, "What was done to the flash, once it was done."),
    ])

    private static let work = Schema.object([
        .key("clock", .text(), "virtual on a simulated bench, else real."),
        .key("totalSeconds", .number, "From opening the probe on."),
        .key("bytesErased", .count, "Bytes of the sectors that were erased."),
        .key("bytesProgrammed", .count, "Bytes that were programmed, restored ones included."),
        .key("bytesSkipped", .count, "Bytes of sectors that already held what was wanted."),
        .key("bytesKept", .count, "Bytes that were put back because they share a sector."),
        .key("bytesVerified", .count, "Bytes that were compared."),
        .key("proof", .text(), "read, hash or none."), .key("loader", .text(), "The loader file."),
        .key("warnings", .list(of: .text()), "What was dealt with but should be known."),
    ])
}

extension StationBatch {
    static let schema = Schema.object([
        .key("name", .text(), "Its name."), .key("recipe", .text(), "The recipe's hash."),
        .optional("workOrder", .text(), "The work order."), .optional("limit", .count, "Units at most."),
        .key("opened", .text(), "When it was opened."), .optional("closed", .text(), "When it was closed."),
    ])
}

extension StationRecipe {
    static let schema = Schema.object([
        .key("hash", .text(pattern: "^[0-9a-f]{64}$"), "SHA-256 of its text."),
        .key("name", .text(), "Its name."),
        .key("stored", .text(), "When it came."), .optional("approved", .text(), "When it was approved."),
        .optional("approver", .text(), "By whom."), .optional("retired", .text(), "When it was retired."),
        .optional("text", .text(), "Its YAML text."),
    ])
}

extension StationImage {
    static let schema = Schema.object([
        .key("hash", .text(pattern: "^[0-9a-f]{64}$"), "SHA-256 of its bytes."),
        .key("name", .text(), "Its name."),
        .key("size", .count, "Bytes."), .key("stored", .text(), "When it came."),
    ])
}
