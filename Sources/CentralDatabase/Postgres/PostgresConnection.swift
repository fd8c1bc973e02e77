// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibPQ
import Essentials
import Glibc

/// One connection through libpq's asynchronous calls, so that every step has a deadline.
///
/// A server that answers nothing, and a network that swallows everything but still acknowledges it, are left when the
/// time is up: time limits of the server and of TCP notice neither. Confined to one thread.
final class PostgresConnection {
    private let handle: OpaquePointer
    private let settings: PostgresSettings
    private let cancellation: Cancellation
    private let time = MonotonicTime()

    /// How often the cancellation is looked at.
    private static let tick = Duration.milliseconds(100)

    init(_ settings: PostgresSettings, _ cancellation: Cancellation) throws(CentralError) {
        (self.settings, self.cancellation) = (settings, cancellation)
        let parameters = try settings.parameters()
        let handle = CStrings.withArrays(parameters.map(\.0), parameters.map(\.1)) {
            PQconnectStartParams($0, $1, 1)
        }
        guard let handle else {
            throw .unreachable(database: settings.name, detail: "there is no memory for a connection")
        }
        self.handle = handle
        // Or libpq would print to standard error.
        _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try connect()
    }

    deinit { PQfinish(handle) }

    var isUsable: Bool { PQstatus(handle) == CONNECTION_OK }

    private func connect() throws(CentralError) {
        let deadline = Deadline(in: settings.timeout, on: time)
        var step = PGRES_POLLING_WRITING
        while step != PGRES_POLLING_OK {
            guard PQstatus(handle) != CONNECTION_BAD, step != PGRES_POLLING_FAILED else {
                throw .unreachable(database: settings.name, detail: message)
            }
            try wait(for: step == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline, "connecting")
            step = PQconnectPoll(handle)
        }
        guard PQsetnonblocking(handle, 1) == 0 else {
            throw .unreachable(database: settings.name, detail: message)
        }
        // A service may have left it open.
        guard PQsslInUse(handle) == 1 || isLocal else { throw .notEncrypted(database: settings.name) }
    }

    /// Over a socket file, or within this machine.
    private var isLocal: Bool {
        let address = PQhostaddr(handle).map { String(cString: $0) } ?? ""
        let host = PQhost(handle).map { String(cString: $0) } ?? ""
        return host.hasPrefix("/") || address.hasPrefix("127.") || address == "::1"
    }

    /// Runs one statement with parameters and returns its rows.
    ///
    /// With `isBinary` values come as the server has them; bytes then need no decoding.
    func query(
        _ statement: String, _ parameters: [PostgresValue] = [], isBinary: Bool = false
    ) throws(CentralError) -> PostgresRows {
        let deadline = Deadline(in: settings.timeout, on: time)
        let sent = PostgresValue.withArrays(parameters) { types, values, lengths, formats in
            PQsendQueryParams(
                handle, statement, Int32(parameters.count), types, values, lengths, formats, isBinary ? 1 : 0)
        }
        guard sent == 1 else { throw .lost(database: settings.name, detail: message) }
        return try results(until: deadline)
    }

    /// Runs a script of several statements; they are one transaction unless they say otherwise.
    func execute(_ script: String) throws(CentralError) {
        let deadline = Deadline(in: settings.timeout, on: time)
        guard PQsendQuery(handle, script) == 1 else {
            throw .lost(database: settings.name, detail: message)
        }
        _ = try results(until: deadline)
    }

    private func results(until deadline: Deadline) throws(CentralError) -> PostgresRows {
        try flush(until: deadline)
        var rows = PostgresRows()
        var failure: CentralError?
        while true {
            while PQisBusy(handle) != 0 {
                try wait(for: POLLIN, until: deadline, "waiting for an answer")
                guard PQconsumeInput(handle) == 1 else {
                    throw .lost(database: settings.name, detail: message)
                }
            }
            guard let result = PQgetResult(handle) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK: rows = PostgresRows(result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            default: failure = failure ?? CentralError(result, database: settings.name)
            }
        }
        if let failure { throw isUsable ? failure : .lost(database: settings.name, detail: failure.summary) }
        return rows
    }

    /// Puts on the wire what libpq holds; what the server sends meanwhile is taken in, or both would wait.
    private func flush(until deadline: Deadline) throws(CentralError) {
        while true {
            let left = PQflush(handle)
            guard left >= 0 else { throw .lost(database: settings.name, detail: message) }
            guard left > 0 else { return }
            let ready = try wait(for: POLLIN | POLLOUT, until: deadline, "sending")
            if ready & Int16(POLLIN) != 0, PQconsumeInput(handle) != 1 {
                throw .lost(database: settings.name, detail: message)
            }
        }
    }

    @discardableResult
    private func wait(
        for events: Int32, until deadline: Deadline, _ step: String
    ) throws(CentralError) -> Int16 {
        while true {
            guard !cancellation.isCancelled else { throw .stopped }
            guard !deadline.hasPassed else {
                throw .timedOut(database: settings.name, during: step, after: deadline.limit)
            }
            var watched = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            guard watched.fd >= 0 else { throw .lost(database: settings.name, detail: message) }
            let pause = min(deadline.remaining, Self.tick)
            let count = poll(&watched, 1, Int32(pause.components.attoseconds / 1_000_000_000_000_000) + 1)
            if count > 0 { return watched.revents }
            if count < 0, errno != EINTR {
                throw .lost(database: settings.name, detail: String(cString: strerror(errno)))
            }
        }
    }

    /// libpq's words, in one line.
    private var message: String {
        let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let lines = text.split(separator: "\n").map { $0.trimmingPrefix("\t") }
        return lines.isEmpty ? "no reason is known" : String(lines.joined(separator: "; ").prefix(500))
    }
}

extension CentralError {
    /// What the server says of a statement (SQLSTATE: PostgreSQL, "Error Codes"; those with XF are ours).
    init(_ result: OpaquePointer, database: String) {
        func field(_ name: UInt8) -> String {
            PQresultErrorField(result, Int32(name)).map { String(cString: $0) } ?? ""
        }
        let state = field(UInt8(ascii: "C")), text = field(UInt8(ascii: "M")),
            detail = field(UInt8(ascii: "D"))
        let words = detail.split(separator: " ")
        let place = (
            station: words.first.map { String($0) } ?? "", sequence: words.last.flatMap { Int64($0) } ?? 0
        )
        self =
            switch state {
            case "3F000", "42P01", "42883": .notInitialized(database: database)
            case "57014": .timedOut(database: database, during: "in the server: \(text)", after: .zero)
            case "57P01", "57P02", "57P03": .lost(database: database, detail: text)
            case "XF001": .otherKey(station: detail)
            case "XF002": .recordsDiffer(station: place.station, sequence: place.sequence)
            case "XF003": .gap(station: place.station, sequence: place.sequence)
            case "XF004": .chainBroken(station: place.station, sequence: place.sequence)
            case "XF005": .unknownPool(detail)
            case "XF006": .poolExhausted(detail)
            case "XF007": .leaseOverlaps(pool: detail, detail: text)
            case "XF009": .poolDiffers(detail)
            default: .server(state: state, detail: detail.isEmpty ? text : "\(text) (\(detail))")
            }
    }
}
