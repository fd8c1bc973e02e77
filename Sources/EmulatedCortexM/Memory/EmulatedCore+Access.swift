// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Data accesses of instructions: nil or false means that the fault is raised and the instruction must be abandoned
/// without a further change of state.
extension EmulatedCore {
    @inline(__always) func load(word address: UInt32) -> UInt32? {
        let view = readViews + Int(address >> 20)
        let offset = address &- view.pointee.base
        guard UInt64(offset) &+ 4 <= UInt64(view.pointee.count) else { return loadSlowly(address, .word) }
        cycles &+= view.pointee.waitStates
        return (view.pointee.memory + Int(offset)).loadUnaligned(as: UInt32.self)
    }
    @inline(__always) func load(halfword address: UInt32) -> UInt32? {
        let view = readViews + Int(address >> 20)
        let offset = address &- view.pointee.base
        guard UInt64(offset) &+ 2 <= UInt64(view.pointee.count) else { return loadSlowly(address, .halfword) }
        cycles &+= view.pointee.waitStates
        return UInt32((view.pointee.memory + Int(offset)).loadUnaligned(as: UInt16.self))
    }
    @inline(__always) func load(byte address: UInt32) -> UInt32? {
        let view = readViews + Int(address >> 20)
        let offset = address &- view.pointee.base
        guard offset < view.pointee.count else { return loadSlowly(address, .byte) }
        cycles &+= view.pointee.waitStates
        return UInt32((view.pointee.memory + Int(offset)).load(as: UInt8.self))
    }
    @inline(__always) func store(word address: UInt32, _ value: UInt32) -> Bool {
        let view = writeViews + Int(address >> 20)
        let offset = address &- view.pointee.base
        guard UInt64(offset) &+ 4 <= UInt64(view.pointee.count) else {
            return storeSlowly(address, .word, value)
        }
        cycles &+= view.pointee.waitStates
        (view.pointee.memory + Int(offset)).storeBytes(of: value, as: UInt32.self)
        return true
    }
    @inline(__always) func store(halfword address: UInt32, _ value: UInt32) -> Bool {
        let view = writeViews + Int(address >> 20)
        let offset = address &- view.pointee.base
        guard UInt64(offset) &+ 2 <= UInt64(view.pointee.count) else {
            return storeSlowly(address, .halfword, value)
        }
        cycles &+= view.pointee.waitStates
        (view.pointee.memory + Int(offset)).storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        return true
    }
    @inline(__always) func store(byte address: UInt32, _ value: UInt32) -> Bool {
        let view = writeViews + Int(address >> 20)
        let offset = address &- view.pointee.base
        guard offset < view.pointee.count else { return storeSlowly(address, .byte, value) }
        cycles &+= view.pointee.waitStates
        (view.pointee.memory + Int(offset)).storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        return true
    }

    @inline(never) func loadSlowly(_ address: UInt32, _ width: BusWidth) -> UInt32? {
        load(address, width, privileged: isPrivileged)
    }
    @inline(never) func storeSlowly(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> Bool {
        store(address, width, value, privileged: isPrivileged)
    }

    /// A load that looks at everything; LDRT passes `privileged: false`.
    func load(_ address: UInt32, _ width: BusWidth, privileged: Bool) -> UInt32? {
        if let value = read(address, width, privileged: privileged) { return value }
        raiseDataFault(address)
        return nil
    }
    func store(_ address: UInt32, _ width: BusWidth, _ value: UInt32, privileged: Bool) -> Bool {
        if write(address, width, value, privileged: privileged) { return true }
        raiseDataFault(address)
        return false
    }

    /// LDM, LDRD, LDREX and the FPU's transfers fault when unaligned whatever CCR says.
    @inline(__always) func isWordAligned(_ address: UInt32) -> Bool {
        if address & 3 == 0 { return true }
        raiseUsageFault(.unaligned)
        return false
    }
    @inline(__always) func isHalfwordAligned(_ address: UInt32) -> Bool {
        if address & 1 == 0 { return true }
        raiseUsageFault(.unaligned)
        return false
    }
}
