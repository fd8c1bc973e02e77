// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// The register blocks of the chip.
struct ChipPeripherals {
    let clockControl: ResetAndClockControl
    let power: PowerControl
    let options: FlashInterface
    let pins: PinMultiplexer
    let quadSPI: QuadSPI
    let debugMCU: DebugMCU
    let watchdogs: [IndependentWatchdog]
    let windowWatchdogs: [WindowWatchdog]
    let timers: [GeneralTimer]
    let dma: [DirectMemoryAccess]
    let masterDMA: MasterDMA
    private let requestMultiplexer: RegisterBank
    private(set) var map = PeripheralMap()
    /// Those that do something by themselves.
    let timed: [Peripheral]

    init(_ context: ChipContext, configuration: BenchConfiguration, part: ChipPart, chips: [SerialBus]) {
        clockControl = ResetAndClockControl(context, crystals: configuration.board.crystals)
        power = PowerControl(context, wiring: configuration.supply)
        let bootsSecondCore = part.hasSecondCore && configuration.application != .m4Unclocked
        options = FlashInterface(
            context, hasSecondCore: part.hasSecondCore, bootsSecondCore: bootsSecondCore)
        pins = PinMultiplexer(context, pins: configuration.board.pins)
        let quadSPI = QuadSPI(context, wires: FlashWires(chips, pins))
        self.quadSPI = quadSPI
        pins.onChange = { [unowned quadSPI] now in quadSPI.pinsChanged(at: now) }
        pins.outside = { [unowned quadSPI] pin in quadSPI.wires.outside(pin) }
        let debugMCU = DebugMCU(context, identity: part.identity)
        self.debugMCU = debugMCU
        watchdogs = (1...2).map { IndependentWatchdog(context, number: $0, debug: debugMCU) }
        windowWatchdogs = (1...2).map { WindowWatchdog(context, number: $0, debug: debugMCU) }
        timers = zip(2...7, [28, 29, 30, 50, 54, 55]).map {
            GeneralTimer(context, number: $0, interruptLine: $1, debug: debugMCU)
        }
        dma = (0..<2).map { _ in DirectMemoryAccess(context) }
        masterDMA = MasterDMA(context, quadSPI: quadSPI)
        quadSPI.masterDMA = masterDMA
        requestMultiplexer = RegisterBank(context)
        timed = [clockControl, quadSPI] + watchdogs + windowWatchdogs + timers
        addModelled(context)
        addRemembered(context)
    }

    /// TIM2's update event is the one DMA request that is modelled (DMAMUX1 id 22).
    func connectRequests(_ port: DirectMemoryAccess.Port) {
        masterDMA.port = port
        let multiplexer = requestMultiplexer
        for (index, controller) in dma.enumerated() {
            controller.port = port
            controller.request = { stream in
                let access = Access(width: .word, master: .dma, now: 0)
                return multiplexer.read(UInt32(4 * (8 * index + stream)), access) & 0x7F
            }
        }
        let controllers = dma
        timers[0].onUpdate = { now in for controller in controllers { controller.serve(22, at: now) } }
    }

    private mutating func addModelled(_ context: ChipContext) {
        for (index, timer) in timers.enumerated() {
            map.add(timer, at: 0x4000_0000 + 0x400 * UInt32(index), gate: ClockGate(.apb1L, UInt32(index)))
        }
        map.add(windowWatchdogs[0], at: 0x5000_3000, gate: ClockGate(.apb3, 6))
        map.add(windowWatchdogs[1], at: 0x4000_2C00, gate: ClockGate(.apb1L, 11))
        map.add(watchdogs[0], at: 0x5800_4800)
        map.add(watchdogs[1], at: 0x5800_4C00)
        map.add(dma[0], at: 0x4002_0000, gate: ClockGate(.ahb1, 0))
        map.add(dma[1], at: 0x4002_0400, gate: ClockGate(.ahb1, 1))
        map.add(requestMultiplexer, at: 0x4002_0800, gate: ClockGate(.ahb1, 0))
        map.add(masterDMA, at: 0x5200_0000, size: 0x1000, gate: ClockGate(.ahb3, 0))
        map.add(options, at: 0x5200_2000)
        map.add(quadSPI, at: 0x5200_5000, gate: ClockGate(.ahb3, 14))
        for (index, port) in pins.ports.enumerated() {
            map.add(port, at: 0x5802_0000 + 0x400 * UInt32(index), gate: ClockGate(.ahb4, UInt32(index)))
        }
        map.add(clockControl, at: 0x5802_4400)
        map.add(power, at: 0x5802_4800)
        map.add(SystemConfiguration(context, options: options), at: 0x5800_0400, gate: ClockGate(.apb4, 1))
        map.add(HardwareSemaphore(context), at: 0x5802_6400, gate: ClockGate(.ahb4, 25))
    }

    /// Blocks that firmware may set up and nothing here depends on.
    private mutating func addRemembered(_ context: ChipContext) {
        for (base, bus, bit) in Self.remembered {
            map.add(RegisterBank(context), at: base, gate: ClockGate(bus, bit))
        }
        // A transmitter that is always ready lets code that prints go on.
        for (base, bus, bit) in Self.serialPorts {
            map.add(
                RegisterBank(context, constants: [(0x1C, 0x0060_00C0)]), at: base, gate: ClockGate(bus, bit))
        }
        map.add(
            RegisterBank(context, constants: [(0x04, 1), (0x08, 0x9E37_79B9)]), at: 0x4802_1800,
            gate: ClockGate(.ahb2, 6))
        map.add(
            RegisterBank(
                context, resetValues: [(0x00, 0x30DB), (0x08, 0x30D2), (0x10, 0x30D2), (0x18, 0x30D2)]),
            at: 0x5200_4000, gate: ClockGate(.ahb3, 12))
        map.add(RegisterBank(context, size: 0x1000), at: 0x5200_3000, size: 0x1000, gate: ClockGate(.ahb3, 5))
        map.add(
            RegisterBank(context, size: 0x2000), at: 0x4002_8000, size: 0x2000, gate: ClockGate(.ahb1, 15))
        // EXTI, RTC (behind RTCAPBEN) and the RAM ECC monitors need no clock bit of their own.
        map.add(RegisterBank(context), at: 0x5800_0000)
        map.add(
            RegisterBank(context, resetValues: [(0x04, 0x2101), (0x0C, 0x07), (0x10, 0x7F_00FF)]),
            at: 0x5800_4000)
        map.add(RegisterBank(context), at: 0x5200_9000)
    }

    private static let serialPorts: [(UInt32, BusClock, UInt32)] = [
        (0x4000_4400, .apb1L, 17), (0x4000_4800, .apb1L, 18), (0x4000_4C00, .apb1L, 19),
        (0x4000_5000, .apb1L, 20),
        (0x4000_7800, .apb1L, 30), (0x4000_7C00, .apb1L, 31), (0x4001_1000, .apb2, 4),
        (0x4001_1400, .apb2, 5),
        (0x5800_0C00, .apb4, 3),
    ]
    /// TIM12...14, LPTIM1, SPI2/3, SPDIFRX, I2C1...3, CEC, DAC; CRS, SWPMI, OPAMP, MDIOS, FDCAN; TIM1, TIM8, SPI1,
    /// SPI4, TIM15...17, SPI5, SAI1...3, DFSDM, HRTIM; ADC1/2, ART; DCMI, SDMMC2; LTDC, DMA2D, DLYB, SDMMC1; SPI6,
    /// I2C4, LPTIM2...5, COMP, VREF, SAI4; CRC, BDMA, DMAMUX2, ADC3.
    private static let remembered: [(UInt32, BusClock, UInt32)] = [
        (0x4000_1800, .apb1L, 6), (0x4000_1C00, .apb1L, 7), (0x4000_2000, .apb1L, 8),
        (0x4000_2400, .apb1L, 9),
        (0x4000_3800, .apb1L, 14), (0x4000_3C00, .apb1L, 15), (0x4000_4000, .apb1L, 16),
        (0x4000_5400, .apb1L, 21),
        (0x4000_5800, .apb1L, 22), (0x4000_5C00, .apb1L, 23), (0x4000_6C00, .apb1L, 27),
        (0x4000_7400, .apb1L, 29),
        (0x4000_8400, .apb1H, 1), (0x4000_8800, .apb1H, 2), (0x4000_9000, .apb1H, 4),
        (0x4000_9400, .apb1H, 5),
        (0x4000_A000, .apb1H, 8), (0x4000_A400, .apb1H, 8), (0x4001_0000, .apb2, 0), (0x4001_0400, .apb2, 1),
        (0x4001_3000, .apb2, 12), (0x4001_3400, .apb2, 13), (0x4001_4000, .apb2, 16),
        (0x4001_4400, .apb2, 17),
        (0x4001_4800, .apb2, 18), (0x4001_5000, .apb2, 20), (0x4001_5800, .apb2, 22),
        (0x4001_5C00, .apb2, 23),
        (0x4001_6000, .apb2, 24), (0x4001_7000, .apb2, 28), (0x4001_7400, .apb2, 29), (0x4002_2000, .ahb1, 5),
        (0x4002_4400, .ahb1, 14), (0x4802_0000, .ahb2, 0), (0x4802_2400, .ahb2, 9), (0x5000_1000, .apb3, 3),
        (0x5200_1000, .ahb3, 4), (0x5200_6000, .ahb3, 14), (0x5200_7000, .ahb3, 16), (0x5200_8000, .ahb3, 16),
        (0x5800_1400, .apb4, 5), (0x5800_1C00, .apb4, 7), (0x5800_2400, .apb4, 9), (0x5800_2800, .apb4, 10),
        (0x5800_2C00, .apb4, 11), (0x5800_3000, .apb4, 12), (0x5800_3800, .apb4, 14),
        (0x5800_3C00, .apb4, 15),
        (0x5800_5400, .apb4, 21), (0x5802_4C00, .ahb4, 19), (0x5802_5400, .ahb4, 21),
        (0x5802_5800, .ahb4, 21),
        (0x5802_6000, .ahb4, 24),
    ]
}
