// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FlashPartReader {
    /// What an instruction does, as the files name it.
    enum Word: String, CaseIterable {
        case read, program, erase, suspend, resume, reset, release
        case readID = "read-id", readDeviceID = "read-device-id", readUniqueID = "read-unique-id"
        case readSFDP = "read-sfdp", readSecurity = "read-security"
        case programSecurity = "program-security", eraseSecurity = "erase-security"
        case eraseChip = "erase-chip", eraseDie = "erase-die"
        case writeEnable = "write-enable", writeDisable = "write-disable"
        case enableReset = "enable-reset", powerDown = "power-down"
        case enterQPI = "enter-qpi", leaveQPI = "leave-qpi"
        case selectDie = "select-die", setBurstWrap = "set-burst-wrap"
        case lockBlock = "lock-block", unlockBlock = "unlock-block", readLock = "read-lock"
        case lockAll = "lock-all", unlockAll = "unlock-all"
        case readAnyRegister = "read-any-register", writeAnyRegister = "write-any-register"

        /// With the phases such an instruction has when the file says nothing of them.
        func instruction(opcode: UInt8) -> FlashInstruction {
            typealias Row = (FlashInstruction.Action, FlashInstruction.Address, FlashInstruction.Data)
            let row: Row =
                switch self {
                case .read: (.readArray, .byMode, .output)
                case .program: (.program, .byMode, .input)
                case .erase: (.erase, .byMode, .none)
                case .readID: (.readIdentification, .bytes(0), .output)
                case .readDeviceID: (.readDeviceID, .bytes(3), .output)
                case .readUniqueID: (.readUniqueID, .byMode, .output)
                case .readSFDP: (.readDiscovery, .bytes(3), .output)
                case .readSecurity: (.readSecurity, .byMode, .output)
                case .programSecurity: (.programSecurity, .byMode, .input)
                case .eraseSecurity: (.eraseSecurity, .byMode, .none)
                case .eraseDie: (.eraseDie, .byMode, .none)
                case .lockBlock: (.lockBlock, .byMode, .none)
                case .unlockBlock: (.unlockBlock, .byMode, .none)
                case .readLock: (.readLock, .byMode, .output)
                case .release: (.releasePowerDown, .bytes(3), .output)
                case .setBurstWrap: (.setBurstWrap, .bytes(3), .input)
                case .selectDie: (.selectDie, .bytes(0), .input)
                case .readAnyRegister: (.readAnyRegister, .byMode, .output)
                case .writeAnyRegister: (.writeAnyRegister, .byMode, .input)
                default: (command, .bytes(0), .none)
                }
            var instruction = FlashInstruction(
                opcode: opcode, action: row.0, address: row.1, data: row.2)
            instruction.needsWriteEnable = [.lockBlock, .unlockBlock, .lockAll, .unlockAll].contains(self)
            instruction.isHeardWhileBusy = [.suspend, .enableReset, .reset, .selectDie].contains(self)
            return instruction
        }

        /// Instructions that are an opcode and no more.
        private var command: FlashInstruction.Action {
            switch self {
            case .suspend: .suspend
            case .resume: .resume
            case .reset: .reset(isArmed: true)
            case .eraseChip: .eraseChip
            case .writeEnable: .writeEnable
            case .enableReset: .enableReset
            case .powerDown: .powerDown
            case .enterQPI: .enterQuadInterface
            case .leaveQPI: .leaveQuadInterface
            case .lockAll: .lockAll
            case .unlockAll: .unlockAll
            default: .writeDisable
            }
        }
    }
}
