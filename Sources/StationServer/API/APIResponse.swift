// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import HTTPTypes
import Hummingbird
import NIOCore
import ProductionStore

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        text(EventHub.json(value) + "\n", type: "application/json", status: status)
    }

    static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers: HTTPFields = [.contentType: type]
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// The same code, summary, causes and remedies as on the command line.
    static func failure(_ error: any Diagnosable) -> Response {
        failure(error, status: HTTPResponse.Status(error))
    }

    static func failure(_ error: any Diagnosable, status: HTTPResponse.Status) -> Response {
        var response = json(ErrorBody(error: ErrorReport(error)), status: status)
        switch status {
        case .unauthorized: response.headers[.wwwAuthenticate] = "Bearer"
        case .tooManyRequests: response.headers[.retryAfter] = "5"
        default: break
        }
        return response
    }

    private struct ErrorBody: Encodable { let error: ErrorReport }
}

extension HTTPResponse.Status {
    init(_ error: any Diagnosable) {
        switch error.origin {
        case let error as StationError: self = Self(error)
        case let error as StoreError: self = Self(error)
        case let error as CentralError: self = Self(error)
        default: self = .unprocessableContent
        }
    }

    private init(_ error: StationError) {
        switch error {
        case .unknownSlot, .notFound: self = .notFound
        case .badRequest: self = .badRequest
        case .noToken, .badToken: self = .unauthorized
        case .roleTooLow: self = .forbidden
        case .bodyTooLarge: self = .contentTooLarge
        case .methodNotAllowed: self = .methodNotAllowed
        case .reloadUnderWay, .needsRestart: self = .conflict
        default: self = .unprocessableContent
        }
    }

    private init(_ error: CentralError) {
        switch error {
        case .unknownPool, .unknownRecipe, .unknownImage: self = .notFound
        default: self = error.failureClass == .machineUnsuitable ? .serviceUnavailable : .conflict
        }
    }

    private init(_ error: StoreError) {
        switch error {
        case .unknownPool, .unknownUnit, .unknownRecipe, .unknownImage, .unknownBatch, .unknownJob,
            .unknownToken:
            self = .notFound
        case .imageTooLarge: self = .contentTooLarge
        case .queueFull: self = .tooManyRequests
        case .diskFull, .imagesFull: self = .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .database, .corrupt, .tooNew, .file, .keyUnusable, .imageDamaged: self = .internalServerError
        default: self = .conflict
        }
    }
}
