// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Glibc
import ProductionJobs
import StationServer
import Synchronization
import Testing
import Workbench

@testable import extflash

@Suite struct `The central database on the command line` {
    @Test func `is asked by extflashd, which gets everything as it is`() async throws {
        let folder = NSTemporaryDirectory() + "extflash-central-command-" + UUID().uuidString.prefix(8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: folder + "/extflashd"))
        chmod(folder + "/extflashd", 0o755)
        let (output, errors) = (Capture(), Capture())
        let started = Mutex<[[String]]>([])
        var context = RunContext(
            streams: StandardStreams(output: output.sink, error: errors.sink), environment: [:],
            paths: InstallationPaths(roots: []))
        context.program = folder + "/extflash"
        context.replaceProcess = { path, arguments in
            started.withLock { $0.append([path] + arguments) }
            return ENOEXEC
        }
        let line = ["central", "check", "--database", "postgresql:///x", "--quick"]
        let code = await RunContext.$current.withValue(context) { await CommandLineRun.run(line) }
        #expect(started.withLock { $0 } == [[folder + "/extflashd", "extflashd"] + line])
        #expect(code == 61 && errors.text.contains("[CLI-005]"))
    }

    @Test func `is told beside the station's slots`() {
        var status = CentralStatus(database: "postgresql://db/extflash")
        (status.isConnected, status.published) = (true, 12)
        #expect(status.lines == ["central database: postgresql://db/extflash: there, has every record"])
        (status.isConnected, status.waiting, status.oldestWaiting) = (false, 2, "2026-01-01T00:00:00.000Z")
        status.problem = UnitClosing.Failure(ErrorReport(StationError.noCentral))
        status.conflict = "records differ"
        status.pools = [.init(name: "serial", left: 7)]
        #expect(
            status.lines == [
                "central database: postgresql://db/extflash: away, 2 records wait since 2026-01-01T00:00:00.000Z",
                "  the station has no central database [STN-051]", "  records differ",
                "  pool serial: 7 leased and not given",
            ])
    }
}
