// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs
import ProductionStore

/// One tester's connection: what it has selected, and what it waits for.
actor GangSession {
    private let station: Station
    private let reply: @Sendable (GangReply) -> Void
    /// Channels that commands without channels are for.
    private var modules = GangChannels.all
    private var recipe: String?
    /// The job of each channel that this tester has started.
    private var active: [Int: Int64] = [:]

    /// `reply` takes what is to be sent, in order.
    init(_ station: Station, reply: @escaping @Sendable (GangReply) -> Void) {
        (self.station, self.reply) = (station, reply)
        recipe = station.context.definition.gang?.recipe
    }

    func take(_ line: GangLines.Line) async {
        guard case .text(let text) = line else { return reply(.unknown) }
        let command: GangCommand
        do throws(GangCommand.Mistake) { command = try GangCommand(text) } catch {
            switch error {
            case .unknown: reply(.unknown)
            case .argument(let detail): refuse(GangFailure.other, detail)
            }
            return
        }
        await carryOut(command)
    }

    private func carryOut(_ command: GangCommand) async {
        switch command {
        case .auto(let channels, let patch): await start(channels, patch)
        case .cancel(let channels): await cancel(channels)
        case .status(let channels): await tellStatus(channels)
        case .result(let channels): await tellResults(channels)
        case .select(let name): select(name)
        case .selectModules(let channels): await selectModules(channels)
        case .step(let word):
            refuse(GangFailure.other, "\(word) alone leaves no record of a unit; use #AUTO")
        case .file(let number):
            refuse(number, "a station keeps no files; images come with its recipes")
        case .baudRate: refuse(GangFailure.other, "this is no serial line")
        }
    }

    /// Known, but not to be had.
    private func refuse(_ number: Int, _ detail: String) {
        reply(.acknowledged)
        reply(.failure(GangFailure(number: number, detail: detail)))
    }

    // MARK: - Work

    private func start(_ channels: GangChannels?, _ patch: String?) async {
        guard let slots = await slots(of: channels) else { return }
        guard slots.allSatisfy({ active[$0.channel] == nil && !$0.isBusy }) else { return reply(.busy) }
        reply(.acknowledged)
        for slot in slots { begin(slot, patch) }
        if active.isEmpty { reply(.done) }
    }

    private func begin(_ slot: Slot, _ patch: String?) {
        do throws(StationError) {
            guard let recipe else { throw .badRequest("no project is selected: #SELECT names a recipe") }
            var request = UnitJobRequest(recipe: recipe)
            (request.patch, request.operatorName) = (patch, "gang port")
            let job = try station.submit(request, to: slot.state.name)
            active[slot.channel] = job.id
            Task { await tellEnd(of: job.id, on: slot.channel) }
        } catch {
            reply(.result(channel: slot.channel, .failed(Self.failure(error))))
        }
    }

    private func tellEnd(of job: Int64, on channel: Int) async {
        await station.waitForEnd(of: job)
        active[channel] = nil
        reply(.result(channel: channel, result(of: job)))
        if active.isEmpty { reply(.done) }
    }

    private func result(of job: Int64) -> GangResult {
        do throws(StoreError) {
            let job = try station.context.memory.queue.job(job)
            guard let unit = job.unit else {
                return .failed(
                    job.state == .cancelled
                        ? GangFailure(number: GangFailure.cancelled, detail: "cancelled")
                        : GangFailure(number: GangFailure.other, detail: "no record could be kept"))
            }
            return GangResult(try station.context.memory.units.unit(unit))
        } catch { return .failed(Self.failure(error)) }
    }

    private func cancel(_ channels: GangChannels?) async {
        guard let slots = await slots(of: channels) else { return }
        reply(.acknowledged)
        for slot in slots {
            do throws(StationError) {
                if let job = active[slot.channel] {
                    _ = try await station.cancel(job: job)
                } else {
                    _ = try await station.cancel(slot: slot.state.name)
                }
            } catch { reply(.result(channel: slot.channel, .failed(Self.failure(error)))) }
        }
        if active.isEmpty { reply(.done) }
    }

    // MARK: - Questions

    private func select(_ name: String) {
        guard active.isEmpty else { return reply(.busy) }
        reply(.acknowledged)
        do throws(StoreError) {
            _ = try station.context.memory.recipes.approved(name)
            recipe = name
            reply(.okay)
        } catch { reply(.failure(GangFailure(number: 10, detail: "\(error.code) \(error.summary)"))) }
    }

    private func selectModules(_ channels: GangChannels?) async {
        guard active.isEmpty else { return reply(.busy) }
        guard let slots = await slots(of: channels) else { return }
        if let channels { modules = channels }
        reply(.acknowledged)
        reply(.selected(slots.map(\.channel)))
    }

    /// Of the first channel that works; `READY` when none does.
    private func tellStatus(_ channels: GangChannels?) async {
        guard let slots = await slots(of: channels) else { return }
        reply(.acknowledged)
        reply(.status(slots.first { $0.isBusy }?.status ?? "READY"))
    }

    private func tellResults(_ channels: GangChannels?) async {
        guard let slots = await slots(of: channels) else { return }
        reply(.acknowledged)
        for slot in slots { reply(.result(channel: slot.channel, lastResult(of: slot))) }
    }

    private func lastResult(of slot: Slot) -> GangResult {
        guard let unit = slot.state.unit else {
            return .failed(GangFailure(number: GangFailure.other, detail: "there was no unit yet"))
        }
        do throws(StoreError) { return GangResult(try station.context.memory.units.unit(unit)) } catch {
            // Its record is opened once the board was looked at.
            if slot.isBusy {
                return .failed(GangFailure(number: GangFailure.other, detail: "the unit is in work"))
            }
            return .failed(Self.failure(error))
        }
    }

    // MARK: - Channels

    private struct Slot {
        let channel: Int
        let state: SlotState

        var isBusy: Bool { state.activity == .running || state.queued > 0 }
        var status: String {
            switch state.phase {
            case "survey": "INITIALIZING"
            case "erase": "ERASING"
            case "program": "PROGRAMMING"
            case "verify", "read": "VERIFYING"
            default: "CONNECTING"
            }
        }
    }

    /// Nil after a refusal was sent.
    private func slots(of channels: GangChannels?) async -> [Slot]? {
        let all: [Slot]
        do throws(StationError) {
            all = try await station.slots().enumerated().map {
                Slot(channel: $0.offset + 1, state: $0.element)
            }
        } catch {
            reply(.acknowledged)
            reply(.failure(Self.failure(error)))
            return nil
        }
        guard case .some(let numbers) = channels ?? modules else { return all }
        if let stranger = numbers.first(where: { $0 > all.count }) {
            refuse(GangFailure.other, "there is no channel \(stranger); the last is \(all.count)")
            return nil
        }
        return numbers.map { all[$0 - 1] }
    }

    private static func failure(_ error: any Diagnosable) -> GangFailure {
        let origin = error.origin
        return GangFailure(number: GangFailure.other, detail: "\(origin.code) \(origin.summary)")
    }
}
