// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// First byte of most answers of an ST-LINK.
enum STLinkStatus: UInt8 {
    case okay = 0x80
    case commandError = 0x08
    case identificationError = 0x09
    case alignment = 0x0A
    case unknownChain = 0x04
    case accessPortWait = 0x10
    case accessPortFault = 0x11
    case accessPortError = 0x12
    case accessPortParity = 0x13
    case debugPortWait = 0x14
    case debugPortFault = 0x15
    case debugPortError = 0x16
    case debugPortParity = 0x17
    case badAccessPort = 0x1D
    case configurationChanged = 0x40
    case unsupportedFrequency = 0x41
    case unknownCommand = 0x42

    /// What the firmware makes of a transfer that was not answered OK.
    init(_ reply: SWDReply, isAccessPort: Bool) {
        if reply.isOkay {
            self = .okay
        } else if reply.isWait {
            self = isAccessPort ? .accessPortWait : .debugPortWait
        } else if reply.isFault {
            self = isAccessPort ? .accessPortFault : .debugPortFault
        } else if reply.acknowledge == SWDReply.Acknowledge.okay.rawValue {
            self = isAccessPort ? .accessPortParity : .debugPortParity
        } else {
            self = isAccessPort ? .accessPortError : .debugPortError
        }
    }
}
