// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import HardwareDescription

/// How long commands take: to look when the next will be over, and to know when one never will.
struct AgentPace {
    /// Seconds per byte by kind, of the last one.
    private var rates: [Kind: Double] = [:]
    /// Of the core, where it is known or once a long command has told.
    var cyclesPerSecond: Double?
    /// No command takes longer.
    let longest: Duration = .seconds(600)

    private enum Kind: Hashable { case digest, erase, eraseChip, program, map }

    private static let shortest: Duration = .microseconds(50)
    private static let longestPause: Duration = .milliseconds(10)
    /// A command this long tells how fast the core counts.
    private static let tellingTime: Duration = .milliseconds(10)
    /// The counter of 32 bits of the fastest core runs over after 8.9 s.
    private static let countable: Duration = .seconds(8)
    private static let setUp: Duration = .seconds(2)
    private static let margin = 3.0

    private static func kind(_ command: EngineCommand) -> Kind {
        switch command {
        case .read: .map
        case .digest: .digest
        case .erase: .erase
        case .eraseChip: .eraseChip
        case .program: .program
        }
    }

    /// Takes note of a command that was waited for.
    ///
    /// - Returns: how long it took.
    mutating func note(
        _ entry: OpenCommand, cycles: UInt32, elapsed: Duration, _ geometry: FlashGeometry
    ) -> Duration {
        var time = elapsed
        if let cyclesPerSecond, elapsed < Self.countable || Self.kind(entry.command) == .program {
            time = min(elapsed, .seconds(Double(cycles) / cyclesPerSecond))
        } else if elapsed > Self.tellingTime, elapsed < Self.countable {
            cyclesPerSecond = Double(cycles) / elapsed.seconds
        }
        let count = entry.command.range(of: geometry).count
        if count > 0 { rates[Self.kind(entry.command)] = time.seconds / Double(count) }
        return time
    }

    func expected(_ entry: OpenCommand, _ geometry: FlashGeometry) -> Duration? {
        rates[Self.kind(entry.command)].map {
            .seconds($0 * Double(entry.command.range(of: geometry).count))
        }
    }

    /// Far more than the flash ever needs, for the command and all before it.
    func limit(_ entry: OpenCommand, _ loader: LoadedLoader, _ geometry: FlashGeometry) -> Duration {
        guard let chip = loader.chip else { return longest }
        let count = Double(entry.command.range(of: geometry).count)
        let unit = chip.erases.first
        let erase = unit.map { $0.time.maximum * (count / Double($0.size)) } ?? longest
        let time: Duration =
            switch entry.command {
            case .read, .digest: .seconds(count / 1_000_000)
            case .erase: erase
            case .eraseChip: chip.chipErase?.maximum ?? longest
            case .program: (chip.pageProgram?.maximum ?? .milliseconds(10)) * (count / Double(chip.page) + 2)
            }
        return Self.setUp + time * Self.margin
    }

    func pause(after elapsed: Duration, expecting expected: Duration?) -> Duration {
        guard let expected else { return min(max(elapsed / 8, Self.shortest), Self.longestPause) }
        let close = min(max(expected / 64, Self.shortest), .milliseconds(1))
        let early = expected - close - elapsed
        return early > .zero
            ? min(max(early, close), Self.longestPause)
            : min(max((elapsed - expected) / 8, close), Self.longestPause)
    }
}
