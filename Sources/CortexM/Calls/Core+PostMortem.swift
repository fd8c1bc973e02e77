// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// The fault registers and, in an exception, the frame its entry pushed.
    ///
    /// The core must be halted.
    func faultReport() throws(CoreError) -> FaultReport {
        let words = try access(.inspect) { () throws(DebugAccessError) in
            try memory.readWords(5, at: SystemAddress.configurableFaultStatus)
        }
        let registers = try readRegisters(
            [.xpsr, .lr, .msp, .psp] + (0...12).map { CoreRegister.general($0) })
        let configurable = RegisterValue<ConfigurableFaultStatus>(rawValue: words[0])
        let exception = RegisterValue<ProgramStatus>(rawValue: registers[0]).exception
        let link = registers[1]
        var frame: FaultReport.Frame?
        if exception != 0, link >= 0xFFFF_FF00 {
            // EXC_RETURN bit 2: which stack the frame is on (ARMv7-M ARM table B1-8).
            frame = try stackedFrame(at: link & 4 == 0 ? registers[2] : registers[3])
        }
        return FaultReport(
            configurable: configurable, hard: RegisterValue(rawValue: words[1]),
            debug: RegisterValue(rawValue: words[2]),
            memoryAddress: configurable.memoryFaultAddressValid ? words[3] : nil,
            busAddress: configurable.busFaultAddressValid ? words[4] : nil,
            exception: ExceptionNumber(rawValue: exception), general: Array(registers[4...]), frame: frame)
    }

    private func stackedFrame(at address: UInt32) throws(CoreError) -> FaultReport.Frame? {
        do {
            let words = try memory.readWords(8, at: address)
            return FaultReport.Frame(
                r0: words[0], r1: words[1], r2: words[2], r3: words[3], r12: words[4], lr: words[5],
                pc: words[6], xpsr: words[7])
        } catch {
            // A wild stack pointer is a finding; a dead wire is an error.
            if error.isConnectionFailure { throw .access(error, core: name, during: .inspect) }
            return nil
        }
    }

    /// Samples of a function that does not come back.
    private static let sampleCount = 8
    private static let sampleInterval: Duration = .milliseconds(1)

    /// Halts the core several times to see where the function is.
    func sampledPostMortem(of call: FunctionCall, after elapsed: Duration) throws(CoreError) -> CallPostMortem
    {
        var samples: [CallPostMortem.Sample] = []
        while true {
            try halt()
            samples.append(try sample())
            if samples.count == Self.sampleCount { break }
            try run()
            timebase.wait(for: Self.sampleInterval)
        }
        return try postMortem(of: call, after: elapsed, samples: samples)
    }

    func postMortem(
        of call: FunctionCall, after elapsed: Duration, samples: [CallPostMortem.Sample]? = nil,
        status: RegisterValue<DebugHaltingControl>? = nil
    ) throws(CoreError) -> CallPostMortem {
        let status = if let status { status } else { try self.status() }
        let programStatus = RegisterValue<ProgramStatus>(rawValue: try readRegister(.xpsr))
        let samples = if let samples { samples } else { [try sample()] }
        let fault = try faultReport()
        let site = call.site
        return CallPostMortem(
            function: call.name, elapsed: elapsed, samples: samples, status: status,
            programStatus: programStatus, fault: fault,
            stackUsed: try stackHighWaterMark(of: site), stackSize: site.stack.count,
            watched: fault.debug.watchpoint ? try touchedArea() : nil,
            guardDamage: try guardDamage(of: site), gateDamage: try gateDamage(of: site))
    }

    private func sample() throws(CoreError) -> CallPostMortem.Sample {
        let values = try readRegisters([.pc, .lr, .sp])
        return CallPostMortem.Sample(pc: values[0], lr: values[1], sp: values[2])
    }
}
