// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Logging
import ProductionJobs
import ProductionStore
import StationServer
import StationTestKit
import Testing
import Workbench

@testable import extflash

@Suite struct `Commands for a station with a certificate` {
    /// A door on loopback with TLS.
    private func withStation(
        _ body: @escaping @Sendable (_ station: Station, _ port: Int) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "extflash-tls-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let text =
            StationText.simulated(["stlink-v3"])
            + "http: {listen: 0.0.0.0:8443, certificate: \(TestCertificates.path("station.pem")), key: \(TestCertificates.path("station.key"))}\n"
        let definition = try StationDefinition(yaml: text, file: "station.yaml")
        let station = try Station(
            definition, folder: folder + "/state", paths: InstallationPaths(roots: []),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: { Timestamp(milliseconds: 1_767_225_600_000) })
        try await DoorRun.encrypted(station) { port in try await body(station, port) }
    }

    private func status(_ url: String, _ token: String, ca: String?) async -> CommandRun {
        await CommandRun.of(
            ["station", "status", "--station", url] + (ca.map { ["--ca", TestCertificates.path($0)] } ?? []),
            environment: ["EXTFLASH_TOKEN": token])
    }

    @Test func `is asked over TLS by those who believe its authority, and by no others`() async throws {
        try await withStation { station, port in
            let token = try station.context.memory.tokens.create("me", role: .reader, at: "")
            let good = await status("https://localhost:\(port)", token, ca: "authority.pem")
            #expect(good.exitCode == 0 && good.output.hasPrefix("line: A line\n"), "\(good.errors)")
            let stranger = await status("https://localhost:\(port)", token, ca: nil)
            #expect(stranger.exitCode != 0 && stranger.errors.contains("[STC-015]"), "\(stranger.errors)")
            #expect(stranger.errors.contains("--ca FILE"))
            let clear = await status("http://localhost:\(port)", token, ca: nil)
            #expect(clear.exitCode != 0 && !clear.output.contains("A line"), "\(clear.errors)")
            let noToken = await status("https://localhost:\(port)", "xf_no", ca: "authority.pem")
            #expect(noToken.errors.contains("[STN-004]"), "\(noToken.errors)")
            let noFile = await status("https://localhost:\(port)", token, ca: "none.pem")
            #expect(noFile.errors.contains("[STC-006]"), "\(noFile.errors)")
        }
    }
}
