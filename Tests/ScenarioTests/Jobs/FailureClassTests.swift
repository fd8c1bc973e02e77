// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugProbe
import Essentials
import FlashController
import FlashLoader
import FlashProgramming
import Testing
import USBTransport

@testable import Workbench

@Suite struct `Failure classes` {
    @Test func `blame the cable for what it broke`() {
        let cable = ProbeError.transport(
            USBError.timedOut(after: .seconds(1), transferred: 0), during: "READ")
        let loader = LoaderError.callFailed(
            .write, .access(.probe(cable, during: .accessPort), core: "M7", during: .call), file: "a.stldr",
            findings: [])
        let range = AddressRange(start: 0x9000_0000, count: 4096)
        let error = WorkbenchError.step(
            "programming",
            FlashError.device(.program, range, cause: loader, FlashAftermath(FlashJournal(.program))))
        #expect(FailureClass(of: error) == .probeFailed)
    }

    @Test func `tell a loader from the flash it cannot reach`() {
        func failure(_ findings: [LoaderFinding]) -> FailureClass {
            FailureClass(
                of: WorkbenchError.step(
                    "initialising the flash",
                    LoaderError.refused(.initialize, value: 0, file: "a.stldr", findings: findings, as: .st)))
        }
        #expect(failure([]) == .loaderFailed)
        let silent = LoaderFinding.flash(.silent(bank: 2, id: [255, 255, 255]))
        #expect(failure([silent]) == .flashSilent)
        #expect(
            failure([silent, .flash(.answersWithBoardSetUp(bank: 2, id: [0xEF, 0x40, 0x18]))])
                == .loaderFailed)
        // An Init that says 1 and has done nothing: what fails then is not the flash.
        #expect(
            FailureClass(
                of: LoaderError.refused(
                    .read, value: 0, file: "a.stldr", findings: [.flash(.controllerDisabled)], as: .st))
                == .loaderFailed)
        #expect(failure([.flash(.writeProtected(bank: 2, "SR1 0x1c"))]) == .flashProtected)
    }
}
