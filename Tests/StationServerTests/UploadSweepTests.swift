// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription
import Logging
import ProductionJobs
import ProductionStore
import Synchronization
import Testing

@testable import StationServer

@Suite struct `Uploads that nobody goes on with` {
    private static let start: Int64 = 1_767_225_600

    /// Begins an image to which something was added so many seconds after the start.
    private func begin(_ byte: UInt8, at seconds: Int64, in fixture: StationFixture) throws -> ImageUpload {
        let hash = ContentHash(of: [byte])
        let upload = try fixture.memory.images.upload(hash)
        try upload.append([byte, byte, byte])
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(Self.start + seconds))],
            ofItemAtPath: "\(fixture.folder)/images/\(hash).part")
        return upload
    }

    private func parts(_ fixture: StationFixture) throws -> Set<String> {
        Set(
            try FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/images")
                .filter { $0.hasSuffix(".part") })
    }

    @Test func `are deleted after the configured time, at the start and once a day`() async throws {
        let fixture = try StationFixture(tail: "limits: {upload-age: 36 h}")
        defer { fixture.remove() }
        let hour: Int64 = 3600
        for (byte, time) in [(1, -37 * hour), (2, -35 * hour), (3, 0), (4, 20 * hour)] as [(UInt8, Int64)] {
            _ = try begin(byte, at: time, in: fixture)
        }
        let busy = try begin(5, at: -100 * hour, in: fixture)
        let names = (0...5 as ClosedRange<UInt8>).map { "\(ContentHash(of: [$0])).part" }
        let time = Mutex(Self.start)
        let seen = Mutex<[(pause: Duration, parts: Set<String>)]>([])
        let sweep = UploadSweep(
            images: fixture.memory.images, age: fixture.station.context.definition.limits.uploadAge,
            clock: { Timestamp(milliseconds: time.withLock { $0 } * 1000) },
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await sweep.run { pause in
            let left = try parts(fixture)
            let days = seen.withLock { seen in
                seen.append((pause, left))
                return seen.count
            }
            if days == 3 { throw CancellationError() }
            time.withLock { $0 += pause.components.seconds }
        }
        let days = seen.withLock { $0 }
        #expect(days.map(\.pause) == Array(repeating: .seconds(86_400), count: 3))
        #expect(days[0].parts == [names[2], names[3], names[4], names[5]])
        #expect(days[1].parts == [names[3], names[4], names[5]])
        #expect(days[2].parts == [names[4], names[5]], "what is being sent stays, however old")
        // Whoever sends it goes on.
        #expect(busy.count == 3)
        let again = try fixture.memory.images.upload(ContentHash(of: [1]))
        #expect(again.count == 0)
    }

    @Test func `are kept for a week where the station file says nothing, and for a minute at least`() throws {
        func limits(_ text: String) throws -> StationDefinition.Limits {
            try StationDefinition(
                yaml: "schema: 1\nname: l\ntitle: L\nslots: [{name: A1, sim: stlink-v3}]\n\(text)", file: "s"
            ).limits
        }
        #expect(try limits("").uploadAge == .seconds(7 * 86_400))
        #expect(try limits("limits: {upload-age: 3 d}").uploadAge == .seconds(3 * 86_400))
        #expect(throws: DefinitionError.self) { try limits("limits: {upload-age: 59 s}") }
    }
}
