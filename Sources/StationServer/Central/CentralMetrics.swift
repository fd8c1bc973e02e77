// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ProductionJobs

/// The central database in the text form of Prometheus, behind the station's own figures.
struct CentralMetrics {
    let status: CentralStatus
    let now: Timestamp

    var text: String {
        let oldest = status.oldestWaiting.flatMap { Timestamp($0) } ?? now
        return """
            # HELP extflash_central_connected Whether the last exchange with the central database succeeded.
            # TYPE extflash_central_connected gauge
            extflash_central_connected \(status.isConnected ? 1 : 0)
            # HELP extflash_central_conflict Whether a person has to settle something with the central database.
            # TYPE extflash_central_conflict gauge
            extflash_central_conflict \(status.conflict == nil ? 0 : 1)
            # HELP extflash_central_outbox_records Records that the central database does not have yet.
            # TYPE extflash_central_outbox_records gauge
            extflash_central_outbox_records \(status.waiting)
            # HELP extflash_central_outbox_oldest_seconds Age of the oldest of them.
            # TYPE extflash_central_outbox_oldest_seconds gauge
            extflash_central_outbox_oldest_seconds \(max(0, now.seconds - oldest.seconds))
            # HELP extflash_central_last_error Why the last exchange failed, as a label.
            # TYPE extflash_central_last_error gauge
            extflash_central_last_error{code="\(status.problem?.code ?? "")"} \(status.problem == nil ? 0 : 1)

            """ + leases
    }

    private var leases: String {
        guard !status.pools.isEmpty else { return "" }
        let samples = status.pools.map { "extflash_central_lease_left{pool=\"\($0.name)\"} \($0.left)\n" }
        return "# HELP extflash_central_lease_left Leased serial numbers that were not given yet.\n"
            + "# TYPE extflash_central_lease_left gauge\n" + samples.joined()
    }
}
