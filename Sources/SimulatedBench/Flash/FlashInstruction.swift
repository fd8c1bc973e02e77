// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What follows an opcode on the wires, and what it is for (W25Q128JV datasheet rev F §8.1).
struct FlashInstruction {
    enum Action: Equatable {
        case writeEnable, writeDisable, volatileWriteEnable
        case readStatus(Int), writeStatus(Int)
        case readArray, readDiscovery, readSecurity
        case program, programSecurity
        case erase(Int), eraseChip, eraseSecurity
        case suspend, resume
        case lockBlock, unlockBlock, readLock, lockAll, unlockAll
        case readIdentification, readDeviceID, readUniqueID, releasePowerDown
        case powerDown, enableReset, reset
        case setBurstWrap, setReadParameters, enterQuadInterface, leaveQuadInterface
    }
    enum Data { case none, input, output }

    var action: Action
    /// 0: no address phase; else the lines its 24 bits come on.
    var addressLines = 0
    /// Eight mode bits M7...M0 follow the address on the same lines.
    var hasMode = false
    var dummyClocks = 0
    var data = Data.none
    var dataLines = 1
    var needsQuadEnable = false

    /// Not all opcodes exist on all parts and in both modes; nil is an opcode the part ignores.
    static func decode(_ opcode: UInt8, part: FlashPart, isQuadInterface: Bool) -> FlashInstruction? {
        guard isQuadInterface else { return decodeSerial(opcode, part) }
        guard var instruction = decodeQuad(opcode) else { return nil }
        if instruction.addressLines > 0 { instruction.addressLines = 4 }
        instruction.dataLines = 4
        return instruction
    }

    private static func decodeSerial(_ opcode: UInt8, _ part: FlashPart) -> FlashInstruction? {
        switch opcode {
        case 0x03: FlashInstruction(action: .readArray, addressLines: 1, data: .output)
        case 0x0B: FlashInstruction(action: .readArray, addressLines: 1, dummyClocks: 8, data: .output)
        case 0x3B:
            FlashInstruction(action: .readArray, addressLines: 1, dummyClocks: 8, data: .output, dataLines: 2)
        case 0xBB:
            FlashInstruction(action: .readArray, addressLines: 2, hasMode: true, data: .output, dataLines: 2)
        case 0x6B:
            FlashInstruction(
                action: .readArray, addressLines: 1, dummyClocks: 8, data: .output, dataLines: 4,
                needsQuadEnable: true)
        case 0xEB:
            FlashInstruction(
                action: .readArray, addressLines: 4, hasMode: true, dummyClocks: 4, data: .output,
                dataLines: 4,
                needsQuadEnable: true)
        case 0x32:
            FlashInstruction(
                action: .program, addressLines: 1, data: .input, dataLines: 4, needsQuadEnable: true)
        case 0x77:
            FlashInstruction(
                action: .setBurstWrap, addressLines: 4, data: .input, dataLines: 4, needsQuadEnable: true)
        case 0x5A: FlashInstruction(action: .readDiscovery, addressLines: 1, dummyClocks: 8, data: .output)
        case 0x48: FlashInstruction(action: .readSecurity, addressLines: 1, dummyClocks: 8, data: .output)
        case 0x42: FlashInstruction(action: .programSecurity, addressLines: 1, data: .input)
        case 0x44: FlashInstruction(action: .eraseSecurity, addressLines: 1)
        case 0x90: FlashInstruction(action: .readDeviceID, addressLines: 1, data: .output)
        case 0x92:
            FlashInstruction(
                action: .readDeviceID, addressLines: 2, hasMode: true, data: .output,
                dataLines: 2)
        case 0x94:
            FlashInstruction(
                action: .readDeviceID, addressLines: 4, hasMode: true, dummyClocks: 4,
                data: .output, dataLines: 4, needsQuadEnable: true)
        case 0x4B: FlashInstruction(action: .readUniqueID, dummyClocks: 32, data: .output)
        case 0x36: FlashInstruction(action: .lockBlock, addressLines: 1)
        case 0x39: FlashInstruction(action: .unlockBlock, addressLines: 1)
        case 0x3D: FlashInstruction(action: .readLock, addressLines: 1, data: .output)
        case 0x7E: FlashInstruction(action: .lockAll)
        case 0x98: FlashInstruction(action: .unlockAll)
        case 0x38 where part.hasQuadInterface:
            FlashInstruction(action: .enterQuadInterface, needsQuadEnable: true)
        default: decodeCommon(opcode)
        }
    }

    /// With the default read parameters (C0h): two dummy clocks, which EBh fills with its mode bits.
    private static func decodeQuad(_ opcode: UInt8) -> FlashInstruction? {
        switch opcode {
        case 0x0B: FlashInstruction(action: .readArray, addressLines: 4, dummyClocks: 2, data: .output)
        case 0xEB: FlashInstruction(action: .readArray, addressLines: 4, hasMode: true, data: .output)
        case 0x90: FlashInstruction(action: .readDeviceID, addressLines: 4, data: .output)
        case 0xC0: FlashInstruction(action: .setReadParameters, data: .input)
        case 0xFF: FlashInstruction(action: .leaveQuadInterface)
        default: decodeCommon(opcode)
        }
    }

    private static func decodeCommon(_ opcode: UInt8) -> FlashInstruction? {
        switch opcode {
        case 0x06: FlashInstruction(action: .writeEnable)
        case 0x04: FlashInstruction(action: .writeDisable)
        case 0x50: FlashInstruction(action: .volatileWriteEnable)
        case 0x05: FlashInstruction(action: .readStatus(0), data: .output)
        case 0x35: FlashInstruction(action: .readStatus(1), data: .output)
        case 0x15: FlashInstruction(action: .readStatus(2), data: .output)
        case 0x01: FlashInstruction(action: .writeStatus(0), data: .input)
        case 0x31: FlashInstruction(action: .writeStatus(1), data: .input)
        case 0x11: FlashInstruction(action: .writeStatus(2), data: .input)
        case 0x02: FlashInstruction(action: .program, addressLines: 1, data: .input)
        case 0x20: FlashInstruction(action: .erase(4 << 10), addressLines: 1)
        case 0x52: FlashInstruction(action: .erase(32 << 10), addressLines: 1)
        case 0xD8: FlashInstruction(action: .erase(64 << 10), addressLines: 1)
        case 0xC7, 0x60: FlashInstruction(action: .eraseChip)
        case 0x75: FlashInstruction(action: .suspend)
        case 0x7A: FlashInstruction(action: .resume)
        case 0x9F: FlashInstruction(action: .readIdentification, data: .output)
        case 0xAB: FlashInstruction(action: .releasePowerDown, addressLines: 1, data: .output)
        case 0xB9: FlashInstruction(action: .powerDown)
        case 0x66: FlashInstruction(action: .enableReset)
        case 0x99: FlashInstruction(action: .reset)
        default: nil
        }
    }

    /// Whether a busy part listens.
    var isAllowedWhileBusy: Bool {
        switch action {
        case .readStatus, .suspend, .enableReset, .reset: true
        default: false
        }
    }
}
