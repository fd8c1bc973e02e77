// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What a command reports: encoded as the `result` of its JSON document.
package protocol JobReport: Encodable, Sendable {
    static var schema: Schema { get }
    /// Whether the command erases or programs, so that its failure says where the flash was left.
    static var changesFlash: Bool { get }
}

extension JobReport {
    package static var changesFlash: Bool { false }
}

/// A report that says something although the job failed.
package protocol PartialReport {
    /// What ended the job early; nil when it is whole.
    var failure: WorkbenchError? { get }
}

/// What the job cost this machine, simulator included: the only part of a document that differs from run to run.
package struct HostUsage: Encodable, Sendable {
    package let realSeconds: Double
    /// Largest resident size of the process so far.
    package let peakMemoryBytes: UInt64

    package init(since start: MonotonicTime) {
        realSeconds = start.now.reportedSeconds
        peakMemoryBytes = ProcessUsage.peakMemoryBytes
    }

    static let schema = Schema.object([
        .key("realSeconds", .number, "Time on the wall."),
        .key("peakMemoryBytes", .count, "Largest resident size of the process."),
    ])
}

/// The one document that a command prints with `--json`.
package struct JobDocument: Sendable {
    /// Grows only by new keys; another meaning or type of a key makes it `extflash/3`.
    package static let version = "extflash/2"

    package let command: String
    package var result: (any JobReport)?
    package var error: ErrorReport?
    /// Where a job that ended early has left the flash.
    package var flash: FlashOutcome?
    package var host: HostUsage?

    package init(
        command: String, result: (any JobReport)?, error: ErrorReport?, flash: FlashOutcome? = nil,
        host: HostUsage?
    ) {
        (self.command, self.result, self.error, self.flash) = (command, result, error, flash)
        self.host = host
    }

    package var text: String { JSONText.of(self) }
}

extension JobDocument: Encodable {
    private enum CodingKeys: CodingKey { case schema, command, ok, exitCode, result, error, flash, host }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(Self.version, forKey: .schema)
        try keys.encode(command, forKey: .command)
        try keys.encode(error == nil, forKey: .ok)
        try keys.encode(error?.failureClass.rawValue ?? 0, forKey: .exitCode)
        if let result { try keys.encode(result, forKey: .result) }
        try keys.encodeIfPresent(error, forKey: .error)
        try keys.encodeIfPresent(flash, forKey: .flash)
        try keys.encodeIfPresent(host, forKey: .host)
    }
}
