// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import NIOCore
import ProductionJobs

/// The page at the station: files of `Web/Page`, which the build puts into the program.
///
/// It is served without a token because it holds no data: it asks the interface for them, with the token that is typed.
enum StationPage {
    private struct File {
        let body: ByteBuffer
        let type: String
        /// Of these bytes: a browser that has them already is told so.
        let tag: String
    }

    private static let files: [String: File] = {
        var files: [String: File] = [:]
        for name in EmbeddedFiles.names {
            guard let bytes = EmbeddedFiles.bytes(of: name), let type = type(of: name) else { continue }
            files[name] = File(
                body: ByteBuffer(bytes: bytes), type: type, tag: "\"\(ContentHash(of: bytes).short)\"")
        }
        return files
    }()

    /// Names of the files, sorted.
    static var names: [String] { files.keys.sorted() }

    private static func type(of name: String) -> String? {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: nil
        }
    }

    static func response(_ name: String, to request: Request) throws(StationError) -> Response {
        guard let file = files[name] else { throw .notFound(request.uri.path) }
        var headers: HTTPFields = [
            .contentType: file.type, .eTag: file.tag, .cacheControl: "no-cache",
            .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        if request.headers[.ifNoneMatch] == file.tag {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.body))
    }

    /// Nothing from elsewhere, nothing written into the page, whatever a serial number may contain.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ].joined(separator: "; ")
}
