// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The command set; opcodes and sizes as the vendor's own tool and three open-source hosts use them.
extension VirtualSTLink {
    /// Bytes the command's OUT data stage has; 0 for none.
    func dataStage(of command: STLinkCommandBlock) -> Int {
        guard command[0] == 0xF2, mode != .dfu else { return 0 }
        switch command[1] {
        case 0x08, 0x0D: return command.length
        case 0x48 where firmware.hasHalfwords: return command.length
        case 0x50 where firmware.hasFixedAddressWrite: return command.length
        case 0x51 where firmware.hasScatterGather:
            let items = scatterGatherItems(command)
            return (items + 3) / 4 * 4 + items * 4
        default: return 0
        }
    }

    func execute(_ command: STLinkCommandBlock, data: [UInt8]) {
        switch command[0] {
        case 0xF1: send(version)
        case 0xF5: send([mode.rawValue, mode == .dfu ? 1 : 0])
        case 0xF3: if command[1] == 0x07, mode == .dfu { mode = .massStorage }
        // The boot loader knows nothing else: no answer comes.
        case _ where mode == .dfu: break
        case 0xF4: enterSWIM(command[1])
        case 0xF7 where firmware.hasTraceAndVoltage: sendBuffer(voltage)
        case 0xFB where personality.model == .v3: send(extendedVersion)
        case 0xF2: executeDebug(command, data)
        default: break
        }
    }

    private func executeDebug(_ command: STLinkCommandBlock, _ data: [UInt8]) {
        switch command[1] {
        case 0x07, 0x0C, 0x08, 0x0D: transferBlock(command, data)
        case 0x47 where firmware.hasHalfwords, 0x48 where firmware.hasHalfwords: transferBlock(command, data)
        case 0x50 where firmware.hasFixedAddressWrite: transferBlock(command, data)
        case 0x54 where firmware.hasFixedAddressRead: transferBlock(command, data)
        case 0x09: writeCoreControl(0xA05F_0001)
        case 0x0A: writeCoreControl(0xA05F_0005)
        case 0x21: leaveDebug()
        case 0x22: send(Self.bytes(link.identification))
        case 0x30: enterDebug(command[2])
        case 0x31: send(mode == .debug ? .okay : .commandError, words: [link.identification, 0])
        case 0x32: resetSystem()
        case 0x33: readRegister(command)
        case 0x34: writeRegister(command)
        case 0x35: writeWord(command)
        case 0x36: readWord(command)
        case 0x3A: readAllRegisters(command)
        case 0x3B: send(lastStatus)
        case 0x3C: driveReset(command[2])
        case 0x3E where firmware.hasLongStatus:
            send([lastStatus.rawValue, 0, 0, 0] + Self.bytes(lastFaultAddress) + [0, 0, 0, 0])
        case 0x40 where firmware.hasTraceAndVoltage: startTrace(rate: command.word(4))
        case 0x41 where firmware.hasTraceAndVoltage:
            isTracing = false
            send(.okay)
        case 0x42 where firmware.hasTraceAndVoltage: sendTrace()
        case 0x43 where firmware.hasSWDDivisor:
            wire.setFrequency(STLinkPersonality.swdFrequency(divisor: command.halfword(2)))
            send(.okay)
        case 0x44 where firmware.hasJTAGDivisor: send(.okay)
        case 0x45 where firmware.hasDAPRegisters: readDAPRegister(command)
        case 0x46 where firmware.hasDAPRegisters: writeDAPRegister(command)
        case 0x49 where firmware.hasBlink: send(.okay)
        case 0x4B where firmware.hasAccessPorts: openPort(command[2])
        case 0x4C where firmware.hasAccessPorts: closePort(command[2])
        case 0x51 where firmware.hasScatterGather: scatterGather(command, data)
        case 0x52 where firmware.hasScatterGather: send(scattered)
        case 0x53 where firmware.hasScatterGather:
            let limit = personality.scatterGatherLimit
            send([UInt8(truncatingIfNeeded: limit), UInt8(truncatingIfNeeded: limit >> 8)])
        case 0x55 where firmware.hasTestRegister: send(.okay)
        case 0x56 where firmware.hasBoardIdentifiers: send(boardIdentifiers)
        case 0x61 where firmware.hasFrequencyTable: setFrequency(command)
        case 0x62 where firmware.hasFrequencyTable: sendFrequencies(command[2])
        case 0x63 where firmware.hasFrequencyTable: send(.configurationChanged, words: [0])
        default: send(.unknownCommand)
        }
    }

    // MARK: - Who I am

    private var version: [UInt8] {
        // A V3 tells its numbers only in the extended answer.
        let isV3 = personality.model == .v3
        let word = firmware.generation << 12 | (isV3 ? 0 : firmware.debug << 6 | firmware.companion)
        return [UInt8(word >> 8), UInt8(word & 0xFF)] + identity
    }
    private var identity: [UInt8] {
        DescriptorBuilder.u16(0x0483) + DescriptorBuilder.u16(personality.productID)
    }
    private var extendedVersion: [UInt8] {
        let storage = firmware.letter == "M" ? firmware.companion : 0
        let swim = firmware.letter == "S" ? firmware.companion : 0
        return [3, UInt8(swim), UInt8(firmware.debug), UInt8(storage), 0, 0, 0, 0] + identity
    }
    /// 128 bytes: status, then the four characters of the board's mbed identifier, then nothing.
    private var boardIdentifiers: [UInt8] {
        [STLinkStatus.okay.rawValue, 0] + Array("0813".utf8) + [UInt8](repeating: 0, count: 122)
    }

    /// ADC counts of the 1.2 V reference and of half the target's rail.
    private var voltage: [UInt8] {
        let reference = personality.referenceCounts
        let counts = UInt32((wire.supplyVoltage / 2.4 * Double(reference)).rounded())
        return Self.bytes(reference) + Self.bytes(min(counts, 4_095))
    }

    // MARK: - Modes

    private func enterSWIM(_ operation: UInt8) {
        switch (operation, mode) {
        case (0x00, .massStorage) where personality.model != .v3: mode = .swim
        case (0x01, .swim): mode = .massStorage
        default: break
        }
    }

    private func enterDebug(_ how: UInt8) {
        guard how == 0xA3 else { return send(.unknownChain) }
        do {
            try link.connect()
            mode = .debug
            send(.okay)
        } catch { send(error.status) }
    }

    /// Leaving lets go of nRST and closes every access port; there is no answer.
    private func leaveDebug() {
        guard mode == .debug else {
            if firmware.hangsOnStrayExit { hang() }
            return
        }
        mode = .massStorage
        openPorts = []
        wire.holdsReset = false
    }

    private func driveReset(_ how: UInt8) {
        switch how {
        case 0: wire.holdsReset = true
        case 1: wire.holdsReset = false
        case 2:
            wire.holdsReset = true
            wire.clock.spend(.milliseconds(1))
            wire.holdsReset = false
        default: return send(.commandError)
        }
        send(.okay)
    }

    private func startTrace(rate: UInt32) {
        guard rate <= personality.maximumTraceRate else { return send(.unsupportedFrequency) }
        isTracing = true
        send(.okay)
    }

    // MARK: - Clock of a V3

    private func setFrequency(_ command: STLinkCommandBlock) {
        guard let actual = STLinkPersonality.frequencyTable.first(where: { $0 <= command.word(4) }) else {
            return send(.commandError, words: [0])
        }
        if command[2] == 0 {
            frequencies.serialWire = actual
            wire.setFrequency(actual * 1_000)
        } else {
            frequencies.jtag = actual
        }
        send(.okay, words: [actual])
    }
    private func sendFrequencies(_ protocolNumber: UInt8) {
        let table = STLinkPersonality.frequencyTable
        let current = protocolNumber == 0 ? frequencies.serialWire : frequencies.jtag
        let unused = [UInt32](repeating: 0, count: 10 - table.count)
        send(.okay, words: [current, UInt32(table.count)] + table + unused)
    }
}
