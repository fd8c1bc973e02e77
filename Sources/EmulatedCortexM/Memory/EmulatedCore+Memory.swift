// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Memory as the core sees it, without raising anything: on failure `accessFault` says why.
extension EmulatedCore {
    /// Thread mode with CONTROL.nPRIV is unprivileged.
    var isPrivileged: Bool { exceptionNumber != 0 || control & 1 == 0 }
    var isAtNegativePriority: Bool { executionPriority < 0 }

    func read(_ address: UInt32, _ width: BusWidth, privileged: Bool) -> UInt32? {
        guard isAligned(address, width) else {
            guard mayBeUnaligned(address) else { return nil }
            return readBytes(address, width, privileged: privileged)
        }
        guard permits(address, write: false, privileged: privileged) else { return nil }
        if watchpoints.observesData { observe(address, width, write: false) }
        if AddressMap.isPrivatePeripheral(address) {
            return readPeripheral(address, width, privileged: privileged)
        }
        if let window = windows.window(at: address, width.rawValue) {
            install(window, at: address)
            cycles &+= window.waitStates
            return window.load(address, width)
        }
        let reply = bus.read(address, width)
        cycles &+= UInt64(reply.waitStates)
        if !reply.isOkay {
            accessFault = .bus
            return isAtNegativePriority && scb.ignoresBusFaults ? 0 : nil
        }
        return reply.value & width.mask
    }

    func write(_ address: UInt32, _ width: BusWidth, _ value: UInt32, privileged: Bool) -> Bool {
        guard isAligned(address, width) else {
            guard mayBeUnaligned(address) else { return false }
            return writeBytes(address, width, value, privileged: privileged)
        }
        guard permits(address, write: true, privileged: privileged) else { return false }
        if watchpoints.observesData { observe(address, width, write: true) }
        if AddressMap.isPrivatePeripheral(address) {
            return writePeripheral(address, width, value & width.mask, privileged: privileged)
        }
        if let window = windows.window(at: address, width.rawValue), window.isWritable {
            install(window, at: address)
            cycles &+= window.waitStates
            window.store(address, width, value)
            return true
        }
        let reply = bus.write(address, width, value & width.mask)
        cycles &+= UInt64(reply.waitStates)
        if !reply.isOkay {
            accessFault = .bus
            return isAtNegativePriority && scb.ignoresBusFaults
        }
        return true
    }

    private func observe(_ address: UInt32, _ width: BusWidth, write: Bool) {
        watchpoints.observe(address, width, write: write)
        if watchpoints.isMatchPending { attend() }
    }
    /// Watched addresses stay out of the fast path.
    private func install(_ window: MemoryWindow, at address: UInt32) {
        windows.install(
            window, reads: watchpoints.unwatched(around: address, in: window.range, write: false),
            writes: watchpoints.unwatched(around: address, in: window.range, write: true), at: address)
    }
    private func isAligned(_ address: UInt32, _ width: BusWidth) -> Bool {
        address & (width.rawValue &- 1) == 0
    }
    /// CCR.UNALIGN_TRP traps, and so does Device memory.
    private func mayBeUnaligned(_ address: UInt32) -> Bool {
        accessFault = .unaligned
        return !scb.trapsUnaligned && !mpu.isDevice(address, atNegativePriority: isAtNegativePriority)
    }
    private func permits(_ address: UInt32, write: Bool, privileged: Bool) -> Bool {
        guard mpu.isEnabled else { return true }
        accessFault = .protection
        return mpu.permits(
            address, write: write, fetch: false, privileged: privileged,
            atNegativePriority: isAtNegativePriority)
    }

    /// An unaligned access is split; a part that faults leaves the parts before it done.
    private func readBytes(_ address: UInt32, _ width: BusWidth, privileged: Bool) -> UInt32? {
        var value: UInt32 = 0
        for index in 0..<width.rawValue {
            guard let byte = read(address &+ index, .byte, privileged: privileged) else { return nil }
            value |= byte << (8 &* index)
        }
        return value
    }
    private func writeBytes(_ address: UInt32, _ width: BusWidth, _ value: UInt32, privileged: Bool) -> Bool {
        for index in 0..<width.rawValue {
            let byte = value >> (8 &* index) & 0xFF
            guard write(address &+ index, .byte, byte, privileged: privileged) else { return false }
        }
        return true
    }

    /// Chooses between the fast path and the look at every access.
    func refreshAccessPaths() {
        if watchpoints.takeChange() { windows.forget() }
        let isDirect = !mpu.isEnabled && !scb.trapsUnaligned
        readViews = isDirect ? windows.readable : windows.none
        writeViews = isDirect ? windows.writable : windows.none
        forgetCodeSpan()
    }
}

extension BusWidth {
    var mask: UInt32 {
        switch self {
        case .byte: 0xFF
        case .halfword: 0xFFFF
        case .word: ~0
        }
    }
}

extension MemoryWindow {
    func load(_ address: UInt32, _ width: BusWidth) -> UInt32 {
        let place = memory + Int(address &- base)
        switch width {
        case .byte: return UInt32(place.load(as: UInt8.self))
        case .halfword: return UInt32(place.loadUnaligned(as: UInt16.self))
        case .word: return place.loadUnaligned(as: UInt32.self)
        }
    }
    func store(_ address: UInt32, _ width: BusWidth, _ value: UInt32) {
        let place = memory + Int(address &- base)
        switch width {
        case .byte: place.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        case .halfword: place.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case .word: place.storeBytes(of: value, as: UInt32.self)
        }
    }
}
