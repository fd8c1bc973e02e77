// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import Logging

/// Log lines as entries of the systemd journal, with their metadata as fields: `journalctl EXTFLASH_SLOT=A1`.
///
/// The journal's native protocol (systemd, "Native Journal Protocol"): a datagram of `NAME=value` lines; a value with
/// line breaks is given by its length.
struct JournalLogHandler: LogHandler {
    static let socketPath = "/run/systemd/journal/socket"
    /// What a datagram may have without a file descriptor; longer texts are cut.
    static let longestText = 32 * 1024

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level = .info
    private let identifier: String
    private let socket: String

    init(identifier: String, socket: String = JournalLogHandler.socketPath) {
        (self.identifier, self.socket) = (identifier, socket)
    }

    /// Whether standard error is the journal's, as systemd says in JOURNAL_STREAM (systemd.exec(5)).
    static func isStandardError(_ environment: [String: String]) -> Bool {
        environment["JOURNAL_STREAM"].map { $0 == OpenFile.identity(STDERR_FILENO) } ?? false
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) {
            $1
        }
        let entry = Self.entry(event.level, "\(event.message)", all, identifier: identifier)
        if let socket = DatagramSocket(socket), socket.send(entry) { return }
        // Without a journal the line still reaches whoever reads standard error.
        let words = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        FileHandle.standardError.write(Data("\(event.level) \(event.message) \(words)\n".utf8))
    }

    /// One entry as its datagram.
    static func entry(
        _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, identifier: String
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        append("PRIORITY", "\(priority(level))", to: &bytes)
        append("SYSLOG_IDENTIFIER", identifier, to: &bytes)
        // What a reader of the plain log wants to see stands in the message, too.
        let words = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        append("MESSAGE", words.isEmpty ? message : "\(message) (\(words))", to: &bytes)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            append("EXTFLASH_" + fieldName(key), "\(value)", to: &bytes)
        }
        return bytes
    }

    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        let value = Array(value.utf8.prefix(longestText))
        bytes += name.utf8
        if value.contains(UInt8(ascii: "\n")) {
            bytes.append(UInt8(ascii: "\n"))
            withUnsafeBytes(of: UInt64(value.count).littleEndian) { bytes += $0 }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Capital letters, digits and underscores are what a field's name may have.
    static func fieldName(_ key: String) -> String {
        String(
            key.uppercased().unicodeScalars.map {
                ("A"..."Z").contains($0) || ("0"..."9").contains($0) ? Character($0) : "_"
            }.prefix(40))
    }

    /// syslog(3).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
