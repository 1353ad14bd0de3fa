import CLinux

extension SeriesCells {
    /// Adds to a counter and keeps what the increment stands for.
    public func add(_ amount: UInt64, exemplar labels: [(String, String)]) {
        add(amount)
        keep(labels, value: Double(amount), slot: 0)
    }

    /// Adds to a counter that is kept as a double, and keeps what the increment stands for.
    public func add(_ amount: Double, exemplar labels: [(String, String)]) {
        add(amount)
        keep(labels, value: amount, slot: 0)
    }

    /// Counts an observation in a histogram and keeps what it stands for, with the bucket that it falls into.
    public func observe(_ value: Double, exemplar labels: [(String, String)]) {
        guard isHistogram else { return }
        let index = bucket(of: value)
        count(value, in: index)
        keep(labels, value: value, slot: index)
    }

    /// Keeps an exemplar where the series has room for some; one that OpenMetrics would not allow is left out.
    ///
    /// - Parameter slot: below the number of slots that the series was registered with.
    private func keep(_ labels: [(String, String)], value: Double, slot: Int) {
        guard exemplars != 0, value.isFinite, let mapping = owner.mapping else { return }
        withUnsafeTemporaryAllocation(byteCount: ExemplarSlot.labelCapacity, alignment: 8) { buffer in
            buffer.initializeMemory(as: UInt64.self, repeating: 0)
            var text = ExemplarText(buffer)
            for (index, label) in labels.enumerated() where !label.1.isEmpty {
                guard !labels[..<index].contains(where: { $0.0 == label.0 }), text.append(label.0, label.1) else { return }
            }
            mapping.exemplarSlot(Int(exemplars) + slot * ExemplarSlot.size).write(
                labels: UnsafeRawBufferPointer(buffer), count: text.count, value: value, moment: apus_realtime_nanoseconds())
        }
    }
}
