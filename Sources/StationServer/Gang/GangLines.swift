// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Bytes of a connection to lines of commands.
///
/// A line ends with CR; LF is taken as well, and an empty line means nothing. What a telnet program negotiates
/// (RFC 854: IAC and what follows it) is left out.
struct GangLines: Sendable {
    enum Line: Hashable, Sendable {
        case text(String)
        /// Too long, or of bytes that are in no command.
        case unreadable
    }

    /// Of a line; the longest command has four patches of 32 bytes.
    static let limit = 512

    private enum Telnet { case none, command, option, subnegotiation, subnegotiationCommand }
    private var telnet = Telnet.none
    private var bytes: [UInt8] = []
    private var isUnreadable = false

    /// The lines that end within `input`.
    mutating func take(_ input: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in input where isData(byte) {
            guard byte == 0x0d || byte == 0x0a else {
                append(byte)
                continue
            }
            if isUnreadable {
                lines.append(.unreadable)
            } else if !bytes.isEmpty {
                lines.append(.text(String(decoding: bytes, as: UTF8.self)))
            }
            (bytes, isUnreadable) = ([], false)
        }
        return lines
    }

    private mutating func append(_ byte: UInt8) {
        // A telnet program sends NUL behind a bare CR.
        guard byte != 0 else { return }
        guard !isUnreadable, bytes.count < Self.limit, (0x20..<0x7f).contains(byte) else {
            (bytes, isUnreadable) = ([], true)
            return
        }
        bytes.append(byte)
    }

    /// Whether the byte belongs to a line, and not to telnet.
    private mutating func isData(_ byte: UInt8) -> Bool {
        switch (telnet, byte) {
        case (.none, 0xff): telnet = .command
        case (.none, _): return true
        // SB: everything up to IAC SE.
        case (.command, 0xfa): telnet = .subnegotiation
        // WILL, WONT, DO, DONT: one more byte.
        case (.command, 0xfb...0xfe): telnet = .option
        case (.subnegotiation, 0xff): telnet = .subnegotiationCommand
        case (.subnegotiation, _): break
        case (.subnegotiationCommand, 0xf0): telnet = .none
        case (.subnegotiationCommand, _): telnet = .subnegotiation
        case (.command, _), (.option, _): telnet = .none
        }
        return false
    }
}
