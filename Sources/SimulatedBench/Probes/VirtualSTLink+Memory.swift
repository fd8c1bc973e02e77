// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Memory, access port and core commands.
extension VirtualSTLink {
    // MARK: - Blocks

    /// READMEM and WRITEMEM in all widths: the outcome is kept for GETLASTRWSTATUS.
    func transferBlock(_ command: STLinkCommandBlock, _ data: [UInt8]) {
        let isRead = [0x07, 0x0C, 0x47, 0x54].contains(command[1])
        let width: UInt32 =
            [0x0C, 0x0D].contains(command[1]) ? 1 : [0x47, 0x48].contains(command[1]) ? 2 : 4
        // The firmware's buffer ends here; asking for more was seen to stop it.
        if width == 1 ? command.length > firmware.byteBlockLimit : isRead && command.length > 6_144 {
            return hang()
        }
        let block = STLinkTarget.Block(
            address: command.address, port: firmware.hasAccessPorts ? command.port : 0,
            control: firmware.hasControlWord ? command.control : 0, width: width,
            increments: ![0x50, 0x54].contains(command[1]))
        var bytes = [UInt8](repeating: 0, count: isRead ? command.length : 0)
        (lastStatus, lastFaultAddress) = (.okay, 0)
        if mode != .debug {
            lastStatus = .commandError
        } else if block.address % width != 0 || command.length % Int(width) != 0 {
            (lastStatus, lastFaultAddress) = (.alignment, block.address)
        } else if !mayAccess(block.port) {
            lastStatus = .badAccessPort
        } else {
            attempt { (link) throws(STLinkTarget.BlockFailure) in
                if isRead { try link.read(block, into: &bytes) } else { try link.write(block, data) }
            }
        }
        guard isRead, !bytes.isEmpty else { return }
        // A single byte comes with a companion.
        sendBuffer(bytes.count == 1 ? bytes + [0] : bytes)
    }

    /// Runs a memory access; after a fault the sticky flags are cleared, the host is told by the status alone.
    @discardableResult
    private func attempt<Value>(
        _ access: (inout STLinkTarget) throws(STLinkTarget.BlockFailure) -> Value
    ) -> Value? {
        do {
            let value = try access(&link)
            (lastStatus, lastFaultAddress) = (.okay, 0)
            return value
        } catch {
            (lastStatus, lastFaultAddress) = (error.status, error.address)
            if error.status == .accessPortFault || error.status == .debugPortFault { link.recover() }
            return nil
        }
    }

    private func mayAccess(_ port: UInt8) -> Bool {
        port <= 8 && (!personality.enforcesOpenAccessPorts || openPorts.contains(port))
    }

    // MARK: - Single words

    /// AP0 needs no opening here, and is open for blocks from then on: a block before was seen refused (OpenOCD
    /// 7456e6bac), while a host without INIT_AP that reads a word first works (stlink 1362, on V3J13).
    private func singleWordPort(_ port: UInt8) -> UInt8? {
        guard firmware.hasAccessPorts, port != 0 else {
            openPorts.insert(0)
            return 0
        }
        return mayAccess(port) ? port : nil
    }
    func readWord(_ command: STLinkCommandBlock) {
        guard mode == .debug, let port = singleWordPort(command[6]) else {
            return send(mode == .debug ? .badAccessPort : .commandError, words: [0])
        }
        let value = attempt { (link) throws(STLinkTarget.BlockFailure) in
            try link.readWord(command.address, port: port)
        }
        send(lastStatus, words: [value ?? 0])
    }
    func writeWord(_ command: STLinkCommandBlock) {
        guard mode == .debug, let port = singleWordPort(command[10]) else {
            return send(mode == .debug ? .badAccessPort : .commandError)
        }
        attempt { (link) throws(STLinkTarget.BlockFailure) in
            try link.writeWord(command.address, command.word(6), port: port)
        }
        send(lastStatus)
    }

    // MARK: - Access ports and raw registers

    func openPort(_ port: UInt8) {
        guard mode == .debug else { return send(.commandError) }
        guard port <= 8 else { return send(.badAccessPort) }
        do {
            guard try link.readPort(port, 0xFC) != 0 else { return send(.badAccessPort) }
            openPorts.insert(port)
            send(.okay)
        } catch { send(error.status) }
    }
    func closePort(_ port: UInt8) {
        openPorts.remove(port)
        send(.okay)
    }

    func readDAPRegister(_ command: STLinkCommandBlock) {
        let (port, address) = (command.halfword(2), UInt8(truncatingIfNeeded: command.halfword(4)))
        guard mode == .debug else { return send(.commandError, words: [0]) }
        do {
            if port == 0xFFFF { return send(.okay, words: [try link.readDebugPort(address)]) }
            // IDR may be read of a port that was not opened.
            guard port <= 8, address == 0xFC || mayAccess(UInt8(port)) else {
                return send(.badAccessPort, words: [0])
            }
            send(.okay, words: [try link.readPort(UInt8(port), address)])
        } catch { send(error.status, words: [0]) }
    }
    func writeDAPRegister(_ command: STLinkCommandBlock) {
        let (port, address) = (command.halfword(2), UInt8(truncatingIfNeeded: command.halfword(4)))
        guard mode == .debug else { return send(.commandError) }
        do {
            if port == 0xFFFF {
                try link.writeDebugPort(address, command.word(6))
            } else {
                guard port <= 8, mayAccess(UInt8(port)) else { return send(.badAccessPort) }
                try link.writePort(UInt8(port), address, command.word(6))
            }
            send(.okay)
        } catch { send(error.status) }
    }

    func scatterGatherItems(_ command: STLinkCommandBlock) -> Int {
        Int(min(command.word(2), personality.scatterGatherLimit))
    }
    /// RW_MISC_OUT: a list of addresses, writes, reads and access port changes; results wait for RW_MISC_IN.
    func scatterGather(_ command: STLinkCommandBlock, _ data: [UInt8]) {
        let items = scatterGatherItems(command)
        // The opcodes come first, padded to whole words.
        let words = (items + 3) / 4 * 4
        var (address, port): (UInt32, UInt8) = (0, 0)
        var values: [UInt32] = []
        var statuses: [UInt32] = []
        for item in 0..<items {
            let parameter = (0..<4).reversed().reduce(UInt32(0)) {
                $0 << 8 | UInt32(data[words + item * 4 + $1])
            }
            var value: UInt32 = 0
            lastStatus = .okay
            switch data[item] {
            case 1: address = parameter
            case 5: port = UInt8(truncatingIfNeeded: parameter)
            case _ where mode != .debug: lastStatus = .commandError
            case 2, 3: value = scattered(data[item], address, parameter, port)
            default: lastStatus = .unknownCommand
            }
            values.append(value)
            statuses.append(UInt32(lastStatus.rawValue))
        }
        scattered = (values + statuses).flatMap(Self.bytes)
    }
    private func scattered(_ operation: UInt8, _ address: UInt32, _ parameter: UInt32, _ port: UInt8)
        -> UInt32
    {
        guard mayAccess(port) else {
            lastStatus = .badAccessPort
            return 0
        }
        return attempt { (link) throws(STLinkTarget.BlockFailure) in
            if operation == 3 { return try link.readWord(parameter, port: port) }
            try link.writeWord(address, parameter, port: port)
            return 0
        } ?? 0
    }
}
