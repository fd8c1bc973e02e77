// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The ioctl(2) commands of usbfs, by the numbers of `linux/usbdevice_fs.h` for 64-bit programs.
enum UsbfsCommand: UInt32, CaseIterable {
    case control = 0xC018_5500
    case bulk = 0xC018_5502
    case resetEndpoint = 0x8004_5503
    case setInterface = 0x8008_5504
    case setConfiguration = 0x8004_5505
    case getDriver = 0x4104_5508
    case submit = 0x8038_550A
    case discard = 0x0000_550B
    case reap = 0x4008_550C
    case reapNow = 0x4008_550D
    case claimInterface = 0x8004_550F
    case releaseInterface = 0x8004_5510
    case connectInfo = 0x4008_5511
    case interfaceControl = 0xC010_5512
    case reset = 0x0000_5514
    case clearHalt = 0x8004_5515
    case getCapabilities = 0x8004_551A
    case disconnectClaim = 0x8108_551B
    case dropPrivileges = 0x4004_551E
    case getSpeed = 0x0000_551F

    /// Sub-commands of ``interfaceControl``.
    static let disconnectDriver: UInt32 = 0x5516
    static let connectDriver: UInt32 = 0x5517

    /// CONNINFO_EX carries the size of the caller's structure; nil is another command.
    static func extendedInfoSize(_ command: UInt32) -> Int? {
        command & 0xC000_FFFF == 0x8000_5520 ? Int(command >> 16 & 0x3FFF) : nil
    }

    /// Zero packet, no packet size limit, scatter-gather, reap after disconnect, drop privileges, extended info: what an
    /// xHCI host says, but for mapped memory and suspending.
    static let capabilities: UInt32 = 0x01 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80
}
