// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Instructions

/// Works through the ring until it is told to leave; 1 says that it left in good order.
///
/// Never waits for the host without sleeping, and touches nothing but the flash when the host is gone.
@c(Agent) public func agent(_ ring: UInt32) -> Int32 {
    Countdown.start()
    let settings = ring &+ AgentRing.settings
    let keys = UnsafeMutablePointer<UInt32>(
        bitPattern: UInt(Register(settings &+ AgentSettings.keys).value))
    guard let keys = unsafe keys else { return 0 }
    unsafe Digest.prepare(keys)
    let agent = unsafe Agent(ring, UnsafePointer(keys))
    guard agent.controller.takeOver() else {
        agent.fail(AgentFault.controllerStuck, at: 0)
        return 0
    }
    Sleep.prepare(agent.controller.cyclesPerMicrosecond)
    let left = agent.run()
    Sleep.end()
    return left ? 1 : 0
}

struct Agent {
    let ring: UInt32
    let controller: Controller
    let flash: Flash
    let keys: UnsafePointer<UInt32>

    init(_ ring: UInt32, _ keys: UnsafePointer<UInt32>) {
        self.ring = ring
        unsafe self.keys = keys
        controller = Controller(ring &+ AgentRing.settings)
        flash = Flash(ring, controller)
    }

    func fail(_ fault: UInt32, at address: UInt32) {
        Register(ring &+ AgentRing.faultAddress).value = address
        Register(ring &+ AgentRing.faultStatus).value = flash.statusForFault(fault)
        Register(ring &+ AgentRing.fault).value = fault
        data_memory_barrier()
        Register(ring &+ AgentRing.state).value = AgentState.failed
    }

    /// - Returns: whether it was told to leave.
    func run() -> Bool {
        var number: UInt32 = 1
        var isMapped = false
        Register(ring &+ AgentRing.state).value = AgentState.ready
        while true {
            if flash.isStopped {
                number = awaitResume(AgentState.stoppedBetween)
                continue
            }
            let slot = ring &+ AgentRing.slots &+ (number &- 1) % AgentRing.slotCount &* AgentRing.slotSize
            guard Register(slot &+ AgentSlot.number).value == number else {
                Sleep.shortly()
                continue
            }
            data_memory_barrier()
            let operation = Register(slot &+ AgentSlot.operation).value
            let started = Countdown.cycles
            if isMapped {
                isMapped = false
                guard controller.leaveMap() else {
                    fail(AgentFault.controllerStuck, at: 0)
                    number = awaitResume(AgentState.failed)
                    continue
                }
            }
            if operation == AgentOperation.leave {
                Register(ring &+ AgentRing.completed).value = number
                return true
            }
            guard execute(operation, slot, &isMapped) else {
                number = awaitResume(
                    Register(ring &+ AgentRing.state).value == AgentState.failed
                        ? AgentState.failed : AgentState.stopped)
                continue
            }
            Register(slot &+ AgentSlot.duration).value = Countdown.cycles &- started
            data_memory_barrier()
            Register(ring &+ AgentRing.completed).value = number
            number = number &+ 1
        }
    }

    /// Tells what happened and waits for the host's answer.
    ///
    /// - Returns: the number of the next command.
    private func awaitResume(_ state: UInt32) -> UInt32 {
        Register(ring &+ AgentRing.state).value = state
        let resume = Register(ring &+ AgentRing.resume)
        while resume.value == 0 { Sleep.shortly() }
        let last = resume.value
        Register(ring &+ AgentRing.completed).value = last
        Register(ring &+ AgentRing.fault).value = AgentFault.none
        resume.value = 0
        Register(ring &+ AgentRing.stop).value = 0
        data_memory_barrier()
        Register(ring &+ AgentRing.state).value = AgentState.ready
        return last &+ 1
    }

    /// - Returns: false when the command was stopped or failed.
    private func execute(_ operation: UInt32, _ slot: UInt32, _ isMapped: inout Bool) -> Bool {
        let address = Register(slot &+ AgentSlot.address).value
        let count = Register(slot &+ AgentSlot.count).value
        let buffer = Register(slot &+ AgentSlot.buffer).value
        let unit = Register(slot &+ AgentSlot.unit).value
        Register(ring &+ AgentRing.progress).value = 0
        let fault: UInt32
        switch operation {
        case AgentOperation.erase: fault = flash.erase(address, count)
        case AgentOperation.eraseChip: fault = flash.eraseChip()
        case AgentOperation.program: fault = flash.program(address, count, buffer)
        case AgentOperation.programPacked: fault = flash.programPacked(address, count, buffer, unit)
        case AgentOperation.programPieces: fault = flash.programPieces(count, buffer)
        case AgentOperation.digest: fault = unsafe flash.digest(address, count, unit, into: buffer, keys)
        case AgentOperation.read:
            let result = Register(
                ring &+ AgentRing.results &+ (slot &- ring &- AgentRing.slots) / AgentRing.slotSize &* 4)
            fault = unsafe flash.read(address, count, buffer, unit, keys, result)
        case AgentOperation.map:
            isMapped = controller.map()
            fault = isMapped ? AgentFault.none : AgentFault.controllerStuck
        default: fault = AgentFault.badCommand
        }
        if fault == Flash.stopped { return false }
        guard fault == AgentFault.none else {
            fail(fault, at: address &+ Register(ring &+ AgentRing.progress).value)
            return false
        }
        return true
    }
}
