// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugTestKit
import Essentials
import Testing

@Suite struct `Calling a function` {
    @Test(arguments: [nil, 512] as [Int?], [Fixture.site, Fixture.vendorSite])
    func `sets up the AAPCS and returns what it returned`(blockLimit: Int?, site: CallSite) throws {
        let fixture = try Fixture(blockLimit: blockLimit).halted()
        var seen: [UInt8: UInt32] = [:]
        fixture.fake.behaviour = { fake, looks in
            if looks == 0 { seen = fake.registers }
            if looks == 3 { fake.returnFromCall(1, 0x55) }
        }
        fixture.fake.cfsr = 0x8200
        fixture.fake.dfsr = 0x1F
        var call = fixture.call(arguments: [0x9000_0000, 256, 0x2400_8000, 4], site: site)
        call.staticBase = 0x2400_3000
        let result = try fixture.core.call(call)
        #expect(result.r0 == 1)
        #expect(result.r1 == 0x55)
        #expect(seen[0] == 0x9000_0000)
        #expect(seen[3] == 4)
        #expect(seen[9] == 0x2400_3000)
        #expect(seen[17] == 0x2400_5000)
        #expect(seen[14] == site.returnAddress | 1)
        #expect(seen[15] == 0x2400_0798)
        #expect(seen[16] == 0x0100_0000)
        #expect(seen[20] == 1)
        if site.returnTrap != nil {
            #expect(fixture.bus[0x2400_0000] == 0x00)
            #expect(fixture.bus[0x2400_0001] == 0xBE)
        }
        #expect(fixture.fake.cfsr == 0)
        // Started without C_MASKINTS: SysTick-driven loaders would hang.
        #expect(Set(fixture.fake.written(to: 0xE000_EDF0)) == [0xA05F_0001])
        #expect(fixture.fake.demcr == 0x0100_07F1)
    }

    @Test func `a second call needs nothing from the first`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in fake.returnFromCall((fake.registers[0] ?? 0) + 1) }
        #expect(try fixture.core.call(fixture.call(arguments: [41])).r0 == 42)
        #expect(try fixture.core.call(fixture.call(arguments: [1])).r0 == 2)
    }

    @Test func `a repeated call touches one core register and the parameters`() throws {
        let fixture = try Fixture(blockLimit: 1024).halted()
        fixture.fake.behaviour = { fake, _ in fake.returnFromCall(1) }
        _ = try fixture.core.call(fixture.call())
        fixture.fake.clearLog()
        fixture.bus.accesses = []
        _ = try fixture.core.call(fixture.call(arguments: [1, 2]))
        // PC into DCRDR, its selector into DCRSR, go.
        #expect(fixture.fake.log.map(\.value) == [0x2400_5000, 0x1_000F, 0xA05F_0001])
        let written = fixture.bus.accesses.filter(\.isWrite).count
        #expect(written == 15 + 3)
        // DHCSR after the register, DHCSR while it runs, the result.
        #expect(fixture.bus.accesses.count - written == 1 + 1 + 4)
    }

    @Test func `words are filled before the function is entered`() throws {
        let fixture = try Fixture().halted()
        var seen: [UInt32] = []
        fixture.fake.behaviour = { fake, _ in
            seen = (0..<4).map { fake.memory.word(at: 0x2400_7FFC + 4 * $0) }
            fake.returnFromCall(1)
        }
        for address in [0x2400_7FFC, 0x2400_8008] as [UInt32] { fixture.bus.setWord(7, at: address) }
        var call = fixture.call()
        call.fill = (0x2400_8000..<0x2400_8008, 0x5AA5_C33C)
        _ = try fixture.core.call(call)
        #expect(seen == [7, 0x5AA5_C33C, 0x5AA5_C33C, 7])
    }

    @Test func `a function that came back unprivileged does not keep the next from being called`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in
            fake.returnFromCall(1)
            fake.memory.setWord(1, at: 0x2400_5000 + 0x100 + 68)
        }
        _ = try fixture.core.call(fixture.call())
        // CONTROL/PRIMASK, by its selector.
        #expect(fixture.fake.written(to: 0xE000_EDF4).last == 0x1_0014)
        #expect(fixture.fake.registers[20] == 1)
    }

    @Test func `a function that hangs is stopped at its deadline and sampled`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, looks in
            fake.registers[15] = 0x2400_0900 + UInt32(looks % 3) * 2
            fake.registers[14] = 0x2400_0801
        }
        try fixture.core.prepare(Fixture.site)
        fixture.bus.setWord(1, at: 0x2400_4F00)
        let start = fixture.time.now
        let error = try #require(throws: CoreError.self) {
            _ = try fixture.core.call(fixture.call(deadline: .milliseconds(700)))
        }
        guard case .callTimedOut(let mortem) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(mortem.elapsed == .milliseconds(700))
        #expect(mortem.samples.count == 8)
        #expect(
            mortem.samples.allSatisfy { (0x2400_0900...0x2400_0904).contains($0.pc) && $0.lr == 0x2400_0801 })
        #expect(mortem.stackUsed == 0x100)
        #expect(fixture.fake.isHalted)
        #expect(fixture.time.now - start < .seconds(1))
        #expect(error.summary.contains("Init did not return within 700 ms"))
    }

    @Test func `a fault is caught before any handler and told in words`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in
            fake.cfsr = 0x8200
            fake.hfsr = 1 << 30
            fake.keep(0xE000_ED38, 0x5200_5000)
            fake.registers[14] = 0xFFFF_FFF9
            fake.registers[16] = 0x0100_0003
            fake.registers[17] = 0x2400_4F80
            for (index, word) in [0, 1, 2, 3, 12, 0x2400_0811, 0x2400_0A10, 0x0100_0000].enumerated() {
                fake.memory.setWord(UInt32(word), at: 0x2400_4F80 + 4 * UInt32(index))
            }
            fake.stop(at: 0x0800_0300, because: 8)
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        guard case .callFaulted(let mortem) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(mortem.fault.busAddress == 0x5200_5000)
        #expect(mortem.fault.frame?.pc == 0x2400_0A10)
        #expect(
            mortem.fault.lines == [
                "bus error of a data access at 0x52005000", "the core is in HardFault",
                "it came from 0x24000a10, called from about 0x24000810",
            ])
        #expect(error.summary.contains("0x24000a10"))
    }

    @Test func `a wild stack pointer does not hide the fault`() throws {
        let fixture = try Fixture().halted()
        fixture.bus.faults = [0x0000_0000...0x0000_FFFF]
        fixture.fake.behaviour = { fake, _ in
            fake.cfsr = 0x1000
            fake.registers[14] = 0xFFFF_FFFD
            fake.registers[16] = 0x0100_0003
            fake.registers[18] = 0x10
            fake.stop(at: 0x0800_0300, because: 8)
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        guard case .callFaulted(let mortem) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(mortem.fault.frame == nil)
        #expect(mortem.fault.lines.first == "bus error stacking for an exception")
    }

    @Test func `lockup is told from a hang`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in
            fake.isLockedUp = true
            fake.registers[15] = 0xFFFF_FFFE
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        #expect(error.code == "COR-014")
        #expect(fixture.fake.isHalted)
    }

    @Test func `a reset during the call is told as such, and the application is kept from starting`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, looks in if looks == 2 { fake.reset() } }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        guard case .targetReset("Init", _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(fixture.fake.isHalted)
        #expect(fixture.fake.demcr & 1 == 1)
    }

    @Test(arguments: [UInt8(0xAB), 0x01])
    func `a breakpoint that is not the return is named`(immediate: UInt8) throws {
        let fixture = try Fixture().halted()
        fixture.bus[0x2400_0500] = immediate
        fixture.bus[0x2400_0501] = 0xBE
        fixture.fake.behaviour = { fake, _ in fake.stop(at: 0x2400_0500, because: 2) }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        guard case .callHitBreakpoint(_, let found) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(found == immediate)
        #expect(error.remedies.isEmpty == (immediate != 0xAB))
    }

    @Test func `erratum 3092511 of the M7 is resumed from, on an M4 it is a finding`() throws {
        let m7 = try Fixture().halted()
        let coincide: (FakeCore, Int) -> Void = { fake, looks in
            if fake.registers[16] == 0x0100_0000, looks == 1 {
                fake.registers[16] = 0x0100_000F
                fake.memory.setWord(0xB500_B500, at: 0x2400_0600)
                fake.stop(at: 0x2400_0600, because: 3)
            } else if looks == 2 {
                fake.registers[16] = 0x0100_0000
                fake.returnFromCall(7)
            }
        }
        m7.fake.behaviour = coincide
        #expect(try m7.core.call(m7.call(site: Fixture.vendorSite)).r0 == 7)
        #expect(m7.fake.written(to: 0xE000_EDF0).filter { $0 == 0xA05F_0001 }.count == 2)

        let m4 = try Fixture(cpuid: 0x410F_C241).halted()
        m4.fake.behaviour = coincide
        let error = try #require(throws: CoreError.self) {
            _ = try m4.core.call(m4.call(site: Fixture.vendorSite))
        }
        #expect(error.code == "COR-016")
    }

    @Test func `cancelling halts the core, and the next call starts clean`() throws {
        let fixture = try Fixture().halted()
        var call = fixture.call(deadline: .seconds(100))
        call.isCancelled = { fixture.time.now > .milliseconds(50) }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(call) }
        #expect(error.code == "COR-010")
        #expect(fixture.fake.isHalted)
        #expect(fixture.time.now < .seconds(1))

        fixture.fake.clearLog()
        fixture.fake.registers[16] = 0x0100_000F
        fixture.fake.behaviour = { fake, _ in fake.returnFromCall(1) }
        #expect(try fixture.core.call(fixture.call()).r0 == 1)
        #expect(fixture.fake.written(to: 0xE000_ED0C).contains(0x05FA_0002))
    }

    @Test func `what must happen meanwhile happens at every look`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, looks in if looks == 20 { fake.returnFromCall(1) } }
        var times: [Duration] = []
        var feeds = 0
        var call = fixture.call()
        call.whileRunning = {
            times.append($0)
            return false
        }
        fixture.core.keepAlive = { feeds += 1 }
        _ = try fixture.core.call(call)
        #expect(times.count == 20)
        #expect(feeds == 20)
        #expect(times == times.sorted())
    }

    @Test func `work done meanwhile takes the place of the pause`() throws {
        func duration(workingFor work: Duration?) throws -> Duration {
            let fixture = try Fixture().halted()
            fixture.fake.behaviour = { fake, looks in if looks == 20 { fake.returnFromCall(1) } }
            var call = fixture.call()
            call.whileRunning = { _ in
                guard let work else { return false }
                fixture.time.wait(for: work)
                return true
            }
            return try fixture.core.call(call).duration
        }
        #expect(try duration(workingFor: .microseconds(1)) == .microseconds(20))
        #expect(try duration(workingFor: nil) > .milliseconds(1))
    }

    @Test func `a watchdog that cannot be fed stops the function`() throws {
        let fixture = try Fixture().halted()
        fixture.core.keepAlive = { () throws(DebugAccessError) in
            throw .outOfAddressSpace(address: 0, count: 1)
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        #expect(error.cause?.code == "DAP-009")
        #expect(fixture.fake.isHalted)
    }
}
