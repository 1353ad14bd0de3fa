/// What systemd's catalogued messages tell (systemd/sd-messages.h) that operators count.
package enum JournalEvent: String, Sendable, CaseIterable {
    /// A start job was done: SD_MESSAGE_UNIT_STARTED with JOB_RESULT=done.
    case started
    /// A unit ended well: SD_MESSAGE_UNIT_SUCCESS.
    case succeeded
    /// A start job failed: SD_MESSAGE_UNIT_FAILED.
    case startFailed = "start_failed"
    /// A unit entered the failed state, by its result: SD_MESSAGE_UNIT_FAILURE_RESULT.
    case failed
    /// A unit's main or control process ended, by code and status: SD_MESSAGE_UNIT_PROCESS_EXIT.
    case processExited = "process_exited"
    /// systemd scheduled a restart of a unit: SD_MESSAGE_UNIT_RESTART_SCHEDULED.
    case restartScheduled = "restart_scheduled"
    /// The kernel killed a process of the unit for want of memory: SD_MESSAGE_UNIT_OUT_OF_MEMORY.
    case outOfMemory = "out_of_memory"
    /// systemd-oomd killed the unit: SD_MESSAGE_UNIT_OOMD_KILL.
    case oomdKilled = "oomd_killed"
    /// A process of the unit dumped core: SD_MESSAGE_COREDUMP.
    case coreDumped = "core_dumped"
    /// journald's rate limit dropped messages of the unit; each of them counts (N_DROPPED): SD_MESSAGE_JOURNAL_DROPPED.
    case messagesSuppressed = "messages_suppressed"
    /// journald came too late for messages of the kernel: SD_MESSAGE_JOURNAL_MISSED.
    case kernelMessagesMissed = "kernel_messages_missed"

    private static let catalogue: [UInt128: JournalEvent] = [
        0x39f5_3479_d3a0_45ac_8e11_7862_4823_1fbf: .started,
        0x7ad2_d189_f7e9_4e70_a38c_7813_5491_2448: .succeeded,
        0xbe02_cf68_55d2_428b_a40d_f7e9_d022_f03d: .startFailed,
        0xd9b3_73ed_55a6_4feb_8242_e02d_be79_a49c: .failed,
        0x98e3_2220_3f7a_4ed2_90d0_9fe0_3c09_fe15: .processExited,
        0x5eb0_3494_b658_4870_a536_b337_2908_09b3: .restartScheduled,
        0xfe6f_aa94_e777_4663_a0da_5271_7891_d8ef: .outOfMemory,
        0xd989_611b_15e4_4c9d_bf31_e3c8_1256_e4ed: .oomdKilled,
        0xfc2e_22bc_6ee6_47b6_b907_29ab_34a2_50b1: .coreDumped,
        0xa596_d6fe_7bfa_4994_828e_7230_9e95_d61e: .messagesSuppressed,
        0xe9bf_28e6_e834_481b_b6f4_8f54_8ad1_3606: .kernelMessagesMissed,
    ]

    /// Finds the event by the field MESSAGE_ID; `nil` for other messages.
    init?(messageID: UInt128) {
        guard let event = Self.catalogue[messageID] else { return nil }
        self = event
    }

    /// Whether an entry by a process of this unit tells of the event truly, whatever user wrote it. systemd-coredump gives up root
    /// before it writes, and no other program runs in its units.
    func isWritten(byUnit unit: UnsafeRawBufferPointer) -> Bool {
        self == .coreDumped && unit.starts(with: "systemd-coredump@".utf8)
    }

    /// The field that must say `done`.
    var resultField: JournalField? { self == .started ? JournalField("JOB_RESULT") : nil }

    /// The fields that name the unit an event is about, not the one whose process wrote of it.
    static let unitFields = [
        JournalField("UNIT"), JournalField("OBJECT_SYSTEMD_UNIT"), JournalField("COREDUMP_UNIT"), JournalField("USER_UNIT"),
    ]

    var causeField: JournalField? {
        switch self {
        case .failed: JournalField("UNIT_RESULT")
        case .processExited: JournalField("EXIT_CODE")
        case .coreDumped: JournalField("COREDUMP_SIGNAL_NAME")
        default: nil
        }
    }

    var statusField: JournalField? { self == .processExited ? JournalField("EXIT_STATUS") : nil }

    var amountField: JournalField? { self == .messagesSuppressed ? JournalField("N_DROPPED") : nil }
}

/// The event, unit and cause by which events are counted: one series.
package struct JournalEventSeries: Sendable, Hashable {
    package let event: JournalEvent
    /// The number of the user whose manager has the unit; `nil` of a unit of the system.
    package let owner: String?
    /// The unit that it is about; empty where none is named.
    package let unit: String
    /// Why it happened: `exit-code`, `signal`, `watchdog`, … of ``JournalEvent/failed``, `exited`, `killed`, `dumped` of
    /// ``JournalEvent/processExited``, the signal of ``JournalEvent/coreDumped``; otherwise empty.
    package let cause: String
    /// The exit status or signal number of ``JournalEvent/processExited``; otherwise empty.
    package internal(set) var status: String

    init(event: JournalEvent, owner: String? = nil, unit: String, cause: String = "", status: String = "") {
        self.event = event
        self.owner = owner
        self.unit = unit
        self.cause = cause
        self.status = status
    }

    /// The name of a user's unit; `nil` of a unit of the system.
    var ownedName: JournalOwnedName? { owner.map { JournalOwnedName(owner: $0, name: unit) } }
}
