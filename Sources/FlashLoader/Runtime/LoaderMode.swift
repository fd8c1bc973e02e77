// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a call does with the flash controller, as far as the next call depends on it.
package enum LoaderUse: Hashable, Sendable {
    case erasing
    case programming
    /// Through the loader's Read.
    case reading
    /// Through the memory map, without a call.
    case mapped
}

/// What state the controller and the flash are in, as far as the calls tell.
///
/// Most loaders leave another mode behind after each kind of operation (mapped after Init, indirect after Write), and none
/// says which. So Init runs again wherever the kind changes, as ST's tool does before every operation, and after
/// anything that went wrong.
package struct LoaderMode: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        /// Init did not run, or something went wrong since. Next: initialized.
        case unknown
        /// Fresh from Init, for any use when nil. Next: used, unknown.
        case initialized(for: LoaderUse?)
        /// Next: used by the same kind, or initialized.
        case used(LoaderUse)
    }
    private var state = State.unknown

    package init() {}

    package func needsInitialization(for use: LoaderUse) -> Bool {
        switch state {
        case .unknown: true
        case .initialized(let purpose): purpose != nil && purpose != use
        case .used(let last): last != use
        }
    }
    package var isKnown: Bool { state != .unknown }

    /// What has to be closed before Init runs again; nil when there is nothing, or nobody knows.
    package var openUse: LoaderUse? {
        switch state {
        case .unknown: nil
        case .initialized(let purpose): purpose
        case .used(let use): use
        }
    }

    /// `use` is the one that Init prepared for; nil when it prepares for any.
    package mutating func didInitialize(for use: LoaderUse? = nil) { state = .initialized(for: use) }
    /// Called before a use begins: what fails in the middle leaves ``lose()``.
    package mutating func use(_ use: LoaderUse) { state = .used(use) }
    package mutating func lose() { state = .unknown }
}
