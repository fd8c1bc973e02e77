// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// Asks a station over HTTP: through its socket's file, or over a network with a token.
package struct StationConnection: Sendable {
    package let address: StationAddress
    private let token: String?
    private let patience: Patience

    /// How long a question waits for its answer.
    package enum Patience: Sendable {
        /// The station answers at once or not at all.
        case usual
        /// For as long as the machine likes, for tests: nothing they show may depend on how fast it is.
        case endless

        fileprivate var time: TimeAmount { self == .usual ? .seconds(60) : .hours(24 * 365) }
    }

    /// Of an answer that is read as a whole.
    private static let answerLimit = 64 << 20
    /// Nothing comes for so long where a station tells events: the listener asks anew.
    private static let silence = TimeAmount.seconds(20)

    /// One of each kind for each set of authorities; they live as long as the process.
    private static let clients = Mutex<[Kind: HTTPClient]>([:])

    private struct Kind: Hashable {
        let authorities: String?
        /// Whether the time without a byte is limited, for what may be long; else that of a whole answer is.
        let isListening: Bool
    }
    private let authorities: String?

    /// `authorities` is a file of PEM with those whose certificates are believed, instead of the system's.
    package init(
        _ address: StationAddress, token: String?, authorities: String? = nil, patience: Patience = .usual
    ) throws(StationClientError) {
        (self.address, self.token, self.patience) = (address, token, patience)
        self.authorities = authorities
        guard let authorities else { return }
        do { _ = try NIOSSLCertificate.fromPEMFile(authorities) } catch {
            throw .fileUnreadable(path: authorities, detail: "it is no PEM file with certificates")
        }
    }

    private func client(isListening: Bool) -> HTTPClient {
        let kind = Kind(authorities: authorities, isListening: isListening)
        return Self.clients.withLock { clients in
            if let client = clients[kind] { return client }
            let client = Self.client(kind)
            clients[kind] = client
            return client
        }
    }

    private static func client(_ kind: Kind) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let path = kind.authorities { tls.trustRoots = .file(path) }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: kind.isListening ? silence : nil))
        // Nobody there is told at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// A question as the interface over HTTP has it; `path` follows `/v1`.
    package struct Question: Sendable {
        package enum Method: String, Sendable {
            case get = "GET", post = "POST", put = "PUT", delete = "DELETE"
        }
        package var method: Method
        package var path: String
        package var query: [(name: String, value: String?)]
        package var body: [UInt8]?
        package var headers: [(name: String, value: String)] = []

        package init(
            _ method: Method = .get, _ path: [String], query: [(name: String, value: String?)] = [],
            body: [UInt8]? = nil
        ) {
            (self.method, self.query, self.body) = (method, query, body)
            self.path = path.map { "/" + $0.percentEncoded }.joined()
        }

        fileprivate var target: String {
            let given = query.compactMap { item in item.value.map { "\(item.name)=\($0.percentEncoded)" } }
            return "/v1" + path + (given.isEmpty ? "" : "?" + given.joined(separator: "&"))
        }
    }

    /// The answer as a value.
    package func ask<Answer: Decodable>(
        _ question: Question, as: Answer.Type = Answer.self
    ) async throws(StationClientError) -> Answer {
        let data = try await bytes(question)
        do { return try JSONDecoder().decode(Answer.self, from: data) } catch {
            throw .notUnderstood(address.text, detail: "\(question.path) gave no \(Answer.self)")
        }
    }

    /// The answer as it is.
    package func bytes(_ question: Question) async throws(StationClientError) -> Data {
        let response = try await send(question, isEndless: false)
        do { return Data(Array(buffer: try await response.body.collect(upTo: Self.answerLimit))) } catch {
            throw .broken(address.text, detail: Self.text(of: error))
        }
    }

    /// An answer in pieces, as they come.
    package final class Pieces {
        // Asked by one task at a time: this class is not Sendable.
        nonisolated(unsafe) private var iterator: HTTPClientResponse.Body.AsyncIterator
        private let address: StationAddress

        fileprivate init(_ response: HTTPClientResponse, _ address: StationAddress) {
            (iterator, self.address) = (response.body.makeAsyncIterator(), address)
        }

        /// Nil at the end.
        package func next() async throws(StationClientError) -> [UInt8]? {
            do { return try await iterator.next().map { Array(buffer: $0) } } catch {
                throw .broken(address.text, detail: StationConnection.text(of: error))
            }
        }
    }

    /// Asks for what may be long, or has no end.
    package func open(_ question: Question) async throws(StationClientError) -> Pieces {
        Pieces(try await send(question, isEndless: true), address)
    }

    static func wait(seconds: Int) async {
        // Cancelled is as good as over.
        try? await Task.sleep(for: .seconds(seconds))
    }

    private func send(
        _ question: Question, isEndless: Bool
    ) async throws(StationClientError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.url(question.target))
        request.method = HTTPMethod(rawValue: question.method.rawValue)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for header in question.headers { request.headers.add(name: header.name, value: header.value) }
        if let body = question.body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response: HTTPClientResponse
        do {
            response = try await client(isListening: isEndless && patience == .usual).execute(
                request, timeout: (isEndless ? Patience.endless : patience).time)
        } catch let error as NIOSSLError {
            throw .untrusted(address.text, detail: Self.reason(error))
        } catch let error as NIOSSLExtraError where error == .failedToValidateHostname {
            throw .untrusted(address.text, detail: "its certificate is of another name")
        } catch { throw .unreachable(address.text, detail: Self.text(of: error)) }
        guard (200..<300).contains(response.status.code) else { throw await refusal(response) }
        return response
    }

    private struct Refusal: Decodable { let error: RemoteError }

    private func refusal(_ response: HTTPClientResponse) async -> StationClientError {
        do {
            let body = try await response.body.collect(upTo: 1 << 20)
            return .refused(
                try JSONDecoder().decode(Refusal.self, from: Data(Array(buffer: body))).error)
        } catch {
            return .notUnderstood(address.text, detail: "status \(response.status.code) without a reason")
        }
    }

    private static func reason(_ error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is of no authority that is believed here, or expired"
        }
        return text.contains("WRONG_VERSION_NUMBER") ? "it does not speak TLS" : text
    }

    fileprivate static func text(of error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as ChannelError where error == .connectTimeout(.seconds(10)): "no answer in time"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            "no answer in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "it was closed"
        default: "\(error)"
        }
    }
}
