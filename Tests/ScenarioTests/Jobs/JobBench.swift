// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Foundation
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// One simulated board that several jobs in a row work on through the Workbench's door.
final class JobBench {
    static let flashStart: UInt32 = 0x9000_0000
    static let flashSize = 16 << 20

    let simulation: SimulatedBench
    let scratch: ScratchDirectory
    /// What each job's request is changed to.
    var adjust: (inout BenchRequest) -> Void = { _ in }
    private let selector: String

    init(_ configuration: BenchConfiguration) throws {
        simulation = SimulatedBench(configuration)
        scratch = try ScratchDirectory()
        selector = "sim:\(configuration.probe.rawValue)"
    }

    convenience init(
        _ probe: BenchConfiguration.ProbeKind = .stlinkV3,
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = BenchConfiguration()
        configuration.probe = probe
        change(&configuration)
        try self.init(configuration)
    }

    /// Nothing but what is built in: files of this machine must not change a test.
    static let paths = InstallationPaths(roots: [])

    /// The door for one job on this board.
    func client(
        probe: String? = nil, observer: Observer = .none, cancellation: Cancellation = Cancellation()
    ) -> WorkbenchClient {
        var request = BenchRequest(probe: ProbeSelector(parsing: probe ?? selector), paths: Self.paths)
        adjust(&request)
        // Jobs run one after the other, each to its end: only one thread uses the bench at a time.
        nonisolated(unsafe) let simulation = simulation
        return WorkbenchClient(
            request: request, observer: observer, cancellation: cancellation,
            host: { request throws(WorkbenchError) in
                // As it would be switched on, so that a selector that means nothing is found out.
                if case .simulated(let text) = request.probe {
                    do throws(BenchError) { _ = try SimulatedHost.configuration(text, request.paths) } catch {
                        throw .step("switching the simulated bench on", error)
                    }
                }
                return SimulatedHost(simulation)
            })
    }

    /// Programs `bytes` at `address`, from a raw binary.
    @discardableResult func program(
        _ bytes: [UInt8], at address: UInt32 = flashStart, _ change: (inout ProgramRequest) -> Void = { _ in }
    ) async throws -> ProgramReport {
        var request = ProgramRequest(images: [try image(bytes, at: address)])
        change(&request)
        return try await client().program(request)
    }

    /// A raw binary as an image of a request.
    func image(_ bytes: [UInt8], at address: UInt32?, name: String = "image.bin") throws -> ImageRequest {
        ImageRequest(path: try scratch.file(name, bytes), address: address, format: nil)
    }

    // MARK: - The board

    var machine: Machine {
        guard let machine = simulation.target as? Machine else {
            preconditionFailure("a job bench always has the whole board")
        }
        return machine
    }
    /// All cells of the flash, behind everybody's back; empty when no flash is fitted.
    var cells: [UInt8] { machine.flashContents }
    /// Some of them.
    func cells(_ count: Int, at address: UInt32) -> [UInt8] {
        let start = Int(address - Self.flashStart)
        return Array(cells[start..<start + count])
    }

    /// Every byte in its place, told by the first that is not.
    func expectCells(_ expected: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
        let found = cells
        #expect(found.count == expected.count, sourceLocation: sourceLocation)
        guard found != expected, let first = zip(found, expected).enumerated().first(where: { $1.0 != $1.1 })
        else { return }
        Issue.record(
            "offset \(UInt32(first.offset).hex) holds \(first.element.0.hex), not \(first.element.1.hex)",
            sourceLocation: sourceLocation)
    }
}

/// A directory that goes when the test does.
final class ScratchDirectory {
    let url: URL

    init() throws {
        url = .temporaryDirectory.appending(path: "extflash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    // What stays behind is the system's to clean up.
    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }
    func contents(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url.appending(path: name)))
    }
}
