import ApusFiles

/// Alertmanager's configuration file (https://prometheus.io/docs/alertmanager/0.25/configuration/), as far as it is generated.
struct AlertmanagerConfiguration: Encodable {
    let route: RouteNode
    let inhibitRules: [InhibitRule]
    let receivers: [Placed<ReceiverNode>]

    struct RouteNode: Encodable {
        let receiver: String
        private(set) var groupBy: [String]?
        private(set) var groupWait: String?
        private(set) var groupInterval: String?
        let repeatInterval: String?
        private(set) var matchers: [String]?
        private(set) var routes: [Placed<RouteNode>]?

        /// The top of the tree, which every alert fits.
        init(
            receiver: String, groupBy: [String], groupWait: String, groupInterval: String, repeatInterval: String,
            routes: [Placed<RouteNode>]
        ) {
            self.receiver = receiver
            self.groupBy = groupBy
            self.groupWait = groupWait
            self.groupInterval = groupInterval
            self.repeatInterval = repeatInterval
            self.routes = routes.isEmpty ? nil : routes
        }

        /// A leaf; what is nil is as above it.
        init(receiver: String, matchers: [String], repeatInterval: String?) {
            self.receiver = receiver
            self.matchers = matchers
            self.repeatInterval = repeatInterval
        }

        enum CodingKeys: String, CodingKey {
            case receiver
            case groupBy = "group_by"
            case groupWait = "group_wait"
            case groupInterval = "group_interval"
            case repeatInterval = "repeat_interval"
            case matchers, routes
        }
    }

    struct InhibitRule: Encodable {
        let sourceMatchers: [String]
        let targetMatchers: [String]
        let equal: [String]

        enum CodingKeys: String, CodingKey {
            case sourceMatchers = "source_matchers"
            case targetMatchers = "target_matchers"
            case equal
        }
    }

    struct ReceiverNode: Encodable {
        let name: String
        private(set) var webhookConfigs: [Webhook]?
        private(set) var emailConfigs: [Email]?
        private(set) var pagerDutyConfigs: [PagerDuty]?
        private(set) var slackConfigs: [Slack]?

        /// Lists without an entry are left out.
        init(
            name: String, webhooks: [Webhook] = [], emails: [Email] = [], pagerDuties: [PagerDuty] = [], slacks: [Slack] = []
        ) {
            self.name = name
            webhookConfigs = webhooks.isEmpty ? nil : webhooks
            emailConfigs = emails.isEmpty ? nil : emails
            pagerDutyConfigs = pagerDuties.isEmpty ? nil : pagerDuties
            slackConfigs = slacks.isEmpty ? nil : slacks
        }

        enum CodingKeys: String, CodingKey {
            case name
            case webhookConfigs = "webhook_configs"
            case emailConfigs = "email_configs"
            case pagerDutyConfigs = "pagerduty_configs"
            case slackConfigs = "slack_configs"
        }
    }

    struct Webhook: Encodable {
        let url: String
        let sendResolved = true

        enum CodingKeys: String, CodingKey {
            case url
            case sendResolved = "send_resolved"
        }
    }

    struct Email: Encodable {
        let to: String
        let from: String
        let smartHost: String
        let user: String
        let passwordFile: String
        let sendResolved = true

        enum CodingKeys: String, CodingKey {
            case to, from
            case smartHost = "smarthost"
            case user = "auth_username"
            case passwordFile = "auth_password_file"
            case sendResolved = "send_resolved"
        }
    }

    struct PagerDuty: Encodable {
        let routingKeyFile: String
        let severity: String
        let sendResolved = true

        enum CodingKeys: String, CodingKey {
            case routingKeyFile = "routing_key_file"
            case severity
            case sendResolved = "send_resolved"
        }
    }

    struct Slack: Encodable {
        let channel: String
        let webhookFile: String
        let title: String
        let text: String
        let sendResolved = true

        enum CodingKeys: String, CodingKey {
            case channel
            case webhookFile = "api_url_file"
            case title, text
            case sendResolved = "send_resolved"
        }
    }

    enum CodingKeys: String, CodingKey {
        case route
        case inhibitRules = "inhibit_rules"
        case receivers
    }
}
