// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import NIOCore
import ProductionJobs
import ProductionStore

extension StationAPI {
    private struct Position: Encodable {
        /// Bytes that are here.
        let received: UInt64
        let isComplete: Bool
    }

    var imageRoutes: [Route] {
        [
            Route(.get, "/images", .reader) { _ async throws(StationError) in
                .json(try asking { () throws(StoreError) in try station.context.memory.images.all() })
            },
            Route(.get, "/images/:hash", .reader) { request async throws(StationError) in
                .json(try position(try request.hash()))
            },
            Route(.put, "/images/:hash", .engineer, query: ["name", "offset", "total"]) {
                request async throws(StationError) in
                try await take(request)
            },
        ]
    }

    private func position(_ hash: ContentHash) throws(StationError) -> Position {
        let (bytes, isComplete) = try asking { () throws(StoreError) in
            try station.context.memory.images.received(hash)
        }
        return Position(received: bytes, isComplete: isComplete)
    }

    /// The body is the image, or what of it follows `offset`; `total` ends it.
    ///
    /// What arrived of a connection that broke stays: the sender asks how much it was and goes on there.
    private func take(_ request: APIRequest) async throws(StationError) -> Response {
        let hash = try request.hash(), images = station.context.memory.images
        guard let name = request.query("name"), name.unicodeScalars.count <= 255, !name.contains("/")
        else { throw .badRequest("`name` is the image's file name") }
        let offset = try request.number("offset") ?? 0, total = try request.number("total")
        if try asking({ () throws(StoreError) in try images.contains(hash) }) {
            return .json(try position(hash))
        }
        let upload = try asking { () throws(StoreError) in try images.upload(hash) }
        if offset == 0, upload.count > 0 { try asking { () throws(StoreError) in try upload.restart() } }
        guard offset >= 0, UInt64(offset) == upload.count else {
            throw .badRequest("`offset` is \(offset), but \(upload.count) bytes are here")
        }
        if let length = request.announcedLength {
            try asking { () throws(StoreError) in try upload.expect(length) }
        }
        try await receive(request.request.body, into: upload)
        if let total, UInt64(clamping: total) != upload.count {
            return .json(Position(received: upload.count, isComplete: false), status: .accepted)
        }
        try asking { () throws(StoreError) in
            try images.finish(upload, name: name, at: station.context.now)
        }
        return .json(Position(received: upload.count, isComplete: true), status: .created)
    }

    private func receive(_ body: RequestBody, into upload: ImageUpload) async throws(StationError) {
        do {
            for try await buffer in body { try upload.append(Array(buffer: buffer)) }
        } catch let error as StoreError {
            throw StationError(error)
        } catch { throw .badRequest("the connection broke after \(upload.count) bytes") }
    }
}
