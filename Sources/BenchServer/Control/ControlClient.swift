// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Tells a running simulation something.
package enum ControlClient {
    /// Environment variable by which programs inside find the socket.
    package static let variable = "EXTFLASH_SIMULATE_SOCKET"
    private static let answerLimit = 64 << 10

    /// - Returns: the lines of the answer, without the `ok` that ends it.
    package static func send(_ command: String, to path: String) throws(BenchServerError) -> [String] {
        guard !path.isEmpty else { throw .noSocketNamed }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        guard descriptor >= 0, withSocketAddress(of: path, { connect(descriptor, $0, $1) }) == 0 else {
            throw .noSimulation(path: path, detail: BenchServerError.lastDetail)
        }
        let line = Array((command + "\n").utf8)
        guard Glibc.send(descriptor, line, line.count, Int32(MSG_NOSIGNAL)) == line.count else {
            throw .noSimulation(path: path, detail: BenchServerError.lastDetail)
        }
        var answer: [UInt8] = []
        while true {
            let lines = String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
            if let last = lines.last, answer.last == 0x0A {
                if last == "ok" { return lines.dropLast() }
                if last.hasPrefix("error ") { throw .refused(String(last.dropFirst("error ".count))) }
            }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0, answer.count < answerLimit else {
                throw .noSimulation(path: path, detail: "it went away before it had answered")
            }
            answer += buffer[..<count]
        }
    }
}
