// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One GPIO port of 16 pins (RM0399 chapter GPIO).
final class GPIOPort: WordPeripheral {
    private let modeReset: UInt32
    private let pullReset: UInt32
    private let speedReset: UInt32
    private(set) var mode: UInt32 = 0
    private var words = [UInt32](repeating: 0, count: 10)
    /// Pins whose configuration is fixed until reset, and how far the sequence that fixes them has come.
    private var locked: UInt32 = 0
    private var lockSequence: [UInt32] = []
    /// A pin may have got another function.
    var onChange: (() -> Void)?

    /// Port A and B start with the debug pins in their alternate function.
    init(_ context: ChipContext, port: Character) {
        switch port {
        case "A": (modeReset, speedReset, pullReset) = (0xABFF_FFFF, 0x0C00_0000, 0x6400_0000)
        case "B": (modeReset, speedReset, pullReset) = (0xFFFF_FEBF, 0x0000_00C0, 0x0000_0100)
        default: (modeReset, speedReset, pullReset) = (.max, 0, 0)
        }
        super.init(context)
        reset()
    }

    override func reset() {
        for index in words.indices { words[index] = 0 }
        (words[0], words[2], words[3], mode) = (modeReset, speedReset, pullReset, modeReset)
        (locked, lockSequence) = (0, [])
        onChange?()
    }

    /// Whether the pin is in alternate function `function`.
    func isAlternate(_ pin: Int, _ function: UInt32) -> Bool {
        mode >> UInt32(2 * pin) & 3 == 2
            && words[8 + pin / 8] >> UInt32(4 * (pin % 8)) & 15 == function
    }
    /// Nothing outside drives a pin: an output reads itself, an input its pull-up.
    private var inputs: UInt32 {
        var value: UInt32 = 0
        for pin in 0..<UInt32(16) {
            let level: UInt32
            switch mode >> (2 * pin) & 3 {
            case 1: level = words[5] >> pin & 1
            case 3: level = 0
            default: level = words[3] >> (2 * pin) & 3 == 1 ? 1 : 0
            }
            value |= level << pin
        }
        return value
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0x10: inputs
        case 0x18, 0x28...: 0
        default: words[Int(offset / 4)]
        }
    }

    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        switch offset {
        case 0x00, 0x08, 0x0C: write(offset, value, lanes: lanes & ~spread(locked, width: 2, from: 0))
        case 0x04: write(offset, value, lanes: lanes & 0xFFFF & ~locked)
        case 0x20: write(offset, value, lanes: lanes & ~spread(locked, width: 4, from: 0))
        case 0x24: write(offset, value, lanes: lanes & ~spread(locked, width: 4, from: 8))
        case 0x14: write(offset, value, lanes: lanes & 0xFFFF)
        // Set wins over reset.
        case 0x18: words[5] = words[5] & ~(value >> 16) | value & 0xFFFF
        case 0x1C: writeLock(value)
        default: break
        }
    }
    private func write(_ offset: UInt32, _ value: UInt32, lanes: UInt32) {
        words[Int(offset / 4)] = merge(words[Int(offset / 4)], value, lanes: lanes)
        mode = words[0]
        onChange?()
    }
    /// The bits of a register with `width` bits a pin that belong to `pins`, from pin `first` on.
    private func spread(_ pins: UInt32, width: UInt32, from first: UInt32) -> UInt32 {
        guard pins != 0 else { return 0 }
        var mask: UInt32 = 0
        for pin in 0..<32 / width where pins >> (pin + first) & 1 != 0 {
            mask |= (1 << width - 1) << (pin * width)
        }
        return mask
    }

    /// LCKK: write 1, 0, 1 with the same pins.
    private func writeLock(_ value: UInt32) {
        guard locked == 0 else { return }
        lockSequence = lockSequence.suffix(2) + [value & 0x1_FFFF]
        let pins = value & 0xFFFF
        guard lockSequence == [pins | 1 << 16, pins, pins | 1 << 16] else { return }
        locked = pins
        words[7] = pins | 1 << 16
    }
}

/// Which port pins carry the QUADSPI signals, and which of those the board has wired to the flash.
final class PinMultiplexer {
    /// A to K.
    let ports: [GPIOPort]
    private var cache: (first: PinConnection, second: PinConnection)?

    init(_ context: ChipContext) {
        ports = "ABCDEFGHIJK".map { GPIOPort(context, port: $0) }
        for port in ports { port.onChange = { [unowned self] in cache = nil } }
    }

    /// The board wires one set of bank 2's pins; bank 1 goes nowhere.
    ///
    /// Bank 2 could also come out on PE7...PE10 (AF10) and CLK on PF10 (AF9): no trace of this board leads from
    /// there to the flash.
    func connection(bank: Int) -> PinConnection {
        if let cache { return bank == 2 ? cache.second : cache.first }
        let isClocked = isAlternate("B", 2, 9)
        var lines: UInt8 = 0
        for (index, (port, pin)) in [("H", 2), ("H", 3), ("G", 9), ("G", 14)].enumerated()
        where isAlternate(Character(port), pin, 9) {
            lines |= 1 << UInt8(index)
        }
        let second = PinConnection(
            isClockConnected: isClocked, isSelectConnected: isAlternate("C", 11, 9), lines: lines)
        cache = (.none, second)
        return bank == 2 ? second : .none
    }
    private func isAlternate(_ port: Character, _ pin: Int, _ function: UInt32) -> Bool {
        let index = Int(port.asciiValue ?? 65) - 65
        return ports[index].isAlternate(pin, function)
    }

    /// SWDIO on PA13 and SWCLK on PA14, AF0.
    var carriesDebugPins: Bool { ports[0].isAlternate(13, 0) && ports[0].isAlternate(14, 0) }
}
