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
        .optional("label", .text(), "What people know it by."), .optional("recipe", .text(), "Its recipe."),
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
                .optional("workOrder", .text(), "The work order."),
                .optional("operator", .text(), "Who asked."),
                .optional("fields", .map(of: .text()), "What was scanned or sent."),
                .optional("repeats", .flag, "Done again although it was good."),
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
        .optional("board", .text(), "The board."), .optional("batch", .text(), "The batch."),
        .optional("workOrder", .text(), "The work order."),
        .optional("operatorName", .text(), "The operator."),
        .key("serials", .map(of: .text()), "What the unit was given, by pool."),
        .key("fields", .map(of: .text()), "What was scanned, sent, or added by a hook."),
        .key("startedAt", .text(), "ISO 8601, UTC."), .key("attempt", .count, "Of the same unit, from 1."),
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
        .key("retries", .count, "How often something was tried again."),
        .optional("contents", .text(), "SHA-256 of the bytes that were proven."),
        .optional("loaderHash", .text(), "SHA-256 of the loader."),
        .optional("error", UnitClosing.Failure.schema, "Why it is not good."),
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
