// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashController
import HardwareDescription
import Testing

@testable import FlashLoader

@Suite struct `What a person reads` {
    @Test(arguments: [
        (
            LoaderFinding.place("wait+0x4 (f.c:7)", samples: 5, of: 8),
            "it was in wait+0x4 (f.c:7) in 5 of 8 samples"
        ),
        (.place("Init", samples: 1, of: 1), "it stands in Init"),
        (.faultedIn("Write+0x6 (f.c:9)"), "it came from Write+0x6 (f.c:9)"),
        (
            .stackPointerOutside(0x23FF_FFA8, stack: 0x2400_07F8..<0x2400_0BF0, .vendor),
            "its stack pointer is 0x23ffffa8, its stack is 0x240007f8 to 0x24000bef"
        ),
        (
            .codeOverwritten(at: 0x2400_0010, place: "Init+0x8"),
            "its code was overwritten at 0x24000010 (Init+0x8)"
        ),
        (
            .recursion(["memset"], place: "memset+0x4 (f.c:9)", rounds: 412, stack: 4096, .spacious),
            "memset calls itself at memset+0x4 (f.c:9), 412 calls deep"
        ),
        (
            .recursion(["walk", "visit"], place: "walk+0x8", rounds: 206, stack: 4096, .spacious),
            "walk calls visit calls walk at walk+0x8, 206 rounds deep"
        ),
        (
            .largeFrame("table", size: 102_400, stack: 32_256),
            "table takes 102400 bytes of stack for itself, of 32256 that there are"
        ),
        (
            .stackExhausted(calls: 40, stack: 32_256, .spacious),
            "40 calls that are open take more than the stack's 32256 bytes"
        ),
        (
            .heapOverflow(start: 0x2400_1000, room: 300_000),
            "its heap, which grows from 0x24001000 (symbol end), took all of the 300000 bytes that are free"
        ),
        (
            .gateOverwritten(at: 0x2407_FE64),
            "the code that calls return to, behind its stack, was overwritten at 0x2407fe64"
        ),
        (.flash(.controllerClockOff), "the QUADSPI's clock is off"),
    ])
    func `one finding`(finding: LoaderFinding, text: String) { #expect(finding.text == text) }

    @Test func `the advice fits the layout in use and the function at fault`() {
        func advice(_ names: [String], _ layout: LoaderLayout.Style) -> String {
            LoaderFinding.recursion(names, place: "", rounds: 9, stack: 1016, layout).remedy ?? ""
        }
        #expect(advice(["memset"], .spacious).contains("-fno-tree-loop-distribute-patterns"))
        #expect(!advice(["memset"], .spacious).contains("layout"))
        #expect(advice(["descend"], .vendor).hasSuffix("use the spacious layout"))
        #expect(advice(["descend"], .spacious).hasSuffix("no layout gives it more: reduce its stack use"))
        let outside = LoaderFinding.stackPointerOutside(0, stack: 8..<16, .spacious)
        #expect(outside.remedy?.contains("use the spacious layout") == false)
    }

    @Test func `the summary names three, and what only describes gives way`() {
        let findings: [LoaderFinding] = [
            .calledFrom("main"), .stackUsed(100, of: 8192), .flash(.controllerClockOff),
            .flash(.portClockOff("GPIOB", signals: [.clock])),
            .flash(.identified(bank: 1, id: [1, 2, 3], chips: [])), .flash(.quadDisabled(bank: 1)),
            .flash(.busy(bank: 1)),
        ]
        let error = LoaderError.refused(.initialize, value: 0, file: "a.stldr", findings: findings, as: .st)
        #expect(
            error.summary == """
                Init of a.stldr returned 0 (a loader returns 1 for success): the QUADSPI's clock is off; \
                the clock of GPIOB is off (CLK); the quad enable bit of the flash on bank 1 is not set
                """)
        // Each remedy once.
        #expect(error.remedies.count == 3 && Set(error.remedies).count == 3)
    }

    @Test(arguments: [
        (UInt32(0), "0 (a loader returns 1 for success)"), (5, "5 (a loader returns 1 for success)"),
        (0xFFFF_FFFD, "-3 (a loader returns 1 for success)"),
        (0x2400_0000, "0x24000000 (a loader returns 1 for success)"),
        (0x8000_0000, "0x80000000 (a loader returns 1 for success)"),
    ])
    func `what a function returned`(value: UInt32, text: String) {
        let error = LoaderError.refused(.write, value: value, file: "a.stldr", findings: [], as: .st)
        #expect(error.summary == "Write of a.stldr returned \(text)")
    }

    @Test func `silence and protection have codes of their own`() {
        func code(_ findings: [LoaderFinding]) -> String {
            LoaderError.refused(.sectorErase, value: 0, file: "a", findings: findings, as: .st).code
        }
        #expect(code([]) == "LDR-030")
        let silent = FlashFinding.silent(bank: 2, id: [255, 255, 255])
        #expect(code([.flash(.quadDisabled(bank: 2)), .flash(silent)]) == "LDR-028")
        #expect(code([.flash(.writeProtected(bank: 1, "SR1 0x04"))]) == "LDR-029")
    }
}
