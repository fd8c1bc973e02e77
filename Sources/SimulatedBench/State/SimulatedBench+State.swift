// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A bench whose flash outlives it.
extension SimulatedBench {
    /// Switches a bench on with the flash its `stateDirectory` keeps; without one it is like any other.
    ///
    /// The directory is this bench's alone until it is gone. Of a chip that is not fitted (`fault=absent`) what is kept
    /// stays as it is.
    package static func open(_ configuration: BenchConfiguration) throws(BenchError) -> SimulatedBench {
        guard let path = configuration.stateDirectory else { return SimulatedBench(configuration) }
        let directory = try StateDirectory(path)
        var configuration = configuration
        for (position, chip) in configuration.board.chips.enumerated() {
            let bank = chip.wiring.bank
            guard let part = FlashPart.fitted(configuration.fault(bank: bank)) else { continue }
            var factory = part.factoryState
            if let cells = configuration.initialCells(of: position) { factory.cells = cells }
            configuration.flashStates[bank] = try directory.load(
                position, count: part.count, factory: factory)
        }
        return SimulatedBench(configuration, target: Machine(configuration), state: directory)
    }

    /// Keeps the flash as it would be found the next time it gets power; what it is busy with now, it finishes first.
    ///
    /// Does nothing on a bench without a state directory.
    package func saveState() throws(BenchError) {
        guard let stateDirectory, let machine = target as? Machine else { return }
        let states = machine.lastingFlashStates
        for (position, chip) in configuration.board.chips.enumerated() {
            if let state = states[chip.wiring.bank] { try stateDirectory.save(state, of: position) }
        }
    }
}

extension BenchConfiguration {
    /// What the chip at `position` holds of ``flashContents``: the first one all of it, in dual-flash mode each every
    /// other byte.
    func initialCells(of position: Int) -> [UInt8]? {
        guard let flashContents, position == 0 || board.isDualFlash else { return nil }
        guard board.isDualFlash else { return flashContents }
        return stride(from: position, to: flashContents.count, by: board.chips.count).map {
            flashContents[$0]
        }
    }
}
