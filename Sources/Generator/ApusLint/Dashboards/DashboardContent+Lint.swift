import ApusPromQL

extension DashboardContent {
    func lint(_ settings: LintSettings, _ collector: inout FindingCollector, _ report: inout LintReport) {
        report.dashboards += 1
        let (queries, skipped) = queries()
        report.skipped.merge(skipped, uniquingKeysWith: +)
        report.expressions += queries.count
        var fixedWindows: [(PromQLFinding, LintExpression)] = []
        let variables = isWhole ? variableNames : nil
        for query in queries {
            let expression = query.expression
            switch expression.parsed {
            case .failure(let error): collector.note(error, in: expression)
            case .success(let parsed):
                guard !settings.isSyntaxOnly else { continue }
                let context = CheckContext(
                    .panel, strictness: .foreign, scrapeInterval: settings.scrapeInterval,
                    reportsUnknownMetrics: settings.reportsUnknownMetrics)
                for finding in parsed.findings(declarations: settings.declarations, context: context) {
                    if finding.kind == .fixedWindowInPanel {
                        fixedWindows.append((finding, expression))
                    } else if !(query.isAuxiliary && finding.kind == .bareCounter) {
                        collector.note(finding, in: expression)
                    }
                }
            }
            if let variables, !settings.isSyntaxOnly { checkVariables(of: expression, variables, &collector) }
        }
        guard !settings.isSyntaxOnly else { return }
        note(fixedWindows: fixedWindows, &collector)
        checkUID(&collector)
        checkPanels(&collector)
    }

    /// Said once, at the first: a dashboard has one habit.
    private func note(fixedWindows findings: [(PromQLFinding, LintExpression)], _ collector: inout FindingCollector) {
        guard let (first, expression) = findings.first else { return }
        let others = findings.count - 1
        let more = others > 0 ? " (and \(others) more in this dashboard)" : ""
        collector.note(PromQLFinding(first.kind, first.severity, at: first.position, first.message + more), in: expression)
    }

    private func checkVariables(of expression: LintExpression, _ known: Set<String>, _ collector: inout FindingCollector) {
        var seen: Set<String> = []
        for reference in VariableReference.all(in: expression.text)
        where !reference.isBuiltIn && !known.contains(reference.name) && seen.insert(reference.name).inserted {
            // A group of a regular expression, which its replacement names.
            if expression.text.contains("?P<\(reference.name)>") || expression.text.contains("?<\(reference.name)>") {
                continue
            }
            collector.note(
                .undefinedVariable, .error, at: reference.offset, in: expression,
                "the dashboard has no variable \(reference.name), and the query keeps it as it stands here: define it")
        }
    }

    /// One over 40 characters, or with others than these, stops Grafana's whole provider.
    private func checkUID(_ collector: inout FindingCollector) {
        guard let node = root["uid"], let uid = node.text, !uid.isEmpty else { return }
        let isLegal = uid.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        if uid.utf8.count > 40 || !isLegal {
            collector.note(
                .illegalUID, .error, at: node, in: source,
                "the uid \(uid) is no uid for Grafana: take up to 40 letters, digits, - and _")
        }
    }
}
