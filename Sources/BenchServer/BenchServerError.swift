// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a program could not be run on a private bus.
package enum BenchServerError: Error, Sendable {
    /// /dev/fuse is missing or may not be opened.
    case noFuse(detail: String)
    /// Neither this user nor a user namespace of theirs may make namespaces.
    case noNamespace(detail: String)
    /// A step inside the namespaces was refused.
    case notAllowed(step: String, detail: String)
    /// The command is not there or is no program.
    case noSuchCommand(String, detail: String)
    /// More probes than a bus has ports.
    case tooManyProbes(limit: Int)
    /// One of the probes' benches could not be set up.
    case bench(selector: String, any Diagnosable)
    /// The simulation's control socket does not answer.
    case noSimulation(path: String, detail: String)
    /// Nothing says which simulation is meant.
    case noSocketNamed
    /// The simulation refused what it was told.
    case refused(String)
    /// The address to offer the bus on cannot be had.
    case cannotListen(address: String, detail: String)
    /// The file or directory a transcript should go to cannot be used.
    case record(path: String, detail: String)
    /// A transcript could not be continued; what is in the file is right.
    case recordIncomplete(path: String, detail: String)
    /// A transcript cannot be read.
    case noTranscript(path: String, detail: String)
    /// A line of a transcript makes no sense.
    case transcriptMalformed(path: String, line: Int, reason: String)
    /// A bench did something else than its transcript says.
    case replayDiffers(path: String, line: Int, difference: String)
    /// The system failed underneath us.
    case system(operation: String, detail: String)
}
