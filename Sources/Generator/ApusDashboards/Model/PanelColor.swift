/// Colours by their names in Grafana's palette, which follow light and dark themes.
public enum PanelColor: String, Hashable, Sendable {
    case green, yellow, orange, red, blue, purple
    case gray = "text"
    case darkGreen = "dark-green"
    case darkRed = "dark-red"
    case lightBlue = "light-blue"
    case transparent
}
