// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How much a trace event matters to a reader.
package enum TraceLevel: Int, Comparable, Sendable {
    /// Bytes on the wire.
    case wire
    /// One register or memory access.
    case debug
    /// A step a person may want to follow (`--verbose`).
    case step
    /// Something that was recovered from but should be known.
    case warning

    package static func < (left: TraceLevel, right: TraceLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Where the layers below the shell report what they do.
///
/// Messages are constant text and values travel as metadata, so that a log can be searched by either; only a warning
/// that a report holds as well is told in the report's words.
package struct Trace {
    package typealias Metadata = KeyValuePairs<String, String>
    package let threshold: TraceLevel
    private let sink: (TraceLevel, String, Metadata) -> Void

    package init(threshold: TraceLevel, sink: @escaping (TraceLevel, String, Metadata) -> Void) {
        self.threshold = threshold
        self.sink = sink
    }

    /// Discards everything.
    package static var silent: Trace { Trace(threshold: .warning) { _, _, _ in } }

    /// The metadata is not built when nobody listens at this level.
    package func callAsFunction(
        _ level: TraceLevel, _ message: String, _ metadata: @autoclosure () -> Metadata = [:]
    ) {
        if level >= threshold { sink(level, message, metadata()) }
    }
}
