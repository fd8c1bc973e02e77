// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension LintProblem {
    /// What to do about it.
    package var remedy: String {
        switch self {
        case .noRoomForBreakpoint:
            "link the loader 4 bytes above the start of the RAM, to 0x24000004 or 0x20000004"
        case .outsideRAM: "link the loader to that RAM: ST's for this family start at 0x24000004"
        case .noRoom: "make the loader smaller: large buffers of its own are not needed"
        case .sectorsDoNotSum(let record, _, _), .impossiblePage(let record, _), .oddSector(let record, _):
            "correct \(record.rawValue) in the loader's source as the flash's data sheet has it"
        case .notMapped: "give the flash the address at which the controller maps it, 0x90000000"
        case .otherSize, .otherSectors: "use a loader for the flash of this board"
        case .nameDiffers(let name, _): "name the file \(name).stldr"
        case .noWayToRead:
            "add Read, or leave the flash memory-mapped in Init and say device type 3 (NOR_FLASH)"
        case .notSerialFlash: "say device type 7 (SPI_FLASH), or 3 (NOR_FLASH) for one that Init maps"
        case .stackBeyondOurs, .stackBeyondVendors:
            "make large local arrays static, leave printf out, and build with -Os"
        case .endlessRecursion(let function):
            ["memset", "memcpy", "memmove", "strlen", "memcmp"].contains(function)
                ? """
                build the file of \(function) with -fno-tree-loop-distribute-patterns: the compiler makes a call of \
                it out of its loop
                """
                : "end the recursion"
        case .readsUncleared: "clear .bss at the beginning of Init"
        case .dataElsewhere: "link .data to where it is loaded (no AT> in the linker script)"
        case .constructors: "initialise by constants, or in Init"
        case .setUpByApplication(let function): "call \(function) from Init: no tool runs main"
        default: codeRemedy
        }
    }

    private var codeRemedy: String {
        switch self {
        case .enablesInterrupts, .movesVectors, .tickInterrupt, .waitsForInterrupt:
            "poll: override HAL_InitTick, HAL_GetTick and HAL_Delay with ones that count clocks (DWT or SysTick)"
        case .constantTick, .tickNeedsInterrupt, .delayNeverEnds:
            "let HAL_GetTick count: from DWT->CYCCNT or SysTick->VAL, without an interrupt"
        case .waitsForMemory: "poll the peripheral instead of a flag that an interrupt sets"
        case .unboundedWait: "give up after a number of rounds, and return failure"
        case .endlessLoop: "return failure instead: the host then sees that something is wrong"
        case .usesHostsRAM, .usesForeignRAM:
            "let the linker place it: what a loader needs has to be in its file"
        case .usesInternalFlash: "link everything to RAM: a loader brings all of its code along"
        case .absoluteAddress: "build with -fropi -frwpi: no address may be fixed when it is linked"
        case .nothingThere: FaultCause.noMemory(0, isStore: false).remedy
        case .unalignedAccess: FaultCause.unaligned(nil).remedy
        case .floatingPointOff: FaultCause.floatingPointOff.remedy
        case .armState(0): FaultCause.nullCall.remedy
        case .armState: FaultCause.armState(0).remedy
        case .lackingInstruction: "build for the target's core (-mcpu=cortex-m7 -mthumb)"
        case .noThumbBit: "declare it as a Thumb function (.thumb_func, .type function)"
        case .breakpoint: "remove breakpoints and semihosting (printf, assert) from the loader"
        case .supervisorCall: "call functions directly: there is no operating system under a loader"
        case .resetsTarget: "return failure instead of resetting"
        default: "correct the loader"
        }
    }
}
