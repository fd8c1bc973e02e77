// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

extension DAPPacket {
    /// Maps a response to the operations the packet was made for.
    ///
    /// The response comes with its id, which has been checked. When it `isPadded`, its length says nothing
    /// about how many words are in it.
    func outcome(of response: [UInt8], isPadded: Bool) throws(ProbeError) -> PacketOutcome {
        do {
            switch self {
            case .transfers(let command):
                return try Self.outcome(
                    of: command.transfers, try command.decode(response: response), isPadded)
            case .block(let command, let operation):
                return try Self.outcome(of: command, operation, try command.decode(response: response))
            case .abort(let command, _):
                return try Self.outcome(of: try command.decode(response: response))
            }
        } catch let error as TruncatedBytes {
            throw .malformedResponse(command: name, detail: error.summary)
        } catch let error as ProbeError {
            throw error
        } catch {
            preconditionFailure("decoding throws nothing else: \(error)")
        }
    }

    private static func outcome(of status: DAPStatus) throws(ProbeError) -> PacketOutcome {
        guard status.isOK else {
            throw .refused(
                command: DAPWriteAbort.name, status: status.rawValue, meaning: "no port is connected")
        }
        return PacketOutcome(completed: 1)
    }

    private static func outcome(
        of transfers: [QueuedTransfer], _ answer: TransferAnswer, _ isPadded: Bool
    ) throws(ProbeError) -> PacketOutcome {
        try check(answer, against: transfers.count, DAPTransfer.name)
        guard let failure = answer.failure else {
            return PacketOutcome(values: answer.words, completed: answer.completed)
        }
        let completed = transfers.prefix(answer.completed)
        let reads = completed.count { $0.request.isRead }
        // An AP read counts once it is posted; its word is fetched by what comes next, and is missing when
        // that fails. Padding hides which it was; then the word is not trusted.
        if let last = completed.last, last.request.isRead, last.request.isAccessPort,
            isPadded || answer.completed == transfers.count || answer.words.count < reads
        {
            return PacketOutcome(
                values: Array(answer.words.prefix(reads - 1)), completed: answer.completed,
                failure: .init(answer: failure, operation: last.operation))
        }
        guard answer.words.count >= reads, let last = transfers.last else {
            throw .malformedResponse(
                command: DAPTransfer.name, detail: "words of completed reads are missing")
        }
        let culprit = answer.completed < transfers.count ? transfers[answer.completed] : last
        return PacketOutcome(
            values: Array(answer.words.prefix(reads)), completed: answer.completed,
            failure: .init(answer: failure, operation: culprit.operation))
    }

    private static func outcome(
        of command: DAPTransferBlock, _ operation: Int, _ answer: TransferAnswer
    ) throws(ProbeError) -> PacketOutcome {
        try check(answer, against: command.count, DAPTransferBlock.name)
        guard let failure = answer.failure else {
            return PacketOutcome(values: answer.words, completed: answer.completed)
        }
        return PacketOutcome(
            values: Array(answer.words.prefix(answer.completed)), completed: answer.completed,
            failure: .init(answer: failure, operation: operation))
    }

    private static func check(_ answer: TransferAnswer, against count: Int, _ name: String) throws(ProbeError)
    {
        if answer.isUnconnected {
            throw .refused(command: name, status: 0, meaning: "no port is connected")
        }
        guard answer.completed <= count else {
            throw .malformedResponse(command: name, detail: "\(answer.completed) of \(count) transfers done")
        }
        guard answer.failure != nil || answer.completed == count else {
            throw .malformedResponse(
                command: name,
                detail: "only \(answer.completed) of \(count) transfers done, and no reason given")
        }
    }
}
