// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashLoader

/// What reads, erases and programs a flash: commands are handed over ahead, and end in the order they were handed over.
///
/// Implemented by ``LoaderEngine`` over a loader on the target, by an agent that works through a ring of commands, and by
/// a model of NOR cells in the tests. No answer is trusted: what counts is what a later read or digest shows.
package protocol FlashEngine: AnyObject {
    var geometry: FlashGeometry { get }
    var abilities: FlashAbilities { get }
    /// Time the target has spent executing for this engine so far; the rest of an operation is the link's.
    var targetTime: Duration { get }
    /// What is known not to take an erase or a write; nil where nothing is.
    var protection: WriteProtection? { get }

    /// Hands a command over, to be executed after all that were handed over before it.
    ///
    /// Never more than ``FlashAbilities/depth`` are open. A command may be executed any time from now on, also before
    /// ``complete(_:)`` asks for its end.
    func submit(_ command: EngineCommand) throws(FlashEngineFailure)

    /// Waits for the end of the oldest open command.
    ///
    /// `poll` is called while the flash is busy and answers true to give up. After a failure no command is open: of those
    /// behind the one that failed none was begun, except after ``FlashEngineFailure/failed(_:)``.
    func complete(_ poll: () -> Bool) throws(FlashEngineFailure) -> EngineResult

    /// Board, controller and flash as they are now, what matters most first.
    ///
    /// For a proof that failed although every call said that it succeeded. What cannot be looked at is a finding, too.
    func findings() -> [LoaderFinding]
}

extension FlashEngine {
    /// One command by itself; none may be open.
    package func execute(
        _ command: EngineCommand, poll: () -> Bool = { false }
    ) throws(FlashEngineFailure) -> EngineResult {
        try submit(command)
        return try complete(poll)
    }
}

/// What an engine can do and how it is best used.
package struct FlashAbilities: Hashable, Sendable {
    /// Most bytes one ``EngineCommand/program(_:at:)`` takes; at least 1.
    package var programLimit: Int
    /// Bytes per read that cost little more per byte than larger reads would.
    package var readLimit: Int
    /// Most commands that may be open; at least 1.
    package var depth = 1
    /// How much may be open: bytes of erases and writes, of which short ones count for some more.
    ///
    /// Progress is seen, and a cancellation heeded, at the ends of commands.
    package var window = Int.max
    /// Most ``EngineCommand/read(_:)`` that may be open and still be worth it; at least 1.
    package var readDepth = 1
    package var canEraseChip: Bool
    /// Whether ``EngineCommand/digest(_:unit:)`` is answered, computed on the target from what the flash holds.
    package var hasDigests = false
    /// Whether its own erase and write may end the protection that ``FlashEngine/protection`` tells of.
    package var mayUnprotect = false
    /// Whether an erase after a write costs no more than one after an erase, so that the two may alternate.
    package var alternates = false

    package init(programLimit: Int, readLimit: Int, canEraseChip: Bool) {
        (self.programLimit, self.readLimit) = (programLimit, readLimit)
        self.canEraseChip = canEraseChip
    }
}

/// Why an engine did not do what it was asked.
package enum FlashEngineFailure: Error {
    /// The command came back and said that it was not done; asking again does no harm.
    case refused(any Diagnosable)
    /// The way to the flash broke: probe, core or loader. Nothing may be asked again.
    case failed(any Diagnosable)
    /// `poll` asked for it; how far a command that was begun came is unknown.
    case stopped(begun: Bool)
}
