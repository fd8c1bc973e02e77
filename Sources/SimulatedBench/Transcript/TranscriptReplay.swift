// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Does to a fresh bench what a host did to an earlier one, and holds what comes of it against what came then.
///
/// **Compared** is everything that happens, in its order, byte by byte: answers, stalls, lengths, ends. **Not compared**
/// are the moments, unless asked for: the virtual probe and its cable may become faster or slower without answering
/// differently, and it is for the models' own tests to say how fast they are.
///
/// **Time** is kept as the host spent it: what is reproduced is not the moment at which the host did something, but how
/// long it had been doing nothing before, since the last thing that happened. As long as the timing of cable, probe and
/// target is the one of the recording, that is the same moment to the picosecond. When it is not, the host's pauses are
/// still there, so that whatever needs them (a target that comes out of reset, a function that runs) gets them, as
/// it would from the program itself. Answers that depend on the moment all the same, such as the program counter of a
/// running core, do not belong into a transcript that is kept; `stretch` shows whether there are any: pauses become
/// longer by this factor, and nothing else may change.
package final class TranscriptReplay {
    /// The first thing that is not as it was.
    package struct Difference: Error, Hashable, Sendable {
        package let expected: BenchTranscript.Entry
        /// Nil when nothing happened where something should.
        package let actual: BenchTranscript.Entry?
        /// The last transfer to the device before it.
        package let request: BenchTranscript.Entry?

        package var text: String {
            let found = actual.map { "`\(TranscriptText.line($0.event))`" } ?? "nothing"
            let asked = request.map { "after `\(TranscriptText.line($0.event))` " } ?? ""
            let moments = actual.map {
                $0.event == expected.event ? " (\($0.time) instead of \(expected.time))" : ""
            }
            return "\(asked)expected `\(TranscriptText.line(expected.event))`, found \(found)\(moments ?? "")"
        }
    }

    private let port: BenchUSBPort
    private let happened = Happened()
    private let stretch: Double
    private let comparesTime: Bool
    /// Ids at the port, by the transcript's number, of what has not ended.
    private var identifiers: [Int: UInt64] = [:]
    private var request: BenchTranscript.Entry?
    /// When the last thing happened, then and now.
    private var last: (recorded: Picoseconds, here: Picoseconds) = (0, 0)

    /// What the bench did and has not been compared yet.
    private final class Happened: TranscriptSink {
        var entries: [BenchTranscript.Entry] = []
        func take(_ entry: BenchTranscript.Entry) { entries.append(entry) }
    }

    /// A bench for a transcript: as the selector says, but without its transfer faults, which the transcript has, and
    /// without its state directory.
    package static func bench(selector: String, files: DescriptionFiles) throws(BenchError) -> SimulatedBench
    {
        var configuration = try BenchConfiguration(
            selector: BenchConfiguration.selectorPrefix + selector, files: files)
        configuration.usbFaults = USBFaultPlan()
        configuration.stateDirectory = nil
        return try SimulatedBench.open(configuration)
    }

    /// `bench` has just been switched on.
    package init(on bench: SimulatedBench, stretch: Double = 1, comparesTime: Bool = false) {
        (self.stretch, self.comparesTime) = (stretch, comparesTime)
        port = BenchUSBPort(bench)
        bench.record(into: happened)
    }

    /// Does the transcript's next step, or looks whether it happens.
    package func follow(_ expected: BenchTranscript.Entry) throws(Difference) {
        let moment = Picoseconds(expected.time)
        if happened.entries.isEmpty {
            if expected.event.isDoneByHost { perform(expected.event, at: moment) } else { port.settle() }
        }
        // What nobody collects any more would only pile up.
        port.forgetCompletions()
        let actual = happened.entries.isEmpty ? nil : happened.entries.removeFirst()
        let isSame = actual.map { $0.event == expected.event && (!comparesTime || $0.time == expected.time) }
        guard let actual, isSame ?? false else {
            throw Difference(expected: expected, actual: actual, request: request)
        }
        last = (max(last.recorded, moment), max(last.here, Picoseconds(actual.time)))
        switch expected.event {
        case .submitted(_, .read, _): break
        case .submitted: request = expected
        case .ended(let number, _), .cancelled(let number, _): identifiers[number] = nil
        case .portReset, .unplugged, .plugged, .powerCycled: break
        }
    }

    private func perform(_ event: BenchTranscript.Event, at moment: Picoseconds) {
        pause(until: moment)
        switch event {
        case .submitted(let number, let work, let fault): submit(number, work, fault)
        case .cancelled(let number, _): if let id = identifiers[number] { port.cancel(id) }
        case .portReset: port.reset()
        case .unplugged: port.unplug()
        case .plugged: port.plug()
        case .powerCycled: port.powerCycleTarget()
        case .ended: break
        }
    }
    /// The host's pause since the last thing that happened.
    private func pause(until moment: Picoseconds) {
        guard moment > last.recorded else { return }
        let pause = Double(moment - last.recorded) * stretch
        let end = last.here &+ (stretch == 1 ? moment - last.recorded : Picoseconds(pause))
        guard end > port.now else { return }
        port.settle()
        port.idle(until: end)
    }
    private func submit(_ number: Int, _ work: BenchTranscript.Work, _ fault: USBFaultPlan.Fault?) {
        switch work {
        case .request(let setup): _ = port.request(setup)
        case .out(let bytes, let endpoint):
            identifiers[number] = submit(.out(bytes, endpoint: endpoint), on: endpoint, fault)
        case .read(let count, let endpoint):
            identifiers[number] = submit(.read(count: count, endpoint: endpoint), on: endpoint, fault)
        case .control(let setup, let data):
            identifiers[number] = submit(.control(setup: setup, data: data), on: 0, fault)
        }
    }
    private func submit(_ work: BenchURB.Work, on endpoint: UInt8, _ fault: USBFaultPlan.Fault?) -> UInt64 {
        if let fault { port.inject(fault, on: endpoint, after: 0) }
        return port.submit(work)
    }
}
