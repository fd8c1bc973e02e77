// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibPQ

/// A parameter of a statement.
enum PostgresValue {
    case text(String)
    case number(Int64)
    case bytes([UInt8])

    /// `bytea` (catalog/pg_type.dat); 0 lets the server choose.
    private var type: Oid { if case .bytes = self { 17 } else { 0 } }
    private var isBinary: Bool { if case .bytes = self { true } else { false } }

    /// With a zero at the end where it is text, as libpq wants it.
    private var contents: [UInt8] {
        switch self {
        case .text(let text): Array(text.utf8) + [0]
        case .number(let number): Array(String(number).utf8) + [0]
        case .bytes(let bytes): bytes
        }
    }

    /// Shows `body` the arrays that PQsendQueryParams takes.
    static func withArrays<Result>(
        _ values: [PostgresValue],
        _ body: (
            _ types: [Oid], _ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]
        ) -> Result
    ) -> Result {
        let contents = values.map(\.contents)
        let storage = UnsafeMutableBufferPointer<CChar>.allocate(
            capacity: max(1, contents.reduce(0) { $0 + $1.count }))
        defer { storage.deallocate() }
        var pointers: [UnsafePointer<CChar>?] = []
        var offset = 0
        for value in contents {
            for (index, byte) in value.enumerated() { storage[offset + index] = CChar(bitPattern: byte) }
            pointers.append(storage.baseAddress.map { UnsafePointer($0 + offset) })
            offset += value.count
        }
        return body(
            values.map(\.type), pointers, contents.map { Int32(clamping: $0.count) },
            values.map { $0.isBinary ? 1 : 0 })
    }
}

enum CStrings {
    /// Two arrays of C strings, each ended by NULL.
    static func withArrays<Result>(
        _ first: [String], _ second: [String],
        _ body: ([UnsafePointer<CChar>?], [UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let values = (first + second).map { PostgresValue.text($0) }
        return PostgresValue.withArrays(values) { _, pointers, _, _ in
            body(Array(pointers.prefix(first.count)) + [nil], Array(pointers.dropFirst(first.count)) + [nil])
        }
    }
}

/// What a statement gave back.
struct PostgresRows {
    private(set) var rows: [[[UInt8]?]] = []

    init() {}

    init(_ result: OpaquePointer) {
        let columns = PQnfields(result)
        rows = (0..<PQntuples(result)).map { row in
            (0..<columns).map { column in
                guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column)
                else {
                    return nil
                }
                let count = Int(PQgetlength(result, row, column))
                return UnsafeRawBufferPointer(start: start, count: count).map { $0 }
            }
        }
    }

    var count: Int { rows.count }

    func bytes(_ row: Int, _ column: Int) -> [UInt8]? {
        guard rows.indices.contains(row), rows[row].indices.contains(column) else { return nil }
        return rows[row][column]
    }

    func text(_ row: Int, _ column: Int) -> String? {
        bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }

    func number(_ row: Int, _ column: Int) -> Int64? { text(row, column).flatMap { Int64($0) } }
}
