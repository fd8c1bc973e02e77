// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A bench whose flash outlives it.
extension SimulatedBench {
    /// Switches a bench on with the flash its `stateDirectory` keeps; without one it is like any other.
    ///
    /// The directory is this bench's alone until it is gone, and changes as the flash does: a process that is killed
    /// takes the supply away. Of a chip that is not fitted (`fault=absent`) what is kept stays as it is.
    package static func open(_ configuration: BenchConfiguration) throws(BenchError) -> SimulatedBench {
        var directory: StateDirectory?
        if let path = configuration.stateDirectory { directory = try StateDirectory(path) }
        let chips = try Machine.makeChips(configuration, directory)
        let machine = Machine(configuration, chips: chips, keepsState: directory != nil)
        return SimulatedBench(configuration, target: machine, state: directory)
    }

    /// Ends a run as it should end: the flash finishes what it is busy with, and what it keeps is on the disk.
    ///
    /// Does nothing on a bench without a state directory.
    package func saveState() throws(BenchError) {
        guard let stateDirectory, let machine = target as? Machine else { return }
        machine.finishFlash()
        try stateDirectory.synchronize()
    }
}
