// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Where a station listens: the file of a socket, or an address on a network.
package enum StationAddress: Hashable, Sendable {
    case socket(path: String)
    /// `http` or `https` with host and port, without a slash at the end.
    case url(String)

    /// Where a station listens that nobody has told anything else.
    package static let defaultSocket = "/run/extflash/station.sock"

    /// Takes `/run/extflash/station.sock`, `unix:FILE`, `http://HOST:PORT`, `https://HOST` or `HOST:PORT`.
    package init(parsing text: String) throws(StationClientError) {
        if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") {
            self = .socket(path: text)
        } else if text.hasPrefix("unix:") {
            self = .socket(path: String(text.dropFirst(5)))
        } else {
            let isURL = text.hasPrefix("http://") || text.hasPrefix("https://")
            let full = isURL ? text : "http://" + text
            guard let parts = URLComponents(string: full), parts.host?.isEmpty == false, parts.query == nil,
                parts.user == nil, isURL || parts.port != nil, ["", "/"].contains(parts.path)
            else { throw .addressInvalid(text) }
            self = .url(full.hasSuffix("/") ? String(full.dropLast()) : full)
        }
        // sun_path has 108 bytes with the zero at its end (unix(7)).
        if case .socket(let path) = self, !(1...107).contains(path.utf8.count) { throw .addressInvalid(text) }
    }

    /// As a person reads it.
    package var text: String {
        switch self {
        case .socket(let path): path
        case .url(let url): url
        }
    }

    /// The URL of `path`, which begins with a slash.
    func url(_ path: String) -> String {
        switch self {
        case .socket(let socket): "http+unix://\(socket.percentEncoded)\(path)"
        case .url(let url): url + path
        }
    }
}

extension String {
    /// Everything but letters, digits and `-._~` written as in RFC 3986, section 2.1.
    package var percentEncoded: String {
        utf8.reduce(into: "") { text, byte in
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-._~".unicodeScalars.contains(scalar)
            {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
    }
}
