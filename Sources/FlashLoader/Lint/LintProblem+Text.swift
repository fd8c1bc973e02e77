// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension LintProblem {
    /// One sentence.
    package var text: String {
        switch self {
        case .noRoomForBreakpoint, .outsideRAM, .noRoom, .dataElsewhere, .constructors, .setUpByApplication:
            placeText
        case .sectorsDoNotSum, .impossiblePage, .oddSector, .notMapped, .otherSize, .otherSectors,
            .nameDiffers, .noWayToRead, .notSerialFlash:
            statementText
        case .stackBeyondOurs(let entry, let bytes, let path, let stack):
            "\(entry) takes at least \(bytes) bytes of stack (\(Self.text(path))), of \(stack) that there are"
        case .stackBeyondVendors(let entry, let bytes, let path):
            "\(entry) takes at least \(bytes) bytes of stack (\(Self.text(path))); ST's tool gives a loader 1024"
        case .endlessRecursion(let function): "\(function) calls itself without end"
        case .readsUncleared(let address, let symbol):
            "\(symbol) at \(address.hex) is read before it is written, and ST's tool does not clear it"
        case .usesHostsRAM(let address):
            "\(address.hex) is used, which is RAM beside the loader: stack and buffers lie there"
        case .usesInternalFlash(let address):
            "\(address.hex) is used, which is the part's own flash: what is there is another program's"
        case .usesForeignRAM(let address):
            "\(address.hex) is used, which is RAM that the loader's file does not claim"
        case .absoluteAddress(let address):
            "\(address.hex) is used, an address as linked: the program runs elsewhere"
        default: codeText
        }
    }

    private var placeText: String {
        switch self {
        case .noRoomForBreakpoint(let address):
            "it begins at \(address.hex) and leaves no word below, where ST's tool puts its breakpoint"
        case .outsideRAM(let range, let ram):
            """
            it is linked to \(Self.text(range)), outside the RAM for loaders (\(Self.text(UInt64(ram.lowerBound)..<UInt64(ram.upperBound))))
            """
        case .noRoom(let free, let needed):
            "it leaves \(free) bytes of RAM free; stack and buffers need \(needed)"
        case .dataElsewhere(let loaded, let used, let bytes):
            """
            \(bytes) bytes of data lie at \(loaded.hex) and are used at \(used.hex): no tool runs the code that \
            copies them
            """
        case .constructors(let count): "\(count) constructors are to run before main, and no tool runs them"
        case .setUpByApplication(let function):
            "the QUADSPI is set up by \(function), which main or Reset_Handler calls, and Init does not"
        default: ""
        }
    }

    private var statementText: String {
        switch self {
        case .sectorsDoNotSum(let record, let described, let size):
            "\(record.rawValue) says \(size) bytes, its sectors are \(described) bytes"
        case .impossiblePage(let record, let page):
            "\(record.rawValue) says that a page has \(page) bytes, which no serial flash has"
        case .oddSector(let record, let size):
            "\(record.rawValue) says that a sector has \(size) bytes, which no serial flash erases at once"
        case .notMapped(let start, let mapped):
            "it says that the flash is at \(start.hex); the QUADSPI maps one to \(mapped.lowerBound.hex)"
        case .otherSize(let size, let chip, let chipSize):
            "it says that the flash has \(size) bytes, \(chip) has \(chipSize)"
        case .otherSectors(let size, let chip, let units):
            """
            it says that sectors have \(size) bytes, \(chip) erases             \(units.map(String.init).joined(separator: ", "))
            """
        case .nameDiffers(let name, let file):
            "the device name \"\(name)\" is not the file's name \(file): ST's tool then refuses a mass erase"
        case .noWayToRead: "it has no Read, and its device type does not say that it is read like memory"
        case .notSerialFlash(let kind): "its device type is \(kind), which is no kind of NOR flash"
        default: ""
        }
    }

    private var codeText: String {
        switch self {
        case .enablesInterrupts: "it enables interrupts, which are not let through under ST's tool"
        case .movesVectors: "it moves the vector table (VTOR), which only interrupts need"
        case .tickInterrupt: "it has SysTick interrupt the core"
        case .waitsForInterrupt: "it waits for an interrupt (WFI or WFE), and none may come"
        case .constantTick(let function):
            "\(function) returns the same at each call: no time-out that is measured by it ever ends"
        case .tickNeedsInterrupt(let function):
            "\(function) returns what only an interrupt counts up, and no interrupt is ever enabled"
        case .delayNeverEnds(let function):
            "\(function) waits for a clock that stands still, and never returns"
        case .waitsForMemory(let address):
            "it waits for \(address.hex) to change, which nothing that the loader runs does"
        case .unboundedWait(let address):
            "it waits for a bit of \(RegisterName.text(of: address)), however long that takes"
        case .endlessLoop: "a loop without a way out, where it could return an error"
        case .nothingThere(let address):
            "\(address.hex) is used, where the part has neither memory nor a peripheral"
        case .unalignedAccess(let address, let size):
            "\(size) bytes at \(address.hex) are used, which is no multiple of 4: the core faults"
        case .floatingPointOff:
            "it uses the floating-point unit and never enables it (CPACR), which is off after the reset that ST's tool makes"
        case .armState(0): "it calls a function at 0: a pointer that is not set"
        case .armState(let address):
            "it calls \(address.hex), an even address: without bit 0 the core enters a state that it does not have"
        case .lackingInstruction: "an instruction that a Cortex-M7 does not have"
        case .noThumbBit(let function): "the symbol \(function) lacks the Thumb bit"
        case .breakpoint(let number):
            "a breakpoint (BKPT \(number.hex)), at which the core stops as if the function had returned"
        case .supervisorCall: "it calls a supervisor (SVC), and none is there"
        case .resetsTarget: "it resets the part, which ends the loader"
        default: ""
        }
    }

    private static func text(_ range: Range<UInt64>) -> String {
        "\(UInt32(clamping: range.lowerBound).hex) to \(UInt32(clamping: max(1, range.upperBound) - 1).hex)"
    }
    private static func text(_ path: [String]) -> String {
        path.count > 4
            ? (path.prefix(2) + ["…"] + path.suffix(2)).joined(separator: " > ")
            : path.joined(separator: " > ")
    }
}
