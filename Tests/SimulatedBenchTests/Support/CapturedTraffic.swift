// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// Traffic of a real probe as the files in `Vectors` hold it, folded repetitions unfolded.
struct CapturedTraffic {
    struct Exchange {
        /// Line number in the file, for messages.
        var line: Int
        /// Command (ST-LINK) or request (CMSIS-DAP).
        var sent: [UInt8]
        /// Bytes of the request that the file leaves out.
        var omitted = 0
        var data: [UInt8] = []
        /// Parts of the answer in order; a part left out of the file has only its first word.
        var answers: [Answer] = []
        var trace: [UInt8] = []
    }
    struct Answer {
        var known: [UInt8]
        var count: Int
    }
    private(set) var exchanges: [Exchange] = []

    init(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Vectors"))
        let text = try String(contentsOf: url, encoding: .utf8)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try add(String(line), number + 1)
        }
    }

    private mutating func add(_ line: String, _ number: Int) throws {
        if let match = line.firstMatch(of: /previous exchange repeated ([0-9]+) more/) {
            let last = try #require(exchanges.last)
            exchanges += Array(repeating: last, count: try #require(Int(match.1)))
        }
        guard let mark = line.first, line.dropFirst().first == " ", mark != "#" else { return }
        let rest = line.dropFirst(2)
        switch mark {
        case "C", ">":
            var exchange = Exchange(line: number, sent: Self.bytes(rest))
            if let match = rest.firstMatch(of: /<\+([0-9]+) bytes/) {
                exchange.omitted = try #require(Int(match.1))
            }
            exchanges.append(exchange)
        case "O": exchanges[exchanges.count - 1].data += Self.bytes(rest)
        case "T": exchanges[exchanges.count - 1].trace += Self.bytes(rest)
        case "I", "<":
            var answer = Answer(known: Self.bytes(rest), count: 0)
            answer.count = answer.known.count
            if let match = rest.firstMatch(of: /<([0-9]+) bytes of target memory, first word ([0-9a-f ]+)>/) {
                answer = Answer(known: Self.bytes(match.2), count: try #require(Int(match.1)))
            }
            exchanges[exchanges.count - 1].answers.append(answer)
        default: break
        }
    }

    private static func bytes(_ text: some StringProtocol) -> [UInt8] {
        text.prefix { $0 != "<" }.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
}
