// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EmulatedCore {
    /// Makes the next fetch look at everything again.
    @inline(__always) func forgetCodeSpan() { codeLength = 0 }

    /// Fetches the instruction at `pc` outside the known span: the first halfword in bits 15:0, the second
    /// above it.
    ///
    /// Nil: something happened instead (a fault, a breakpoint).
    @inline(never) func fetchSlowly(_ pc: UInt32) -> UInt32? {
        currentBlock = block
        next = pc
        guard isThumb else {
            return abandonFetch { $0.raiseUsageFault(.invalidState) }
        }
        if breakpoints.matches(pc), takeBreakpoint(.breakpoint) { return nil }
        if watchpoints.observesFetches {
            watchpoints.observe(fetchOf: pc)
            if watchpoints.isMatchPending { attend() }
        }
        guard mayFetch(pc) else { return abandonFetch { $0.raiseFetchProtectionFault() } }
        if establishCodeSpan(at: pc) {
            return (code + Int(pc &- codeBase)).loadUnaligned(as: UInt32.self)
        }
        guard let first = fetchHalfword(pc) else { return abandonFetch { $0.raiseFetchBusFault() } }
        guard first >= 0xE800 else { return first }
        guard mayFetch(pc &+ 2) else { return abandonFetch { $0.raiseFetchProtectionFault() } }
        guard let second = fetchHalfword(pc &+ 2) else { return abandonFetch { $0.raiseFetchBusFault() } }
        return first | second << 16
    }
    /// The attempt takes a clock, so that a core that cannot fetch still moves in time.
    private func abandonFetch(_ raise: (EmulatedCore) -> Void) -> UInt32? {
        instructions &+= 1
        cycles &+= 1
        raise(self)
        r[15] = next
        return nil
    }

    private func mayFetch(_ address: UInt32) -> Bool {
        mpu.permits(
            address, write: false, fetch: true, privileged: isPrivileged,
            atNegativePriority: isAtNegativePriority)
    }
    private func fetchHalfword(_ address: UInt32) -> UInt32? {
        if usesInstructionCache(address), let line = cacheLine(of: address) {
            return UInt32((line + Int(address & 30)).load(as: UInt16.self))
        }
        return fetchUncached(address)
    }
    func fetchUncached(_ address: UInt32) -> UInt32? {
        if let window = windows.window(at: address, 2) { return window.load(address, .halfword) }
        guard !AddressMap.isPrivatePeripheral(address) else { return nil }
        let reply = bus.fetch(address)
        cycles &+= UInt64(reply.waitStates)
        return reply.isOkay ? reply.value & 0xFFFF : nil
    }

    /// Finds the largest stretch around `pc` in which a fetch needs no look at breakpoints, protection or cache.
    private func establishCodeSpan(at pc: UInt32) -> Bool {
        guard !watchpoints.observesFetches else { return false }
        var low: UInt64
        var high: UInt64
        let memory: UnsafeMutableRawPointer
        if usesInstructionCache(pc) {
            guard pc & 31 <= 28, let line = cacheLine(of: pc) else { return false }
            (low, high, memory) = (UInt64(pc & ~31), UInt64(pc & ~31) + 32, line)
        } else {
            guard let window = windows.window(at: pc, 4) else { return false }
            (low, high, memory) = (
                UInt64(window.base), UInt64(window.base) + UInt64(window.count), window.memory
            )
        }
        let origin = low
        high -= 3
        if let granule = mpu.granule.map(UInt64.init) {
            low = max(low, UInt64(pc) / granule * granule)
            high = min(high, (UInt64(pc) / granule + 1) * granule - 3)
        }
        breakpoints.narrow(&low, &high, around: UInt64(pc))
        guard low <= UInt64(pc), UInt64(pc) < high else { return false }
        codeBase = UInt32(truncatingIfNeeded: low)
        codeLength = UInt32(truncatingIfNeeded: high - low)
        code = memory + Int(low - origin)
        return true
    }
}
