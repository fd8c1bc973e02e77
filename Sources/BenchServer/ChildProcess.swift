// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// The program that runs on the private bus; it is told to end when we die.
struct ChildProcess {
    private let identifier: pid_t

    init(command: [String], environment: [String]) throws(BenchServerError) {
        guard let file = command.first else { throw .noSuchCommand("", detail: "no command given") }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        identifier = shim_spawn(file, &arguments, &variables)
        guard identifier > 0 else { throw .noSuchCommand(file, detail: BenchServerError.lastDetail) }
    }

    func signal(_ number: Int32) { kill(identifier, number) }

    /// Its exit status, 128 and the signal's number when a signal ended it; nil while it runs.
    func exitStatus() -> Int32? {
        var status: Int32 = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
