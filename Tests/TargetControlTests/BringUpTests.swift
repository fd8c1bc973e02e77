// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugProbe
import DebugTestKit
import Essentials
import HardwareDescription
import TargetControl
import Testing

@Suite struct `Taking hold of a target` {
    @Test func `happens in the order that keeps sleeping and crashing parts reachable`() throws {
        let part = FakeH745()
        let target = try part.bringUp().takeHold()
        #expect(part.m7.isHalted)
        #expect(part.m4.isHalted)
        #expect(
            part.steps == [
                "supply", "debug port", "access port", "access port", "access port", "access port", "part",
                "debug kept powered in Sleep, Stop and Standby", "watchdogs frozen while halted",
                "main core halted", "second core", "application left", "cores held",
                "main core ready for calls", "SWD clock",
            ])
        #expect(target.report.target == "stm32h745")
        #expect(target.report.revisionName == "V")
        #expect(target.report.mainCoreWas == .running)
        #expect(target.report.secondCore == .parked(was: .running))
        #expect(target.report.resetReasons.isEmpty)
        #expect(part.resets == 0)
        #expect(part.debugBus.word(at: 0xE00E_1004) == 0x0070_003F)
        #expect(part.debugBus.word(at: 0xE00E_1058) == 0x000C_0000)
        #expect(part.order == ["DBGMCU_CR", "APB4FZ1"])
        #expect(target.core.identification?.part == .m7)
    }

    @Test func `tells the single-core part from the dual-core one with the same device number`() throws {
        let single = FakeH745(hasSecondCore: false)
        let target = try single.bringUp().takeHold()
        #expect(target.report.target == "stm32h743")
        #expect(target.report.secondCore == .none)
        #expect(target.secondCore == nil)

        let dual = FakeH745()
        #expect(try dual.bringUp(["stm32h743", "stm32h745"]).takeHold().report.target == "stm32h745")

        let other = FakeH745()
        let error = try #require(throws: TargetError.self) {
            _ = try other.bringUp(["stm32h743"]).takeHold()
        }
        guard case .wrongPart(let found, expected: ["stm32h743"]) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(found.hasSecondCore == true)
    }

    @Test func `a dual-core part whose second core is dead is still a dual-core part`() throws {
        let part = FakeH745()
        part.probe.accessPorts[3]?.isDead = true
        let target = try part.bringUp().takeHold()
        #expect(target.report.target == "stm32h745")
        guard case .off = target.report.secondCore else {
            Issue.record("\(target.report.secondCore)")
            return
        }
        #expect(part.m7.isHalted)
    }

    @Test func `an access port that answers with rubbish is no core to park`() throws {
        let part = FakeH745()
        part.probe.accessPorts[3]?.identification = 0x0003_0003
        guard case .off(let why) = try part.bringUp().takeHold().report.secondCore else {
            Issue.record("not off")
            return
        }
        #expect(why.contains("AP3"))
    }

    @Test func `another part is refused before anything is halted`() throws {
        let part = FakeH745(device: 0x1000_6483)
        let error = try #require(throws: TargetError.self) { _ = try part.bringUp().takeHold() }
        #expect(error.code == "TGT-007")
        #expect(error.summary.contains("0x0483"))
        #expect(!part.m7.isHalted)
        #expect(part.debugBus.word(at: 0xE00E_1004) == 0)
    }

    @Test func `a target without supply is not connected to`() throws {
        let part = FakeH745()
        part.probe.volts = 0.42
        let error = try #require(throws: TargetError.self) { _ = try part.bringUp().takeHold() }
        #expect(error.summary == "the target's supply is 0.42 V; it needs 1.62 V")
        #expect(part.probe.batches.isEmpty)
    }

    @Test func `a foreign debug port is named`() throws {
        let part = FakeH745()
        part.probe.identification = 0x2BA0_1477
        let error = try #require(throws: TargetError.self) { _ = try part.bringUp().takeHold() }
        #expect(error.code == "TGT-006")
    }

    @Test func `a part whose second core resets it again and again is held at its vectors`() throws {
        let part = FakeH745()
        var crashes = 0
        part.m4.behaviour = { fake, _ in
            crashes += 1
            if crashes < 3 { fake.reset() }
        }
        let target = try part.bringUp().takeHold()
        #expect(part.m7.isHalted)
        #expect(part.m4.isHalted)
        #expect(
            target.report.secondCore == .parked(was: .running)
                || target.report.secondCore == .parked(was: .halted))
    }

    @Test func `a part that cannot be held is an error, and its cores are let go`() throws {
        let part = FakeH745()
        let status = part.bus.words[0xE000_EDF0]
        part.bus.words[0xE000_EDF0] = .init(
            read: { (status?.read() ?? 0) | 1 << 25 }, write: { status?.write($0) })
        let error = try #require(throws: TargetError.self) { _ = try part.bringUp().takeHold() }
        #expect(error.code == "TGT-010")
        #expect(!part.m7.isDebugEnabled)
        #expect(!part.m4.isDebugEnabled)
        #expect(!part.probe.isInReset)
    }
}

@Suite struct `Connecting under reset` {
    @Test func `holds nRST while it identifies and sets the catch, then lets go`() throws {
        let part = FakeH745()
        let target = try part.bringUp { $0.connect = .underReset }.takeHold()
        let events = part.probe.events.filter { !$0.hasPrefix("batch") }
        #expect(events == ["nRST low", "connect", "nRST released", "line reset"])
        #expect(part.m7.isHalted)
        #expect(part.m7.registers[15] == 0x0800_0298)
        #expect(target.report.mainCoreWas == .inReset)
        #expect(target.report.notes.isEmpty)
        #expect(part.time.now >= .milliseconds(100))
        #expect(part.resets == 1)
    }

    @Test func `an nRST that is not wired is noticed and replaced`() throws {
        let part = FakeH745()
        part.probe.onReset = { _ in }
        let target = try part.bringUp { $0.connect = .underReset }.takeHold()
        #expect(part.resets == 1)
        #expect(target.report.notes.first?.contains("wired") == true)
        #expect(part.m7.isHalted)
    }

    @Test func `is what a normal connection falls back to when the target is silent`() throws {
        let part = FakeH745()
        part.probe.interfere = { probe in
            probe.events.contains("nRST low") ? nil : .acknowledge(.none, operation: 0, valuesRead: [])
        }
        let target = try part.bringUp().takeHold()
        #expect(target.report.connectMode == .underReset)
        #expect(target.report.fallbackReason != nil)
        #expect(part.m7.isHalted)
    }

    @Test func `is not tried when the cable fails, and reset is not left asserted`() throws {
        let part = FakeH745()
        part.probe.interfere = { _ in .unsupported(feature: "x", needs: "y") }
        #expect(throws: TargetError.self) { _ = try part.bringUp().takeHold() }
        #expect(!part.probe.events.contains("nRST low"))

        let other = FakeH745(device: 0x1000_6483)
        #expect(throws: TargetError.self) {
            _ = try other.bringUp { $0.connect = .underReset }.takeHold()
        }
        #expect(!other.probe.isInReset)
    }
}

@Suite struct `What an application left behind` {
    @Test func `a running window watchdog is only stopped by a reset`() throws {
        let part = FakeH745()
        part.bus.setWord(1 << 6, at: 0x5802_44E4)
        part.bus.setWord(0xFF, at: 0x5000_3000)
        let target = try part.bringUp().takeHold()
        #expect(target.report.resetReasons == ["WWDG1 was running"])
        #expect(part.resets == 1)
        #expect(part.m7.isHalted)
        #expect(part.m4.isHalted)
    }

    @Test func `an oscillator that nobody switched on means an independent watchdog`() throws {
        let part = FakeH745()
        part.bus.setWord(0x2, at: 0x5802_4474)
        let target = try part.bringUp().takeHold()
        let dog = try #require(target.report.watchdogs.first)
        guard case .running = dog.state else {
            Issue.record("\(dog)")
            return
        }
        #expect(dog.period == .milliseconds(512))
        #expect(part.resets == 1)
    }

    @Test func `a changed system clock is undone by a reset, unless that is forbidden`() throws {
        let part = FakeH745()
        part.bus.setWord(3 << 3, at: 0x5802_4410)
        #expect(try part.bringUp().takeHold().report.resetReasons.count == 1)
        #expect(part.resets == 1)

        let other = FakeH745()
        other.bus.setWord(3 << 3, at: 0x5802_4410)
        let target = try other.bringUp { $0.reset = .never }.takeHold()
        #expect(target.report.runsOnOtherClock)
        #expect(other.resets == 0)
    }

    @Test func `bus masters are stopped and named`() throws {
        let part = FakeH745()
        part.bus.setWord(1, at: 0x5802_4598)
        part.bus.setWord(0x0001_0401, at: 0x4002_0010 + 3 * 0x18)
        let target = try part.bringUp().takeHold()
        #expect(target.report.busMasters == ["DMA1 channel 3"])
        #expect(part.bus.word(at: 0x4002_0010 + 3 * 0x18) == 0x0001_0400)
    }

    @Test func `a bus master that does not stop is an error`() throws {
        let part = FakeH745()
        part.bus.setWord(1, at: 0x5802_44D4)
        part.bus.words[0x5200_004C] = .init(read: { 1 })
        let error = try #require(throws: TargetError.self) {
            _ = try part.bringUp { $0.reset = .never }.takeHold()
        }
        #expect(error.summary.hasPrefix("MDMA channel 0 did not stop"))
    }

    @Test func `memory-mapped QUADSPI is aborted and reset`() throws {
        let part = FakeH745()
        part.bus.setWord(1 << 14, at: 0x5802_44D4)
        part.bus.setWord(0x0C00_0000, at: 0x5200_5014)
        var control: UInt32 = 0x0140_0091
        var written: [UInt32] = []
        part.bus.words[0x5200_5000] = .init(
            read: { control },
            write: {
                written.append($0)
                control = $0 & ~2
            })
        var resets: [UInt32] = []
        part.bus.words[0x5802_447C] = .init(read: { resets.last ?? 0 }, write: { resets.append($0) })
        let target = try part.bringUp().takeHold()
        #expect(target.report.isFlashMapped)
        #expect(written == [0x0140_0093])
        #expect(resets == [1 << 14, 0])
    }

    @Test func `peripherals without a clock are not read`() throws {
        let part = FakeH745()
        part.bus.faults = [0x5200_5000...0x5200_5FFF, 0x4002_0000...0x4002_0FFF]
        _ = try part.bringUp().takeHold()
        #expect(!part.bus.accesses.contains { (0x5200_5000...0x5200_5FFF).contains($0.address) })
    }

    @Test func `a supply that was configured is reported as locked`() throws {
        let part = FakeH745()
        part.bus.setWord(0x0501_0004, at: 0x5802_480C)
        let report = try part.bringUp().takeHold().report
        #expect(report.isSupplyLocked == true)
        #expect(report.lines.contains { $0.contains("locked until power-off") })
    }
}

@Suite struct `Letting a target go` {
    private func looked(at part: FakeH745) throws -> HeldTarget {
        try part.bringUp { $0.preparesForCalls = false }.takeHold()
    }

    @Test func `an application that was only looked at goes on`() throws {
        let part = FakeH745()
        part.debugBus.setWord(0x1, at: 0xE00E_1004)
        let target = try looked(at: part)
        try target.release(.asFound)
        #expect(part.resets == 0)
        #expect(!part.m7.isHalted)
        #expect(!part.m7.isDebugEnabled)
        #expect(!part.m4.isDebugEnabled)
        #expect(part.m4.demcr == 0)
        #expect(part.debugBus.word(at: 0xE00E_1004) == 0x1)
        #expect(part.debugBus.word(at: 0xE00E_1058) == 0)
    }

    @Test func `cores that were halted stay halted`() throws {
        let part = FakeH745()
        (part.m7.isHalted, part.m7.isDebugEnabled) = (true, true)
        (part.m4.isHalted, part.m4.isDebugEnabled) = (true, true)
        let target = try looked(at: part)
        try target.release(.asFound)
        #expect(part.m7.isHalted)
        #expect(part.m4.isHalted)
    }

    @Test func `an application that cannot go on is started again`() throws {
        let part = FakeH745()
        let target = try part.bringUp().takeHold()
        try target.release(.asFound)
        #expect(part.resets == 1)
        #expect(!part.m7.isHalted)
        #expect(!part.m7.isDebugEnabled)
        #expect(!part.m4.isHalted)
    }

    @Test func `halted means the main core halted and the second one free`() throws {
        let part = FakeH745()
        let target = try part.bringUp().takeHold()
        try target.release(.halted)
        #expect(part.m7.isHalted)
        #expect(part.m7.demcr & 1 == 0)
        #expect(!part.m4.isDebugEnabled)
    }

    @Test func `a hot connection touches no core`() throws {
        let part = FakeH745()
        let target = try part.bringUp { $0.connect = .hot }.takeHold()
        #expect(!target.isHeld)
        try target.release(.asFound)
        #expect(part.m7.log.isEmpty)
        #expect(part.m4.log.isEmpty)
        #expect(part.debugBus.word(at: 0xE00E_1004) == 0)
    }

    @Test func `watchdogs are fed while a function runs, not at every poll`() throws {
        let part = FakeH745()
        let target = try part.bringUp().takeHold()
        var feeds: [Duration] = []
        part.bus.words[0x5800_4800] = .init(
            read: { 0 },
            write: { key in
                #expect(key == 0xAAAA)
                feeds.append(part.time.now)
            })
        let start = part.time.now
        part.m7.behaviour = { fake, _ in if part.time.now - start > .seconds(2) { fake.returnFromCall(1) } }
        let call = FunctionCall(
            name: "MassErase", entry: 0x2400_1000, arguments: [],
            site: CallSite(
                stack: 0x2400_4000..<0x2400_5000, guardArea: 0x2400_3000..<0x2400_4000, gate: 0x2400_5000),
            deadline: .seconds(200))
        #expect(try target.core.call(call).r0 == 1)
        // Half a second at most between two feeds: that is the period after reset. Shorter here: a quarter of it.
        #expect((14...18).contains(feeds.count))
    }
}
