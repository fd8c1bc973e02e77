// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe

extension STLinkProbe {
    /// Where a batch stands, for the error that may end it.
    private struct Progress {
        var operation = 0
        var values: [UInt32] = []
        /// The operation whose write an AP may still be busy with.
        var postedWrite: Int?
    }

    /// One USB command per access: the protocol has no batches of register accesses.
    ///
    /// AP writes are answered before they are done. The next access to the AP reports what became of one;
    /// after the last, RDBUFF is read for that.
    package func execute(_ operations: [DAPOperation]) throws(ProbeError) -> [UInt32] {
        _ = try requireSession()
        var progress = Progress()
        for (index, operation) in operations.enumerated() {
            progress.operation = index
            switch operation {
            case .read(let register): try read(register, &progress)
            case .write(let register, let value): try write(register, value, &progress)
            case .readRepeated(let register, let count):
                for _ in 0..<count { try read(register, &progress) }
            case .writeRepeated(let register, let values):
                for value in values { try write(register, value, &progress) }
            }
        }
        if let posted = progress.postedWrite {
            progress.operation = posted
            _ = try settle(ReadDebugRegister(.debugPort(0xc)), progress)
        }
        return progress.values
    }

    private func read(_ register: DAPRegister, _ progress: inout Progress) throws(ProbeError) {
        try prepare(register, progress)
        progress.values.append(try settle(ReadDebugRegister(register), progress))
        if case .accessPort = register { progress.postedWrite = nil }
    }

    private func write(_ register: DAPRegister, _ value: UInt32, _ progress: inout Progress)
        throws(ProbeError)
    {
        // SELECT belongs to the firmware: a write would make its own bank bookkeeping wrong.
        if case .debugPort(0x8, _) = register { return }
        try prepare(register, progress)
        try settle(WriteDebugRegister(register, value), progress)
        if case .accessPort = register { progress.postedWrite = progress.operation }
    }

    /// Checks that the firmware can reach the register, and opens the AP it is in.
    private func prepare(_ register: DAPRegister, _ progress: Progress) throws(ProbeError) {
        switch register {
        case .debugPort(_, bank: 0): return
        case .debugPort:
            guard version.has(.bankedDebugPort) else { throw Self.lacking(.bankedDebugPort, on: version) }
        // IDR is readable without opening, and opening an AP that is dead fails.
        case .accessPort(_, 0xfc): return try requireAccessPort(register)
        case .accessPort(let index, _):
            try requireAccessPort(register)
            if let status = try open(accessPort: index) {
                throw failure(OpenAccessPort.name, status, progress)
            }
        }
    }

    private func requireAccessPort(_ register: DAPRegister) throws(ProbeError) {
        guard case .accessPort(let index, _) = register, index != 0, !version.has(.accessPortSelection) else {
            return
        }
        throw Self.lacking(.accessPortSelection, on: version)
    }

    /// Opens an access port unless this session did already.
    ///
    /// - Returns: why the firmware would not, or nil.
    func open(accessPort index: UInt8) throws(ProbeError) -> STLinkStatus? {
        guard version.has(.accessPortSelection), session?.openPorts.contains(index) != true else {
            return nil
        }
        if case .failed(let status) = try attempt(OpenAccessPort(index: index)) { return status }
        session?.openPorts.append(index)
        return nil
    }

    private func settle<Command: STLinkCommand>(
        _ command: Command, _ progress: Progress
    ) throws(ProbeError) -> Command.Response {
        switch try attempt(command) {
        case .done(let response): return response
        case .failed(let status): throw failure(Command.name, status, progress)
        }
    }

    private func failure(_ command: String, _ status: STLinkStatus, _ progress: Progress) -> ProbeError {
        if let answer = status.acknowledge {
            .acknowledge(answer, operation: progress.operation, valuesRead: progress.values)
        } else {
            .refused(command: command, status: status.rawValue, meaning: status.meaning)
        }
    }
}
