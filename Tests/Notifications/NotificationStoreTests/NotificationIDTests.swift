import NotificationStore
import Testing

@Suite struct NotificationIDTests {
    @Test func `an id is read in any case of its letters, and is written in lower case`() {
        let id = NotificationID("0A7F6E9C-1f0b-4d6a-9A43-6f9f5b6c2d11")
        #expect(id?.description == "0a7f6e9c-1f0b-4d6a-9a43-6f9f5b6c2d11")
        let fresh = NotificationID()
        #expect(NotificationID(fresh.description) == fresh)
    }

    @Test(arguments: [
        // Foundation reads these.
        "0a7f6e8c-1f0b-4d6a-9a43-6f9f43-6f911", "0a7f6e8c-1f0b-4d6a-9a43-6f9f43+6f911", "0a7f6e8c-1f0b-4d6a-9a43-0x9f436f9111",
        "", "0a7f6e8c1f0b4d6a9a436f9f436f9111", "{0a7f6e8c-1f0b-4d6a-9a43-6f9f436f911}", "0a7f6e8c-1f0b-4d6a-9a43-6f9f436f91é",
        "0a7f6e8c-1f0b-4d6a-9a43-6f9f436f91112", "0a7f6e8g-1f0b-4d6a-9a43-6f9f436f9111",
    ])
    func `a text of another form is no id`(text: String) { #expect(NotificationID(text) == nil) }
}
