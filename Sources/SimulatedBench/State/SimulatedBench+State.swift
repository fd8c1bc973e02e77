// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A bench whose flash outlives it.
extension SimulatedBench {
    /// Switches a bench on with the flash its `stateDirectory` keeps; without one it is like any other.
    ///
    /// The directory is this bench's alone until it is gone. With no flash fitted (`fault=absent`) the directory is left
    /// as it is.
    package static func open(_ configuration: BenchConfiguration) throws(BenchError) -> SimulatedBench {
        guard let path = configuration.stateDirectory else { return SimulatedBench(configuration) }
        let directory = try StateDirectory(path)
        var configuration = configuration
        if let part = FlashPart.fitted(configuration.flashFault) {
            var factory = part.factoryState
            if let contents = configuration.flashContents { factory.cells = contents }
            if let kept = try directory.load(count: part.count, factory: factory) {
                configuration.flashState = kept
            }
        }
        return SimulatedBench(configuration, target: Machine(configuration), state: directory)
    }

    /// Keeps the flash as it would be found the next time it gets power; what it is busy with now, it finishes first.
    ///
    /// Does nothing on a bench without a state directory.
    package func saveState() throws(BenchError) {
        guard let stateDirectory, let machine = target as? Machine, let state = machine.lastingFlashState
        else { return }
        try stateDirectory.save(state)
    }
}
