// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ProductionJobs

/// One line of the protocol that testers speak to gang programmers.
///
/// `#`, a word in capital or small letters, and what belongs to it behind a space.
enum GangCommand: Hashable, Sendable {
    /// Erases, programs and verifies, with bytes of the tester's own where it sends any.
    case auto(GangChannels?, patch: String?)
    /// One step of the three alone.
    case step(String)
    case cancel(GangChannels?)
    case status(GangChannels?)
    case result(GangChannels?)
    case select(String)
    case selectModules(GangChannels?)
    /// Files of a programmer's own disk; the number is what it answers when one cannot be had.
    case file(Int)
    case baudRate

    /// Why a line is none of these.
    enum Mistake: Error, Hashable, Sendable {
        case unknown
        /// The word is known, what follows it is wrong.
        case argument(String)
    }

    init(_ line: String) throws(Mistake) {
        guard line.hasPrefix("#") else { throw .unknown }
        let parts = line.dropFirst().split(separator: " ", omittingEmptySubsequences: true)
        guard let word = parts.first?.uppercased() else { throw .unknown }
        let rest = Array(parts.dropFirst().map(String.init))
        switch word {
        case "AUTO": self = try Self.auto(rest)
        case "ERASE", "PROGRAM", "VERIFY": self = .step(word)
        case "CANCEL": self = .cancel(try Self.channels(rest))
        case "STATUS": self = .status(try Self.channels(rest))
        case "RESULT": self = .result(try Self.channels(rest))
        case "SELMODULE": self = .selectModules(try Self.channels(rest))
        case "SELECT":
            guard rest.count == 1, Identifier.isValid(rest[0]) else {
                throw .argument("one project is to be named")
            }
            self = .select(rest[0])
        case "FOPEN", "FCLOSE": self = .file(10)
        case "FREAD", "FSIZE", "FLIST", "FCRC": self = .file(11)
        case "FWRITE": self = .file(12)
        case "FDELETE": self = .file(13)
        case "BAUDRATE": self = .baudRate
        default: throw .unknown
        }
    }

    private static func auto(_ rest: [String]) throws(Mistake) -> GangCommand {
        switch rest.first?.uppercased() {
        case "PATCH":
            guard rest.count == 3, PatchLine(rest[2]) != nil else {
                throw .argument("channels and one line of patches are to be given")
            }
            return .auto(try channels([rest[1]]), patch: rest[2])
        case "NOPATCH": return .auto(try channels(Array(rest.dropFirst())), patch: nil)
        default: return .auto(try channels(rest), patch: nil)
        }
    }

    /// Nil where none are named: then those that were selected.
    private static func channels(_ words: [String]) throws(Mistake) -> GangChannels? {
        guard let word = words.first else { return nil }
        guard words.count == 1, let channels = GangChannels(word) else {
            throw .argument("channels are `*`, or numbers with commas between them")
        }
        return channels
    }
}

/// Which slots are meant: all, or some by their place in the station file.
enum GangChannels: Hashable, Sendable {
    case all
    /// From 1, in order, each once.
    case some([Int])

    init?(_ text: String) {
        if text == "*" {
            self = .all
            return
        }
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(part), number > 0
            else { return nil }
            numbers.insert(number)
        }
        self = .some(numbers.sorted())
    }
}
