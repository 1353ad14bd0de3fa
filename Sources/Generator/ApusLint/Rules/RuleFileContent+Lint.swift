import ApusMetrics
import ApusPromQL
import ApusText

extension RuleFileContent {
    func lint(_ settings: LintSettings, _ collector: inout FindingCollector, _ report: inout LintReport) {
        var names: Set<String> = []
        for group in groups {
            report.rules += group.rules.count
            report.expressions += group.rules.reduce(0) { $0 + $1.expressions.count }
            if !settings.isSyntaxOnly {
                checkForm(of: group, &collector)
                if let name = group.name, !names.insert(name).inserted {
                    collector.note(
                        .duplicateRule, .error, at: group.node["name"] ?? group.node, in: source,
                        "a second group \(name) in one file, which Prometheus refuses: give it a name of its own")
                }
            }
            for rule in group.rules { lint(rule, of: group, settings, &collector) }
            if !settings.isSyntaxOnly { checkDuplicates(in: group, &collector) }
        }
    }

    private func lint(_ rule: Rule, of group: Group, _ settings: LintSettings, _ collector: inout FindingCollector) {
        if !settings.isSyntaxOnly { checkForm(of: rule, &collector) }
        for expression in rule.expressions {
            switch expression.parsed {
            case .failure(let error): collector.note(error, in: expression)
            case .success(let parsed):
                guard !settings.isSyntaxOnly else { continue }
                let context = CheckContext(
                    rule.isOfGrafana ? .panel : rule.record == nil ? .alert : .recording, strictness: .foreign,
                    scrapeInterval: settings.scrapeInterval, evaluationInterval: group.interval ?? settings.evaluationInterval,
                    reportsUnknownMetrics: settings.reportsUnknownMetrics)
                for finding in parsed.findings(declarations: settings.declarations, context: context)
                where !(rule.isOfGrafana && finding.kind == .fixedWindowInPanel) {
                    collector.note(finding, in: expression)
                }
                if rule.alert != nil { checkReferences(of: rule, parsed, settings.declarations, &collector) }
            }
        }
        if rule.alert != nil, !settings.isSyntaxOnly {
            if !rule.isOfGrafana { checkTemplates(of: rule, &collector) }
            checkSeverity(of: rule, in: group, &collector)
            checkWait(of: rule, interval: group.interval ?? settings.evaluationInterval, &collector)
        }
    }

    // MARK: - Form

    private func checkForm(of group: Group, _ collector: inout FindingCollector) {
        if group.name?.isEmpty ?? true, group.node["name"]?.expressionText == nil {
            collector.note(.malformedRule, .error, at: group.node, in: source, "the group has no name: give it one")
        }
        if let interval = group.node["interval"], interval.expressionText.flatMap({ DurationText.milliseconds(in: $0) }) == nil
        {
            collector.note(
                .malformedRule, .error, at: interval, in: source,
                "\(interval.expressionText ?? "this") is no interval: write a duration such as 30s")
        }
    }

    private func checkForm(of rule: Rule, _ collector: inout FindingCollector) {
        guard !rule.isOfGrafana else { return }
        if (rule.alert == nil) == (rule.record == nil) {
            collector.note(
                .malformedRule, .error, at: rule.node, in: source,
                rule.alert == nil
                    ? "the rule has neither alert nor record: name what it is" : "the rule has alert and record: leave one out")
        }
        if rule.expressions.isEmpty {
            collector.note(.malformedRule, .error, at: rule.node, in: source, "the rule has no expression: give it an expr")
        }
        if let record = rule.record, let name = record.text, !MetricName.isLegal(name) {
            collector.note(
                .malformedRule, .warning, at: record, in: source,
                "\(name) is no name of a metric before Prometheus 3:"
                    + " write letters, digits, _ and :, such as job:requests:rate5m"
            )
        }
        for key in ["for", "keep_firing_for"] {
            guard let wait = rule.node[key] else { continue }
            if rule.record != nil {
                collector.note(.malformedRule, .error, at: wait, in: source, "a recording rule has no \(key): leave it out")
            } else if wait.expressionText.flatMap({ DurationText.milliseconds(in: $0) }) == nil {
                collector.note(
                    .malformedRule, .error, at: wait, in: source,
                    "\(wait.expressionText ?? "this") is no duration: write one such as 5m")
            }
        }
    }

    private func checkDuplicates(in group: Group, _ collector: inout FindingCollector) {
        var seen: Set<[String]> = []
        for rule in group.rules {
            guard let name = rule.alert ?? rule.record, let text = name.text, let expression = rule.expressions.first else {
                continue
            }
            let labels = (rule.node["labels"]?.entries ?? []).map { "\($0.key)=\($0.value.text ?? "")" }.sorted()
            let form = expression.expression?.description ?? expression.text
            if !seen.insert([text, form] + labels).inserted {
                collector.note(
                    .duplicateRule, .warning, at: name, in: source,
                    "\(text) stands twice in the group, with one expression and the same labels: leave one out")
            }
        }
    }

    // MARK: - Alerts

    private func checkSeverity(of rule: Rule, in group: Group, _ collector: inout FindingCollector) {
        guard let alert = rule.alert, rule.node["labels"]?["severity"] == nil, group.node["labels"]?["severity"] == nil else {
            return
        }
        collector.note(
            .missingSeverity, .warning, at: alert, in: source,
            "\(alert.text ?? "the alert") has no label severity, by which alerts are routed: give it one")
    }

    private func checkWait(of rule: Rule, interval: Duration?, _ collector: inout FindingCollector) {
        guard let interval, let node = rule.node["for"], let text = node.expressionText,
            let milliseconds = DurationText.milliseconds(in: text), milliseconds > 0, .milliseconds(milliseconds) < interval * 2
        else { return }
        collector.note(
            .shortFor, .warning, at: node, in: source,
            "for \(text) is shorter than two evaluations, every \(DurationText.string(interval)), and waits for one at most:"
                + " write at least \(DurationText.string(interval * 2))")
    }

    /// The templates of an alert, each with the entry that it is the value of.
    private func templates(of rule: Rule) -> [(section: String, entry: DocumentNode.Entry, template: AlertTemplate)] {
        ["labels", "annotations"].flatMap { section in
            (rule.node[section]?.entries ?? []).compactMap { entry in
                entry.value.text.map { (section, entry, AlertTemplate($0)) }
            }
        }
    }

    private func checkTemplates(of rule: Rule, _ collector: inout FindingCollector) {
        for (_, entry, template) in templates(of: rule) {
            for fault in template.faults {
                let kind: LintKind =
                    switch fault.kind {
                    case .form: .malformedTemplate
                    case .function: .unknownTemplateFunction
                    case .variable: .unknownTemplateVariable
                    }
                collector.note(kind, .error, at: entry.value, offset: fault.offset, in: source, fault.message)
            }
        }
    }

    private func checkReferences(
        of rule: Rule, _ expression: PromQLExpression, _ declarations: SeriesDeclarations, _ collector: inout FindingCollector
    ) {
        let waits = rule.node["for"]?.expressionText.flatMap { DurationText.milliseconds(in: $0) }.map { $0 > 0 } ?? false
        var missing: Set<String> = []
        for (section, entry, template) in templates(of: rule) {
            for reference in template.references {
                switch reference.subject {
                case .value where section == "labels":
                    collector.note(
                        .changingLabel, waits ? .error : .warning, at: entry.value, offset: reference.offset, in: source,
                        "the label \(entry.key) has the value in it, and with each change of it the alert is another one,"
                            + " which waits anew: move it to an annotation")
                case .label(let name)
                where !expression.canHaveLabel(name, declarations: declarations) && missing.insert(name).inserted:
                    let labels = expression.resultLabels(declarations: declarations) ?? []
                    collector.note(
                        .missingTemplateLabel, .warning, at: entry.value, offset: reference.offset, in: source,
                        "the alert has no label \(name), which is empty here: "
                            + (labels.isEmpty
                                ? "keep it in the expression's grouping" : "it has \(labels.joined(separator: ", "))"))
                default: break
                }
            }
        }
    }
}
