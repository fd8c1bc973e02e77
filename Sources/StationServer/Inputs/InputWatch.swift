// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Logging
import ProductionJobs
import ProductionStore

/// Does what is scanned or pressed at one input, for as long as the station takes units.
///
/// A device that is unplugged is looked for once a second until it is back.
struct InputWatch: Sendable {
    private let input: InputDefinition
    private let station: Station
    private let open: @Sendable (InputDefinition) throws(StationError) -> Int32

    /// Between two looks for a device that is not there.
    private let pause: Duration

    init(
        _ input: InputDefinition, of station: Station, pause: Duration = .seconds(1),
        open: @escaping @Sendable (InputDefinition) throws(StationError) -> Int32 = {
            input throws(StationError) in try InputDevice().open(input)
        }
    ) {
        (self.input, self.station, self.pause, self.open) = (input, station, pause, open)
    }

    /// What listeners to events are told.
    private struct Report: Encodable {
        let name: String
        var isThere: Bool?
        var scanned: String?
        var slots: [String]?
        var failure: UnitClosing.Failure?
    }

    func run() async {
        var told: StationError?
        while !station.roster.isClosed {
            do throws(StationError) {
                let file = try open(input)
                told = nil
                tell(Report(name: input.name, isThere: true))
                await follow(file)
                tell(Report(name: input.name, isThere: false))
            } catch {
                // Once, not every second.
                if told?.summary != error.summary {
                    tell(
                        Report(
                            name: input.name, isThere: false, failure: UnitClosing.Failure(ErrorReport(error))
                        ))
                }
                told = error
            }
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }

    /// Until the device is gone.
    func follow(_ file: Int32) async {
        var events = InputEventReader(), reader = InputReader(input)
        // A scan of a slot's name says where the next one goes.
        var chosen: String?
        let bytes = InputDevice.bytes(of: file, name: input.name) { [roster = station.roster] in
            roster.isClosed
        }
        for await piece in bytes {
            for event in events.add(piece) {
                guard let action = reader.take(event) else { continue }
                await act(on: action, &chosen)
            }
        }
    }

    private func act(on action: InputAction, _ chosen: inout String?) async {
        var report = Report(name: input.name)
        do throws(StationError) {
            switch action {
            case .incomplete: throw .scanIncomplete(input.name)
            case .pressed(let start): report.slots = try await begin(request(), start)
            case .scanned(let code):
                report.scanned = code
                if let slot = station.context.definition.slots.first(where: { $0.name == code }) {
                    chosen = slot.name
                } else {
                    let start = chosen.map { InputDefinition.Start.slot($0) }
                    chosen = nil
                    report.slots = try await begin(request(code), start)
                }
            }
        } catch { report.failure = UnitClosing.Failure(ErrorReport(error)) }
        tell(report)
    }

    private func request(_ code: String? = nil) -> UnitJobRequest {
        var request = UnitJobRequest(recipe: input.recipe)
        request.batch = input.batch
        if case .scanner(let scanner) = input.use, let code { request.fields = [scanner.field: code] }
        return request
    }

    /// The slots in which units begin.
    private func begin(
        _ request: UnitJobRequest, _ start: InputDefinition.Start?
    ) async throws(StationError) -> [String] {
        switch start ?? usual {
        case .nextFree: return [try await station.submitToFreeSlot(request).slot]
        case .slot(let name): return [try station.submit(request, to: name).slot]
        case .all:
            let started = try await station.submitToAll(request).jobs
            guard !started.isEmpty else { throw .noFreeSlot }
            return started.map(\.slot)
        }
    }

    private var usual: InputDefinition.Start {
        if case .scanner(let scanner) = input.use { scanner.start } else { .nextFree }
    }

    private func tell(_ report: Report) {
        let log = station.context.log
        var metadata: Logger.Metadata = ["input": "\(report.name)"]
        if let code = report.scanned { metadata["serial"] = "\(code)" }
        if let failure = report.failure {
            metadata["error"] = "\(failure.code)"
            log.warning("\(failure.summary)", metadata: metadata)
        } else if let isThere = report.isThere {
            log.info("\(isThere ? "the input is read" : "the input is gone")", metadata: metadata)
        } else {
            metadata["slots"] = "\(report.slots ?? [])"
            log.info("the input was used", metadata: metadata)
        }
        do throws(StoreError) { try station.context.hub.publish("input", report) } catch {
            log.error("\(error.summary)", metadata: ["input": "\(input.name)", "error": "\(error.code)"])
        }
    }
}
